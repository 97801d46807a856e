// A certificate chain and the key that proves it, and the choice among several.
#pragma once

#include "base/fixed_vector.hpp"
#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "handshake/certificate_filters.hpp"
#include "messages/enum_list.hpp"
#include "messages/extension/certificate_filters.hpp"
#include "messages/extensions.hpp"

#include <pavise/config.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace pavise::handshake {

// "the maximum validity period (set to 7 days)" (RFC 9345 §4.1.3)
inline constexpr std::chrono::days max_delegation{7};

struct CredentialData {
    CertificateType type = CertificateType::x509;
    std::vector<ByteVector> chain; // DER, leaf first; or the SubjectPublicKeyInfo of a raw public key
    std::shared_ptr<const crypto::SigningKey> key;
    std::vector<SignatureScheme> schemes;   // that the key may sign with, by preference; empty: the config's
    std::vector<ByteVector> ocsp_responses; // for the certificates of the chain, from the leaf
    ByteVector certificate_timestamps;      // SignedCertificateTimestampList for the leaf; empty: none
    std::vector<ByteVector> issuers;        // of the chain's certificates: the DER of their names
    // Whether the peer has to name one of `issuers`, or may.
    enum class IssuerMatch : std::uint8_t { preferred, required };
    IssuerMatch issuer_match = IssuerMatch::preferred;
    // For each certificate that is not self-signed: the schemes that stand for its signature's algorithm.
    std::vector<std::vector<SignatureScheme>> chain_signatures;
    CertificateUses uses; // of the leaf
    // The key signs in the place of the leaf's (RFC 9345), by the one scheme in `schemes`.
    struct Delegation {
        ByteVector message; // DelegatedCredential
        SignatureScheme signed_with{};
        Timestamp not_after{};

        // Whether a peer may take it for what its times say (RFC 9345 §4.1.3).
        bool usable_at(Timestamp now) const noexcept;
    };
    std::optional<Delegation> delegation;
};

struct ChosenCredential {
    Credential credential;
    SignatureScheme scheme;
};

// What a credential may sign with, by preference, where the config allows `allowed`.
std::span<const SignatureScheme> schemes_of(const CredentialData& credential,
                                            std::span<const SignatureScheme> allowed) noexcept;

// What the peer's ClientHello or CertificateRequest says of the certificate that it wants; views into it.
struct CredentialWishes {
    messages::EnumList<SignatureScheme> schemes;
    std::optional<messages::EnumList<SignatureScheme>> chain_schemes; // signature_algorithms_cert
    messages::EnumList<SignatureScheme> delegated; // of a delegated credential's key; empty: none is taken
    std::optional<messages::CertificateAuthorities> authorities;
    UseFilters filters;

    // Errors: missing_signature_algorithms, those of UseFilters.
    static Result<CredentialWishes> in(const messages::Extensions& extensions);
};

// Whether all certificates of a chain have to be signed by a scheme that the peer accepts, or had better be:
// a client's "MUST be signed using an acceptable signature algorithm" (RFC 8446 §4.4.2.3), a server that has
// no such chain "SHOULD continue the handshake by sending the client a certificate chain of its choice"
// (§4.4.2.2). Where signature_algorithms_cert does not say which those are, a chain is not held back for the
// list of signature_algorithms: many fill that for CertificateVerify alone.
enum class ChainSignatures : std::uint8_t { preferred, required };

// Those of `ours` that the peer may be shown: of one of `types`, passing its filters, and not delegated for
// another time than this one; the certificate that such a one stood in for may follow it. First come those of
// which an issuer is among the authorities (where the peer names some), then those that may be used without;
// among these, chains that are signed as the peer wishes. Errors, where there were some and none is left:
// no_common_certificate_type, no_credential_of_issuer.
Result<std::vector<Credential>> candidates(std::span<const Credential> ours,
                                           std::span<const CertificateType> types,
                                           const CredentialWishes& wishes, ChainSignatures signatures,
                                           Clock& clock);

// The first of `ours` whose key can sign with a scheme that the peer accepts and we allow; the scheme is the
// first of those that we allow (RFC 8446 §4.4.2.2, §4.4.2.3).
std::optional<ChosenCredential> choose_credential13(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const CredentialWishes& wishes);

// What the peer and the suite let a key of ours be in TLS 1.2. Empty: no key at all.
struct KeyFilter12 {
    FixedVector<crypto::Authentication12, 2> authentications;
    std::optional<messages::EnumList<NamedGroup>> curves; // that an ECDSA key may lie on; nothing: any

    void allow(crypto::Authentication12 authentication) noexcept {
        if (!authentications.contains(authentication)) (void)authentications.push_back(authentication);
    }
};
// As choose_credential13, by the rules of TLS 1.2 (RFC 5246 §7.4.2, §7.4.6; RFC 8422 §5.3, §5.6).
std::optional<ChosenCredential> choose_credential12(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const messages::EnumList<SignatureScheme>& peer_accepts,
                                                    const KeyFilter12& filter);

} // namespace pavise::handshake
