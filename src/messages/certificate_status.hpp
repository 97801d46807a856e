// CertificateStatus of TLS 1.2 (RFC 6066 §8): the stapled OCSP response.
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct CertificateStatus {
    static constexpr HandshakeType type = HandshakeType::certificate_status;
    // A response with its signer's certificate is a few KiB.
    static constexpr std::size_t max_size = 65536;

    Bytes ocsp_response;

    static Result<CertificateStatus> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
