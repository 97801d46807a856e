// CertificateRequest of TLS 1.2 (RFC 5246 §7.4.4).
#pragma once

#include "messages/enum_list.hpp"
#include "messages/extension/certificate_filters.hpp"
#include "messages/message.hpp"

namespace pavise::messages {

// RFC 5246 §7.4.4, RFC 8422 §5.5: of those registered, the ones that a certificate of today can have.
enum class ClientCertificateType : std::uint8_t { rsa_sign = 1, ecdsa_sign = 64 };

struct CertificateRequest12 {
    static constexpr HandshakeType type = HandshakeType::certificate_request;
    // All that the grammar allows: certificate_authorities can be long.
    static constexpr std::size_t max_size = 1 + 255 + 2 + 65534 + 2 + 65535;

    EnumList<ClientCertificateType> certificate_types;
    EnumList<SignatureScheme> supported_signature_algorithms;
    List<DistinguishedName> certificate_authorities; // may be empty

    static Result<CertificateRequest12> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
