// delegated_credential (RFC 9345).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// ClientHello and CertificateRequest: schemes for the credential's own key (§4.1.1, §4.1.2).
using DelegatedCredentialRequest = ListExtension<ExtensionType::delegated_credential, SignatureScheme, 2>;

// The first entry of a Certificate (§4).
struct DelegatedCredential {
    static constexpr ExtensionType type = ExtensionType::delegated_credential;

    std::uint32_t valid_time = 0; // seconds after the certificate's notBefore
    SignatureScheme dc_cert_verify_algorithm{};
    Bytes asn1_subject_public_key_info;
    SignatureScheme algorithm{}; // of the signature over the credential
    Bytes signature;

    static Result<DelegatedCredential> parse(Bytes body);
    void write(wire::Writer& writer) const;
    // The Credential alone, which is what the certificate's key signs.
    void write_credential(wire::Writer& writer) const;
};

} // namespace pavise::messages
