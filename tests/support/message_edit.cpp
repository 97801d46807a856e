#include "support/message_edit.hpp"

namespace pavise::testing {

namespace {

constexpr std::size_t header_size = 4; // of a handshake message, and of an extension

std::size_t u16_at(const ByteVector& bytes, std::size_t at) {
    return static_cast<std::size_t>(bytes.at(at)) << 8 | bytes.at(at + 1);
}
void put_u16(ByteVector& bytes, std::size_t at, std::size_t value) {
    bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(value & 0xff);
}
ByteVector::iterator place(ByteVector& bytes, std::size_t at) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(at);
}

// Where the length of the extension block stands.
std::size_t block_at(const ByteVector& message) {
    switch (static_cast<HandshakeType>(message.at(0))) {
    case HandshakeType::client_hello: {
        const std::size_t suites = behind_session_id(message);
        const std::size_t compression = suites + 2 + u16_at(message, suites);
        return compression + 1 + message.at(compression);
    }
    case HandshakeType::server_hello: return behind_session_id(message) + 3; // suite, compression method
    case HandshakeType::certificate_request: return header_size + 1 + message.at(header_size);
    default: return header_size;
    }
}

// Where an extension stands; the message's size where it does not.
std::size_t extension_at(const ByteVector& message, ExtensionType type) {
    std::size_t at = block_at(message) + 2;
    while (at < message.size() && u16_at(message, at) != static_cast<std::uint16_t>(type))
        at += header_size + u16_at(message, at + 2);
    return at;
}

} // namespace

std::size_t behind_session_id(const ByteVector& hello) {
    return session_id_length_at + 1 + hello.at(session_id_length_at);
}

void add_extension(ByteVector& message, ExtensionType type, const ByteVector& body) {
    const std::size_t block = block_at(message);
    put_u16(message, block, u16_at(message, block) + header_size + body.size());
    const std::size_t at = message.size();
    message.resize(at + header_size);
    put_u16(message, at, static_cast<std::uint16_t>(type));
    put_u16(message, at + 2, body.size());
    message.insert(message.end(), body.begin(), body.end());
}

void remove_extension(ByteVector& message, ExtensionType type) {
    const std::size_t at = extension_at(message, type);
    if (at >= message.size()) return;
    const std::size_t size = header_size + u16_at(message, at + 2);
    message.erase(place(message, at), place(message, at + size));
    const std::size_t block = block_at(message);
    put_u16(message, block, u16_at(message, block) - size);
}

void replace_extension(ByteVector& message, ExtensionType type, const ByteVector& body) {
    remove_extension(message, type);
    add_extension(message, type, body);
}

ByteVector extension_body(const ByteVector& message, ExtensionType type) {
    const std::size_t at = extension_at(message, type);
    if (at >= message.size()) return {};
    const Bytes body = Bytes(message).subspan(at + header_size, u16_at(message, at + 2));
    return {body.begin(), body.end()};
}

} // namespace pavise::testing
