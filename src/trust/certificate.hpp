// An X.509 certificate, decoded once and shared.
#pragma once

#include "trust/name.hpp"

#include <pavise/environment.hpp>

#include <array>
#include <memory>
#include <span>

namespace pavise::trust {

// The bits of KeyUsage (RFC 5280 §4.2.1.3) with their numbers.
enum class KeyUsage : std::uint8_t {
    digital_signature = 0,
    content_commitment = 1,
    key_encipherment = 2,
    data_encipherment = 3,
    key_agreement = 4,
    key_cert_sign = 5,
    crl_sign = 6,
    encipher_only = 7,
    decipher_only = 8,
};

struct Extension {
    Oid id;
    bool critical = false;
    Bytes value; // what the OCTET STRING holds
};

struct BasicConstraints {
    bool is_ca = false;
    std::optional<std::uint64_t> path_length;
    bool critical = false;
};

// What Botan makes of the same bytes: for src/trust alone.
class BotanForm;

// No certificate of use comes near this: an ML-DSA-87 certificate is about 7.5 KiB; lists of many names are
// larger.
inline constexpr std::size_t max_certificate_size = 128u << 10;

using Fingerprint = std::array<std::uint8_t, 32>; // SHA-256

// Immutable, hence safe to share among threads. All views point into der() and live as long as the
// certificate.
class Certificate {
    struct Private {}; // the constructor is public for make_shared only

  public:
    // malformed_certificate where the DER, or that of an extension that Pavise reads, is not what RFC 5280
    // says; certificate_too_large. Signatures and semantics are for verify_chain.
    static Result<std::shared_ptr<const Certificate>> parse(Bytes der);

    explicit Certificate(Private, Bytes der);
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    Bytes der() const noexcept { return der_; }
    const Fingerprint& fingerprint() const noexcept { return fingerprint_; }

    unsigned version() const noexcept { return version_; } // 1, 2 or 3
    // Contents octets of the INTEGER: two's complement, minimal.
    Bytes serial_number() const noexcept { return serial_number_; }
    const Name& issuer() const noexcept { return issuer_; }
    const Name& subject() const noexcept { return subject_; }
    // Name::canonical() of either, kept: what names are compared by.
    Bytes canonical_issuer() const noexcept { return canonical_issuer_; }
    Bytes canonical_subject() const noexcept { return canonical_subject_; }
    bool self_issued() const noexcept { return as_text(canonical_issuer_) == as_text(canonical_subject_); }
    // Self-issued, and its key identifiers, where it has both, agree: the signature is not looked at.
    bool self_signed() const noexcept;
    Timestamp not_before() const noexcept { return not_before_; }
    Timestamp not_after() const noexcept { return not_after_; } // inclusive (RFC 5280 §4.1.2.5)
    // The DER of SubjectPublicKeyInfo, the OID of its algorithm, and the key itself.
    Bytes subject_public_key_info() const noexcept { return subject_public_key_info_; }
    Oid public_key_algorithm() const noexcept { return public_key_algorithm_; }
    Bytes public_key_parameters() const noexcept { return public_key_parameters_; } // DER, or empty
    Bytes subject_public_key() const noexcept { return subject_public_key_; }
    // The DER of the AlgorithmIdentifier (outer, and equal to the inner one), and its OID.
    Bytes signature_algorithm() const noexcept { return signature_algorithm_; }
    Oid signature_algorithm_id() const noexcept { return signature_algorithm_id_; }

    std::span<const Extension> extensions() const noexcept { return extensions_; }
    // Nothing where the certificate does not have the extension. `id` are contents octets, as in oids.hpp.
    const Extension* extension(std::string_view id) const noexcept;

    std::span<const GeneralName> subject_alternative_names() const noexcept { return alternative_names_; }
    // Whether the extension is there; without it every use is allowed (RFC 5280 §4.2.1.3).
    bool has_key_usage() const noexcept { return key_usage_.has_value(); }
    // True also where the extension is absent.
    bool allows(KeyUsage usage) const noexcept;
    bool has_extended_key_usage() const noexcept { return has_extended_key_usage_; }
    std::span<const Oid> extended_key_usages() const noexcept { return extended_key_usages_; }
    const std::optional<BasicConstraints>& basic_constraints() const noexcept { return basic_constraints_; }
    bool is_ca() const noexcept { return basic_constraints_ && basic_constraints_->is_ca; }
    Bytes subject_key_identifier() const noexcept { return subject_key_identifier_; } // empty where absent
    Bytes authority_key_identifier() const noexcept {
        return authority_key_identifier_;
    } // empty where absent
    std::span<const std::string_view> ocsp_urls() const noexcept { return ocsp_urls_; }
    std::span<const std::string_view> ca_issuer_urls() const noexcept { return ca_issuer_urls_; }
    std::span<const std::string_view> crl_urls() const noexcept { return crl_urls_; }
    // The TLS feature extension names status_request (RFC 7633): the server must staple.
    bool must_staple() const noexcept { return must_staple_; }

    // The same certificate as Botan reads it, decoded on first use; malformed_certificate where Botan refuses
    // it.
    Result<const BotanForm*> botan_form() const;

  private:
    friend class CertificateDecoder;

    ByteVector der_;
    Fingerprint fingerprint_{};
    unsigned version_ = 1;
    Bytes serial_number_;
    Name issuer_;
    Name subject_;
    ByteVector canonical_issuer_;
    ByteVector canonical_subject_;
    Timestamp not_before_{};
    Timestamp not_after_{};
    Bytes subject_public_key_info_;
    Oid public_key_algorithm_;
    Bytes public_key_parameters_;
    Bytes subject_public_key_;
    Bytes signature_algorithm_;
    Oid signature_algorithm_id_;
    std::vector<Extension> extensions_;
    std::vector<GeneralName> alternative_names_;
    std::optional<std::uint16_t> key_usage_; // bit n for KeyUsage n
    bool has_extended_key_usage_ = false;
    std::vector<Oid> extended_key_usages_;
    std::optional<BasicConstraints> basic_constraints_;
    Bytes subject_key_identifier_;
    Bytes authority_key_identifier_;
    std::vector<std::string_view> ocsp_urls_;
    std::vector<std::string_view> ca_issuer_urls_;
    std::vector<std::string_view> crl_urls_;
    bool must_staple_ = false;
    std::unique_ptr<BotanForm> botan_form_; // internally synchronised
};

using CertificatePtr = std::shared_ptr<const Certificate>;

} // namespace pavise::trust
