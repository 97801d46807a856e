// Changes an input part by part. Random and plain mutation come from whoever calls: libFuzzer, or a test.
#pragma once

#include "shape/tree.hpp"

namespace pavise::fuzz {

// The same numbers for the same seed (SplitMix64).
class Dice {
    std::uint64_t state_;

  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    // Below `sides`, which is not 0.
    std::size_t roll(std::size_t sides);
};

// What the fuzzer itself makes of the bytes of one part; it may give back at most `most` bytes.
using PlainMutation = std::function<void(ByteVector& bytes, std::size_t most)>;

// A tree with one to four changes: a part removed, repeated, moved, put in the place of another of its kind,
// its type or its bytes changed, its length made a lie.
void mutate(Node& tree, Dice& dice, const PlainMutation& plain);

// `tree` with a part of `other` in the place of one of the same kind.
void cross(Node& tree, Node& other, Dice& dice);

} // namespace pavise::fuzz
