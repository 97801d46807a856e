// Certificates made in memory: for `pavise demo` and `pavise cert`, and for tests, which also want odd ones.
#pragma once

#include "crypto/signing_key.hpp"
#include "trust/certificate.hpp"

#include <string>

namespace pavise::trust {

using MintKey = std::shared_ptr<const crypto::LocalSigningKey>;

// An entry of SubjectAltName: value as in GeneralName.
struct MintName {
    GeneralNameKind kind = GeneralNameKind::dns_name;
    ByteVector value;

    static MintName dns(std::string_view name);
    static MintName ip(std::string_view literal); // precondition: an IPv4 or IPv6 literal
    static MintName uri(std::string_view uri);
    static MintName email(std::string_view address);
};

struct MintExtension {
    std::string id; // dotted
    bool critical = false;
    ByteVector value; // DER
};

enum class MintRole : std::uint8_t { leaf, authority };

struct CertificateSpec {
    std::string common_name;  // an empty one makes an empty subject
    std::string organization; // left out where empty
    // Overrides the two above: the DER of a Name.
    ByteVector subject;
    std::vector<MintName> names;
    Timestamp not_before{};
    Timestamp not_after{};
    MintRole role = MintRole::leaf;
    std::optional<std::uint64_t> path_length; // authorities
    // Without these two the role's own: a leaf has digitalSignature and both purposes of TLS, an authority
    // keyCertSign and cRLSign and no extended usages. An engaged but empty list leaves the extension out.
    std::optional<std::vector<KeyUsage>> key_usages;
    std::optional<std::vector<std::string>> extended_key_usages; // dotted
    std::vector<std::string> ocsp_urls;
    std::vector<std::string> ca_issuer_urls;
    std::vector<std::string> crl_urls;
    std::vector<std::string> permitted_dns; // name constraints
    std::vector<std::string> excluded_dns;
    bool must_staple = false;
    // Replace an extension of ours with the same id, or stand after ours.
    std::vector<MintExtension> extensions;
    // Extensions of ours that are left out, by dotted id.
    std::vector<std::string> omitted;
    ByteVector serial_number; // big-endian; 16 random bytes where empty
    // Whether version 1 is written, without extensions.
    bool version_1 = false;
    // The DER of an AlgorithmIdentifier that is stated in place of the true one. The signature does not
    // follow it.
    ByteVector signature_algorithm;
    // The subject's key: a given one, or a new one of this type.
    MintKey key;
    crypto::KeyType key_type = crypto::KeyType::ecdsa_p256;
    std::size_t rsa_bits = 2048;
};

struct Minted {
    CertificatePtr certificate; // null where a spec was so odd that Pavise itself refuses to read the result
    ByteVector der;
    MintKey key;

    std::string certificate_pem() const;
};

Result<Minted> mint_self_signed(const CertificateSpec& spec, Rng& rng);
Result<Minted> mint(const CertificateSpec& spec, const Minted& issuer, Rng& rng);

struct RevokedEntry {
    ByteVector serial_number;
    Timestamp revoked_at{};
    std::optional<std::uint8_t> reason;
};

struct CrlSpec {
    Timestamp this_update{};
    Timestamp next_update{};
    std::uint64_t number = 1;
    std::vector<RevokedEntry> revoked;
};

// The DER of a CRL that `issuer` signs.
Result<ByteVector> mint_crl(const CrlSpec& spec, const Minted& issuer, Rng& rng);

enum class OcspVerdict : std::uint8_t { good, revoked, unknown };

struct OcspSpec {
    CertificatePtr subject;
    CertificatePtr issuer; // of `subject`
    OcspVerdict verdict = OcspVerdict::good;
    Timestamp this_update{};
    std::optional<Timestamp> next_update;
    Timestamp revoked_at{};
    // Sent along, for the verifier's use: the certificate of a delegated responder.
    std::vector<CertificatePtr> certificates;
};

// The DER of a successful OCSPResponse about one certificate, signed by its issuer or by a delegated
// responder.
Result<ByteVector> mint_ocsp_response(const OcspSpec& spec, const Minted& signer, Rng& rng);

} // namespace pavise::trust
