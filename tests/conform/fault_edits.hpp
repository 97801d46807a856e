// Changes of handshake messages, as faults make them.
#pragma once

#include "faults.hpp"
#include "peer/draft.hpp"
#include "support/message_edit.hpp"

#include <algorithm>

namespace pavise::testing {

using enum HandshakeType;

inline void put16(ByteVector& message, std::size_t at, unsigned value) {
    if (message.size() < at + 2) return;
    message[at] = static_cast<std::uint8_t>(value >> 8);
    message[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}
inline void fill(ByteVector& message, std::size_t at, std::size_t count, std::uint8_t value) {
    for (std::size_t i = at; i < std::min(at + count, message.size()); ++i) message[i] = value;
}
inline void set_extension(ByteVector& message, ExtensionType type, const ByteVector& body) {
    remove_extension(message, type);
    add_extension(message, type, body);
}
inline void append(ByteVector& message, HandshakeType type, const ByteVector& body) {
    const ByteVector another = peer::written(type, body);
    message.insert(message.end(), another.begin(), another.end());
}

// A change of messages of one type.
template <HandshakeType only, auto change> void in(HandshakeType type, ByteVector& message, std::size_t) {
    if (type != only) return;
    change(message);
    put_length_right(message);
}
// Of the second one alone.
template <HandshakeType only, auto change>
void in_second(HandshakeType type, ByteVector& message, std::size_t nth) {
    if (nth == 1) in<only, change>(type, message, nth);
}
// With another message behind it.
template <HandshakeType only, HandshakeType another, std::size_t size>
void behind(HandshakeType type, ByteVector& message, std::size_t) {
    if (type == only) append(message, another, ByteVector(size, 1));
}
template <HandshakeType only, ExtensionType extension>
void without(HandshakeType type, ByteVector& message, std::size_t nth) {
    in<only, [](ByteVector& m) { remove_extension(m, extension); }>(type, message, nth);
}
template <HandshakeType only> void left_out(HandshakeType type, ByteVector& message, std::size_t) {
    if (type == only) message.clear();
}
template <HandshakeType only> void last_byte_changed(HandshakeType type, ByteVector& message, std::size_t) {
    if (type == only) message.back() ^= 1;
}

inline constexpr std::size_t version_at = 4;
inline constexpr std::size_t random_at = version_at + 2;
inline constexpr std::size_t random_size = 32;

inline bool is_retry(const ByteVector& server_hello) {
    return server_hello.size() > random_at && server_hello[random_at] == 0xcf; // SHA-256("HelloRetryRequest")
}
// Each with the body as it is on the wire.
template <HandshakeType only, ExtensionType extension, std::uint8_t... body>
constexpr auto with = &in<only, [](ByteVector& m) { set_extension(m, extension, {body...}); }>;

template <HandshakeType only, ExtensionType extension, std::uint8_t... body>
constexpr auto with_in_second =
    &in_second<only, [](ByteVector& m) { set_extension(m, extension, {body...}); }>;

// ---- hellos of either side
template <HandshakeType hello> void set_version(HandshakeType type, ByteVector& message, std::size_t nth) {
    in<hello, [](ByteVector& m) { put16(m, version_at, 0x0302); }>(type, message, nth);
}
template <HandshakeType hello> void same_random(HandshakeType type, ByteVector& message, std::size_t nth) {
    in<hello, [](ByteVector& m) {
        if (!is_retry(m)) fill(m, random_at, random_size, 5);
    }>(type, message, nth);
}

inline constexpr auto unknown_extension = static_cast<ExtensionType>(0xfe00);

} // namespace pavise::testing
