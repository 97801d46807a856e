// CertificateRequest of TLS 1.3 (RFC 8446 §4.3.2).
#pragma once

#include "messages/extensions.hpp"

namespace pavise::messages {

struct CertificateRequest {
    static constexpr HandshakeType type = HandshakeType::certificate_request;
    // All that the grammar allows: certificate_authorities can be long.
    static constexpr std::size_t max_size = 1 + 255 + 2 + 65535;

    Bytes certificate_request_context; // empty unless the request is a post-handshake one
    Extensions extensions;

    static Result<CertificateRequest> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
