// ServerHello (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3) of every version, and HelloRetryRequest (RFC 8446 §4.1.4).
#pragma once

#include "messages/client_hello.hpp"

namespace pavise::messages {

struct ServerHello {
    static constexpr HandshakeType type = HandshakeType::server_hello;
    // The largest share (MLKEM1024 and P-384) is 1,665 bytes; the rest is for the cookie of a
    // HelloRetryRequest.
    static constexpr std::size_t max_size = 16384;

    ProtocolVersion legacy_version = ProtocolVersion::tls_1_2;
    Random random{};
    Bytes legacy_session_id_echo; // in TLS 1.2 the session's ID
    CipherSuite cipher_suite{};
    std::uint8_t legacy_compression_method = 0; // for the handshake to check
    Extensions extensions;

    static Result<ServerHello> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;

    bool is_hello_retry_request() const { return random == hello_retry_request_random; }
};

} // namespace pavise::messages
