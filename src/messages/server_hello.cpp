#include "messages/server_hello.hpp"

namespace pavise::messages {

Result<ServerHello> ServerHello::parse(wire::Reader& reader) {
    ServerHello hello;
    PAVISE_LET(const std::uint16_t version, reader.u16());
    hello.legacy_version = static_cast<ProtocolVersion>(version);
    PAVISE_LET(hello.random, read_random(reader));
    PAVISE_LET(hello.legacy_session_id_echo, reader.vector8({.most = max_session_id_size}));
    PAVISE_LET(const std::uint16_t suite, reader.u16());
    hello.cipher_suite = static_cast<CipherSuite>(suite);
    PAVISE_LET(hello.legacy_compression_method, reader.u8());
    PAVISE_LET(hello.extensions, Extensions::parse_optional(reader));
    return hello;
}

void ServerHello::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(legacy_version));
    writer.bytes(random);
    writer.vector8(legacy_session_id_echo);
    writer.u16(static_cast<std::uint16_t>(cipher_suite));
    writer.u8(legacy_compression_method);
    extensions.write(writer);
}

} // namespace pavise::messages
