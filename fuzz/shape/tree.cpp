#include "shape/tree.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

void put(ByteVector& out, std::size_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_der(ByteVector& out, std::size_t value) {
    if (value < 0x80) return put(out, value, 1);
    int bytes = 1;
    while (bytes < 4 && value >> (8 * bytes) != 0) ++bytes;
    out.push_back(static_cast<std::uint8_t>(0x80 + bytes));
    put(out, value, bytes);
}

void put_length(ByteVector& out, Length form, std::size_t value) {
    switch (form) {
    case Length::none: return;
    case Length::bits8: return put(out, value, 1);
    case Length::bits16: return put(out, value, 2);
    case Length::bits24: return put(out, value, 3);
    case Length::der: return put_der(out, value);
    }
}

void append(ByteVector& to, const ByteVector& bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void write(const Node& node, ByteVector& out) {
    append(out, node.head);
    ByteVector contents;
    for (const Node& part : node.parts) write(part, contents);
    if (node.parts.empty()) append(contents, node.bytes);
    append(contents, node.tail);
    put_length(out, node.length, contents.size() + node.lie);
    append(out, contents);
}

} // namespace

Node leaf(std::string_view label, Bytes bytes) {
    Node node;
    node.label = label;
    node.bytes.assign(bytes.begin(), bytes.end());
    return node;
}

ByteVector written(const Node& node) {
    ByteVector out;
    write(node, out);
    return out;
}

Shape behind(std::size_t count, Shape shape) {
    return [count, shape = std::move(shape)](Bytes bytes) -> std::optional<Node> {
        if (bytes.size() < count) return std::nullopt;
        auto rest = shape(bytes.subspan(count));
        if (!rest) return std::nullopt;
        Node node;
        node.label = "parameters and input";
        node.parts = {leaf("parameters", bytes.first(count)), *std::move(rest)};
        return node;
    };
}

} // namespace pavise::fuzz
