#include "messages/client_hello.hpp"

namespace pavise::messages {

namespace {

// RFC 8446 §4.2.11: 'The "pre_shared_key" extension MUST be the last extension in the ClientHello […].
// Servers MUST check that it is the last extension and otherwise fail the handshake with an
// "illegal_parameter" alert.'
Status check_pre_shared_key_is_last(const Extensions& extensions) {
    bool seen = false;
    for (const Extension& extension : extensions) {
        if (seen) return fail(ErrorCode::pre_shared_key_not_last);
        seen = extension.type == ExtensionType::pre_shared_key;
    }
    return {};
}

} // namespace

Result<ClientHello> ClientHello::parse(wire::Reader& reader) {
    ClientHello hello;
    PAVISE_LET(const std::uint16_t version, reader.u16());
    hello.legacy_version = static_cast<ProtocolVersion>(version);
    PAVISE_LET(hello.random, read_random(reader));
    PAVISE_LET(hello.legacy_session_id, reader.vector8({.most = max_session_id_size}));
    PAVISE_LET(const Bytes suites, reader.vector16({.least = 2}));
    PAVISE_LET(hello.cipher_suites, EnumList<CipherSuite>::from_wire(suites));
    PAVISE_LET(hello.legacy_compression_methods, reader.vector8({.least = 1}));
    PAVISE_LET(hello.extensions, Extensions::parse_optional(reader));
    PAVISE_TRY(check_pre_shared_key_is_last(hello.extensions));
    return hello;
}

void ClientHello::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(legacy_version));
    writer.bytes(random);
    writer.vector8(legacy_session_id);
    {
        const auto suites = writer.vector16();
        cipher_suites.write(writer);
    }
    writer.vector8(legacy_compression_methods);
    extensions.write(writer);
}

} // namespace pavise::messages
