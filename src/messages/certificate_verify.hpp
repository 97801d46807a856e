// CertificateVerify (RFC 8446 §4.4.3, RFC 5246 §7.4.8): the same fields in both versions.
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct CertificateVerify {
    static constexpr HandshakeType type = HandshakeType::certificate_verify;
    // ML-DSA-87 signs in 4,627 bytes, a 16,384-bit RSA key in 2,048.
    static constexpr std::size_t max_size = 16384;

    SignatureScheme algorithm{};
    Bytes signature;

    static Result<CertificateVerify> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
