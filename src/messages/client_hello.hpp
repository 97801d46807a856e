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
    // The grammar allows twice as much. Post-quantum shares and a padded ECH stay under 16 KiB; the rest is
    // for PSK identities and cookies, and still a bound on what a stranger can make a server keep.
    static constexpr std::size_t max_size = 65536;

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
