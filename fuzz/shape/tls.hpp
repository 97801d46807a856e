// The shapes of TLS: handshake messages and streams of records.
#pragma once

#include "shape/tree.hpp"

#include <pavise/registry.hpp>

namespace pavise::fuzz {

// A form in RFC 8446 §3's presentation language, in short: `2` is two bytes; `a`, `b` and `c` are vectors
// with a length of 8, 16 and 24 bits; `b(2 b)` is one that holds a list of such elements; `X` is a block of
// extensions, which may be absent; `*` is the rest. Several forms are told apart by which one fits: `/`.
Shape in_form(std::string_view form);

// The form of a message's body, in TLS 1.2 or 1.3; that of any type that is not known is `*`.
std::string_view form_of(HandshakeType type);
// The form of an extension's body, as a ClientHello has it.
std::string_view form_of(ExtensionType type);

// Whole handshake messages with their headers, one after the other.
std::optional<Node> messages_shape(Bytes bytes);

// Records, with the messages of those that hold some. Records that the null provider protected (its tag is a
// constant) are taken apart as well.
std::optional<Node> records_shape(Bytes bytes);

// CRYPTO frames: a level in one byte, a length in two, and messages.
std::optional<Node> frames_shape(Bytes bytes);

} // namespace pavise::fuzz
