// An input as the tree that its format makes of it, so that a mutator can change one part and every length
// around it stays right: what random bytes reach only after the parser has refused a million lies.
#pragma once

#include <pavise/bytes.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace pavise::fuzz {

// How the length of a node's contents stands before them: TLS's vectors (RFC 8446 §3.4), or DER.
enum class Length : std::uint8_t { none, bits8, bits16, bits24, der };

// head | length | parts or bytes | tail. The length counts what follows it.
struct Node {
    std::string_view label{}; // nodes of one label may stand for each other; static storage
    ByteVector head{};        // a type, a tag, a version
    Length length = Length::none;
    std::vector<Node> parts{}; // what it consists of …
    ByteVector bytes{};        // … or, where it has no parts, what is in it
    ByteVector tail{};
    bool repeats = false; // any number of parts would do
    std::size_t lie = 0;  // added to the length, which is then wrong
};

Node leaf(std::string_view label, Bytes bytes);
ByteVector written(const Node& node);

// What a target's inputs are made of; nothing where the bytes are not of that form.
using Shape = std::function<std::optional<Node>(Bytes)>;

// The first `count` bytes are the target's own parameters, the rest has the shape.
Shape behind(std::size_t count, Shape shape);

} // namespace pavise::fuzz
