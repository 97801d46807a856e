#include "messages/inner_client_hello.hpp"

#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/message.hpp"

#include <algorithm>

namespace pavise::messages {

namespace {

// Puts the extensions that `names` lists, in the order of the outer hello, in their place. One pass over the
// outer hello, however many there are, so that none is copied twice (RFC 9849 §5.1, appendix A).
Status copy_outer_extensions(const EchOuterExtensions& names, const Extensions& outer, wire::Writer& writer) {
    auto at = outer.begin();
    for (const ExtensionType type : names.values) {
        // "The server MUST abort the connection with an 'illegal_parameter' alert if …
        // 'encrypted_client_hello' is referenced in OuterExtensions" (§5.1)
        if (type == ExtensionType::encrypted_client_hello)
            return fail(ErrorCode::ech_outer_extension, static_cast<std::uint16_t>(type));
        while (at != outer.end() && at->type != type) ++at;
        // "… Any referenced extension is missing in ClientHelloOuter … referenced in OuterExtensions more
        // than once … do not occur in the same order" (§5.1)
        if (at == outer.end()) return fail(ErrorCode::ech_outer_extension, static_cast<std::uint16_t>(type));
        at->write(writer);
        ++at;
    }
    return {};
}

Result<ByteVector> expanded(const Extensions& encoded, const Extensions& outer) {
    ByteVector block;
    wire::Writer writer(block);
    PAVISE_LET(const auto names, encoded.get<EchOuterExtensions>());
    for (const Extension& extension : encoded) {
        if (extension.type == ExtensionType::ech_outer_extensions)
            PAVISE_TRY(copy_outer_extensions(*names, outer, writer));
        else
            extension.write(writer);
    }
    return block;
}

// "checks that the message includes a well-formed 'encrypted_client_hello' extension of type 'inner' and that
// it does not offer TLS 1.2 or below" (§7.1)
Status check_inner(const ClientHello& inner) {
    PAVISE_LET(const auto mark, inner.extensions.get<EncryptedClientHello>());
    if (!mark || mark->client_hello_type != EchClientHelloType::inner)
        return fail(ErrorCode::ech_inner_not_marked);
    PAVISE_LET(const auto versions, inner.extensions.get<SupportedVersions>());
    if (!versions) return fail(ErrorCode::ech_inner_version);
    for (const ProtocolVersion version : versions->values) {
        const bool known_below = version >= ProtocolVersion::ssl_3_0 && version < ProtocolVersion::tls_1_3;
        if (known_below) return fail(ErrorCode::ech_inner_version, static_cast<std::uint16_t>(version));
    }
    // "The 'ech_outer_extensions' extension … MUST NOT appear in either ClientHelloOuter or ClientHelloInner"
    // (§5.1)
    if (inner.extensions.contains(ExtensionType::ech_outer_extensions))
        return fail(ErrorCode::misplaced_extension,
                    static_cast<std::uint16_t>(ExtensionType::ech_outer_extensions));
    return {};
}

} // namespace

Result<ByteVector> decode_inner_client_hello(const ClientHello& outer, Bytes encoded) {
    wire::Reader reader(encoded);
    PAVISE_LET(ClientHello inner, ClientHello::parse(reader));
    // "If any padding byte is non-zero, the server MUST abort the connection with an 'illegal_parameter'
    // alert." (§5.1)
    if (std::ranges::any_of(reader.take_rest(), [](std::uint8_t byte) { return byte != 0; }))
        return fail(ErrorCode::ech_padding_not_zero);
    PAVISE_LET(const ByteVector block, expanded(inner.extensions, outer.extensions));
    inner.legacy_session_id = outer.legacy_session_id;
    inner.extensions = Extensions::from_block(block);
    ByteVector message;
    wire::Writer writer(message);
    write_message(writer, inner);
    // Two hellos, each within its limit, can be too long together.
    if (!writer.status() || message.size() > handshake_header_size + ClientHello::max_size)
        return fail(ErrorCode::message_too_long, static_cast<std::uint16_t>(HandshakeType::client_hello));
    // What was put together obeys the rules of every ClientHello: no type twice, pre_shared_key the last.
    PAVISE_LET(const auto whole, parse_body<ClientHello>(Bytes(message).subspan(handshake_header_size)));
    PAVISE_TRY(check_inner(whole));
    return message;
}

Result<ByteVector> encode_inner_client_hello(Bytes inner, std::span<const ExtensionType> outer_extensions) {
    PAVISE_LET(ClientHello hello, parse_body<ClientHello>(inner.subspan(handshake_header_size)));
    ByteVector block;
    wire::Writer extensions(block);
    for (const Extension& extension : hello.extensions) {
        const auto left_out = std::ranges::find(outer_extensions, extension.type);
        if (left_out == outer_extensions.end())
            extension.write(extensions);
        else if (left_out == outer_extensions.begin())
            write_extension(extensions, EchOuterExtensions{outer_extensions});
    }
    hello.legacy_session_id = {};
    hello.extensions = Extensions::from_block(block);
    ByteVector encoded;
    wire::Writer writer(encoded);
    hello.write(writer);
    PAVISE_TRY(extensions.status());
    PAVISE_TRY(writer.status());
    return encoded;
}

std::size_t inner_client_hello_padding(std::size_t encoded_size, std::size_t server_name_size,
                                       std::size_t maximum_name_length) {
    // "If the ClientHelloInner did not contain a 'server_name' extension …, add L + 9 bytes of padding"
    // (§6.1.3)
    constexpr std::size_t server_name_overhead = 9;
    // "rounds the length of EncodedClientHelloInner up to a multiple of 32 bytes" (§6.1.3)
    constexpr std::size_t multiple = 32;
    std::size_t padding = 0;
    if (server_name_size == 0)
        padding = maximum_name_length + server_name_overhead;
    else if (maximum_name_length > server_name_size)
        padding = maximum_name_length - server_name_size;
    return padding + (multiple - 1 - (encoded_size + padding - 1) % multiple);
}

} // namespace pavise::messages
