// What the handshake messages have in common (RFC 8446 §4).
//
// A message is a plain struct M with
//   static constexpr HandshakeType type;
//   static constexpr std::size_t max_size;   the longest body that is accepted; judged before it is buffered
//   static Result<M> parse(wire::Reader&);   reads the body's fields; the fields are views into the body
//   void write(wire::Writer&) const;         writes the body; what was parsed is written back to the same
//   bytes
#pragma once

#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <pavise/registry.hpp>

#include <concepts>

namespace pavise::messages {

// msg_type and the 24-bit length.
inline constexpr std::size_t handshake_header_size = 4;

template <class M>
concept Message = requires(const M message, wire::Reader& reader, wire::Writer& writer) {
    { M::type } -> std::convertible_to<HandshakeType>;
    { M::max_size } -> std::convertible_to<std::size_t>;
    { M::parse(reader) } -> std::same_as<Result<M>>;
    { message.write(writer) } -> std::same_as<void>;
};

// Header and body.
template <Message M> void write_message(wire::Writer& writer, const M& message) {
    writer.u8(static_cast<std::uint8_t>(M::type));
    const auto body = writer.vector24();
    message.write(writer);
}

// A whole body: what is left after the last field is a decode_error.
template <Message M> Result<M> parse_body(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(M message, M::parse(reader));
    PAVISE_TRY(reader.finish());
    return message;
}

} // namespace pavise::messages
