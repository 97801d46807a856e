// The ClientHello inside another one (RFC 9849 §5.1).
#include "dictionary.hpp"
#include "messages/inner_client_hello.hpp"
#include "messages/message.hpp"
#include "shape/tls.hpp"
#include "support/message_edit.hpp"
#include "target.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

using messages::ClientHello;

// The body of the outer hello behind its length; then what was decrypted.
void decode_inner(Bytes bytes) {
    Input input(bytes);
    const auto outer = messages::parse_body<ClientHello>(input.take(input.word()));
    if (!outer) return;
    const auto inner = messages::decode_inner_client_hello(*outer, input.rest());
    if (!inner) return;
    const auto hello =
        messages::parse_body<ClientHello>(Bytes(*inner).subspan(messages::handshake_header_size));
    must_hold(hello.has_value(), "what was put together is a ClientHello");
    must_hold(inner->size() <= messages::handshake_header_size + ClientHello::max_size,
              "two hellos do not make one that is too long");
    must_hold(std::ranges::equal(hello->legacy_session_id, outer->legacy_session_id),
              "the session id is that of the outer hello");
    must_hold(!hello->extensions.contains(ExtensionType::ech_outer_extensions),
              "nothing refers to the outer hello");
    must_hold(hello->extensions.contains(ExtensionType::encrypted_client_hello),
              "an inner hello says that it is one");
    for (const messages::Extension& extension : hello->extensions)
        must_hold(extension.type != ExtensionType::encrypted_client_hello || extension.body.size() == 1,
                  "and is not encrypted itself");
}

// A hello of ours as the outer one, and the same with the mark of an inner one, some of it left to the outer.
ByteVector seed(std::initializer_list<ExtensionType> left_to_the_outer, std::size_t padding) {
    const ByteVector wire = conversation_in(world13()).to_server;
    constexpr std::size_t record_header = 5;
    const std::size_t record = std::size_t{wire.at(3)} << 8 | wire.at(4);
    const ByteVector outer(wire.begin() + record_header,
                           wire.begin() + static_cast<std::ptrdiff_t>(record_header + record));
    ByteVector inner = outer;
    testing::add_extension(inner, ExtensionType::encrypted_client_hello, {1});
    const std::size_t length = inner.size() - messages::handshake_header_size;
    inner[2] = static_cast<std::uint8_t>(length >> 8);
    inner[3] = static_cast<std::uint8_t>(length & 0xff);
    const auto encoded = messages::encode_inner_client_hello(inner, left_to_the_outer);
    must_hold(encoded.has_value(), "a hello of ours can be encoded");
    ByteVector bytes{outer[2], outer[3]};
    bytes.insert(bytes.end(), outer.begin() + messages::handshake_header_size, outer.end());
    bytes.insert(bytes.end(), encoded->begin(), encoded->end());
    bytes.resize(bytes.size() + padding);
    return bytes;
}

} // namespace

void add_ech_targets(std::vector<Target>& targets) {
    targets.push_back({"ech-inner",
                       "an inner ClientHello, decrypted, and the outer one that it came in",
                       decode_inner,
                       {seed({}, 0), seed({ExtensionType::supported_groups}, 32)},
                       in_form("b(2 32 a b(2) a X) 2 32 a b(2) a X */b *"),
                       tls_words});
}

} // namespace pavise::fuzz
