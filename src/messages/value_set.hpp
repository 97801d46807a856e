// ValueSet: which 16-bit code points were seen, to find duplicates in one pass however long the list is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pavise::messages {

// 8 KiB, on the stack of whoever looks for duplicates. Only the parts that values fall into are cleared: a
// hello's dozen of extensions must not push everything else out of the processor's first-level cache.
class ValueSet {
    static constexpr std::size_t part_bits = 256;
    using Part = std::array<std::uint64_t, part_bits / 64>;

    std::array<std::uint64_t, 65536 / part_bits / 64> cleared_{}; // which parts are
    std::array<Part, 65536 / part_bits> parts_;

    // Whether the bit was set before.
    static bool set(std::span<std::uint64_t> words, std::size_t bit) noexcept {
        const std::uint64_t mask = std::uint64_t{1} << bit % 64;
        const bool before = (words[bit / 64] & mask) != 0;
        words[bit / 64] |= mask;
        return before;
    }

  public:
    // insert() clears the parts; a defaulted one would let `ValueSet{}` clear them all.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init,modernize-use-equals-default)
    ValueSet() noexcept {}
    // False when the value was there before.
    [[nodiscard]] bool insert(std::uint16_t value) noexcept {
        const std::size_t number = value / part_bits;
        if (!set(cleared_, number)) parts_[number] = {};
        return !set(parts_[number], value % part_bits);
    }
};

} // namespace pavise::messages
