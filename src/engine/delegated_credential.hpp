// Delegated credentials, made and judged (RFC 9345).
#pragma once

#include "crypto/provider.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "trust/certificate.hpp"

#include <pavise/config.hpp>

namespace pavise::engine {

// "the delegation certificate's notBefore value plus DelegatedCredential.cred.valid_time" (§4.1.3)
Timestamp delegation_expiry(const trust::Certificate& certificate, std::uint32_t valid_time) noexcept;

// §4.2: the DelegationUsage extension, and the key usage digitalSignature. delegation_not_allowed.
Status check_delegates(const trust::Certificate& certificate);

// What a certificate's key signs of a delegated credential for `role` (§4).
ByteVector delegation_content(Role role, Bytes certificate, const messages::DelegatedCredential& credential);

struct DelegationPolicy {
    Role role{};                                        // of the peer
    std::span<const SignatureScheme> schemes;           // that we offered for the credential's key
    std::span<const SignatureScheme> signature_schemes; // that we offered for the certificate's
    Timestamp time{};
};

struct DelegatedKey {
    std::shared_ptr<const crypto::PublicKey> key;
    SignatureScheme scheme;
};
// The key of a delegated credential that the peer showed with its certificate. Errors: those of §4.1.3.
Result<DelegatedKey> delegated_key(const crypto::Provider& provider, const trust::Certificate& certificate,
                                   Bytes delegated_credential, const DelegationPolicy& policy);

} // namespace pavise::engine
