// ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), of every version.
#pragma once

#include "messages/enum_list.hpp"
#include "messages/extensions.hpp"
#include "messages/random.hpp"

namespace pavise::messages {

// RFC 8446 §4.1.2, for both hellos.
inline constexpr std::size_t max_session_id_size = 32;

struct ClientHello {
    static constexpr HandshakeType type = HandshakeType::client_hello;
    // All that the grammar allows: version, random, legacy_session_id, cipher_suites,
    // legacy_compression_methods, extensions. A hello that long is legal, if strange, and still a bound on
    // what a stranger can make a server keep.
    static constexpr std::size_t max_size = 2 + 32 + (1 + 32) + (2 + 65534) + (1 + 255) + (2 + 65535);

    ProtocolVersion legacy_version = ProtocolVersion::tls_1_2;
    Random random{};
    Bytes legacy_session_id;
    EnumList<CipherSuite> cipher_suites;
    Bytes legacy_compression_methods; // in TLS 1.3 exactly one zero byte: for the handshake to check
    Extensions extensions;            // pre_shared_key, if any, is the last one (RFC 8446 §4.2.11)

    static Result<ClientHello> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
