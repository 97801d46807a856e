#include "shape/der.hpp"

namespace pavise::fuzz {

namespace {

constexpr int deepest = 24;
constexpr std::uint8_t constructed = 0x20;
constexpr std::uint8_t bit_string = 0x03;
constexpr std::uint8_t octet_string = 0x04;

std::optional<std::vector<Node>> parse_all(Bytes bytes, int depth);

// The length in front of `rest`, which is taken off; short and long form.
std::optional<std::size_t> take_length(Bytes& rest) {
    if (rest.empty()) return std::nullopt;
    const std::uint8_t first = rest.front();
    rest = rest.subspan(1);
    if (first < 0x80) return first;
    const std::size_t count = first & 0x7fu;
    if (count == 0 || count > 4 || rest.size() < count) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | rest[i];
    rest = rest.subspan(count);
    return length;
}

void look_inside(Node& node, Bytes contents, int depth) {
    const std::uint8_t tag = node.head[0];
    if ((tag & constructed) != 0) {
        node.repeats = true;
        if (auto parts = parse_all(contents, depth)) node.parts = *std::move(parts);
    } else if (tag == octet_string) {
        if (auto parts = parse_all(contents, depth); parts && !parts->empty()) node.parts = *std::move(parts);
    } else if (tag == bit_string && contents.size() > 1 && contents[0] == 0) {
        auto parts = parse_all(contents.subspan(1), depth);
        if (!parts || parts->empty()) return;
        parts->insert(parts->begin(), leaf("unused bits", contents.first(1)));
        node.parts = *std::move(parts);
    }
}

std::optional<std::vector<Node>> parse_all(Bytes bytes, int depth) {
    std::vector<Node> nodes;
    if (depth > deepest) return std::nullopt;
    while (!bytes.empty()) {
        Node node;
        node.label = "element";
        node.length = Length::der;
        node.head = {bytes.front()};
        if ((bytes.front() & 0x1fu) == 0x1f) return std::nullopt; // a tag of several bytes: none is in use
        bytes = bytes.subspan(1);
        const auto length = take_length(bytes);
        if (!length || *length > bytes.size()) return std::nullopt;
        const Bytes contents = bytes.first(*length);
        node.bytes.assign(contents.begin(), contents.end());
        look_inside(node, contents, depth + 1);
        bytes = bytes.subspan(*length);
        nodes.push_back(std::move(node));
    }
    return nodes;
}

} // namespace

std::optional<Node> der_shape(Bytes bytes) {
    auto parts = parse_all(bytes, 0);
    if (!parts || parts->empty()) return std::nullopt;
    Node node;
    node.label = "elements";
    node.repeats = true;
    node.parts = *std::move(parts);
    return node;
}

} // namespace pavise::fuzz
