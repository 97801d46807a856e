#include "record/padding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace pavise::record {
namespace {

std::uint64_t load64_little_endian(const std::uint8_t* in) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(in[i]) << (8 * i);
    return value;
}

// All bits set where `value` is not 0, without a branch and without one that a compiler makes of it.
std::uint64_t mask_if_nonzero(std::uint64_t value) noexcept {
    std::uint64_t mask = std::uint64_t{0} - ((value | (std::uint64_t{0} - value)) >> 63);
    __asm__ volatile("" : "+r"(mask));
    return mask;
}

} // namespace

std::size_t size_without_padding_in_constant_time(Bytes inner) noexcept {
    const std::size_t odd = inner.size() % 8;
    std::array<std::uint8_t, 8> start{};
    std::copy_n(inner.begin(), odd, start.begin());
    std::uint64_t last_word = load64_little_endian(start.data());
    std::uint64_t last_at = 0; // where last_word begins
    for (std::size_t at = odd; at < inner.size(); at += 8) {
        const std::uint64_t word = load64_little_endian(inner.data() + at);
        const std::uint64_t mask = mask_if_nonzero(word);
        last_word = (word & mask) | (last_word & ~mask);
        last_at = (at & mask) | (last_at & ~mask);
    }
    // Of a word that is 0 there is nothing to count, and countl_zero() would have a branch for it.
    const auto bytes_of_word = static_cast<std::uint64_t>(71 - std::countl_zero(last_word | 1)) / 8;
    return static_cast<std::size_t>(last_at + (bytes_of_word & mask_if_nonzero(last_word)));
}

} // namespace pavise::record
