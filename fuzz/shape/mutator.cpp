#include "shape/mutator.hpp"

#include <algorithm>
#include <utility>

namespace pavise::fuzz {

namespace {

// A part may grow by so much at once: long ones are slow, and few bugs want them.
constexpr std::size_t most_growth = 64;
constexpr std::size_t most_parts = 256;

template <class Wanted> void collect(Node& node, std::vector<Node*>& found, const Wanted& wanted) {
    if (wanted(std::as_const(node))) found.push_back(&node);
    for (Node& part : node.parts) collect(part, found, wanted);
}

template <class Wanted> Node* any(Node& tree, Dice& dice, const Wanted& wanted) {
    std::vector<Node*> found;
    collect(tree, found, wanted);
    return found.empty() ? nullptr : found[dice.roll(found.size())];
}

void change_bytes(Node& tree, Dice& dice, const PlainMutation& plain) {
    Node* node = any(tree, dice, [](const Node& n) { return n.parts.empty(); });
    if (node != nullptr) plain(node->bytes, node->bytes.size() + most_growth);
}

void change_head(Node& tree, Dice& dice, const PlainMutation& plain) {
    Node* node = any(tree, dice, [](const Node& n) { return !n.head.empty(); });
    if (node == nullptr) return;
    const std::size_t size = node->head.size();
    plain(node->head, size);
    node->head.resize(size);
}

void change_tail(Node& tree, Dice& dice, const PlainMutation& plain) {
    Node* node = any(tree, dice, [](const Node& n) { return !n.tail.empty(); });
    if (node != nullptr) plain(node->tail, node->tail.size() + 1);
}

void change_list(Node& tree, Dice& dice) {
    Node* node = any(tree, dice, [](const Node& n) { return n.repeats && !n.parts.empty(); });
    if (node == nullptr) return;
    auto& parts = node->parts;
    const std::size_t at = dice.roll(parts.size());
    const std::size_t to = dice.roll(parts.size());
    const auto place = [&](std::size_t index) { return parts.begin() + static_cast<std::ptrdiff_t>(index); };
    switch (dice.roll(4)) {
    case 0: parts.erase(place(at)); break;
    case 1: {
        Node copy = parts[at];
        if (parts.size() < most_parts) parts.insert(place(to), std::move(copy));
        break;
    }
    case 2: std::swap(parts[at], parts[to]); break;
    case 3: parts.erase(place(std::max(at, to)), parts.end()); break;
    default: break;
    }
    // A node without parts is written as its bytes.
    if (parts.empty()) node->bytes.clear();
}

bool holds(const Node& outer, const Node* inner) {
    return &outer == inner ||
           std::ranges::any_of(outer.parts, [inner](const Node& part) { return holds(part, inner); });
}

void replace(Node& tree, Node& source, Dice& dice) {
    Node* to = any(tree, dice, [](const Node& n) { return !n.label.empty(); });
    if (to == nullptr) return;
    Node* from = any(source, dice, [to](const Node& n) { return n.label == to->label && &n != to; });
    if (from == nullptr || holds(*to, from)) return;
    Node copy = *from;
    *to = std::move(copy);
}

void lie(Node& tree, Dice& dice) {
    Node* node = any(tree, dice, [](const Node& n) { return n.length != Length::none; });
    if (node == nullptr) return;
    constexpr std::size_t lies[] = {1, 2, 255, 256, 0x4000, std::size_t{0} - 1, std::size_t{0} - 2};
    node->lie = lies[dice.roll(std::size(lies))];
}

void change(Node& tree, Dice& dice, const PlainMutation& plain) {
    switch (dice.roll(12)) {
    case 0:
    case 1:
    case 2:
    case 3: return change_bytes(tree, dice, plain);
    case 4:
    case 5:
    case 6: return change_list(tree, dice);
    case 7:
    case 8: return change_head(tree, dice, plain);
    case 9: return replace(tree, tree, dice);
    case 10: return lie(tree, dice);
    default: return change_tail(tree, dice, plain);
    }
}

} // namespace

std::size_t Dice::roll(std::size_t sides) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::size_t>((z ^ (z >> 31)) % sides);
}

void mutate(Node& tree, Dice& dice, const PlainMutation& plain) {
    for (std::size_t changes = 1 + dice.roll(4); changes > 0; --changes) change(tree, dice, plain);
}

void cross(Node& tree, Node& other, Dice& dice) {
    replace(tree, other, dice);
}

} // namespace pavise::fuzz
