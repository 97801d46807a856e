#include "base/secret.hpp"

namespace pavise {

namespace {

// What the optimiser may not draw conclusions from: no early exit by a clever one.
template <class Word> void keep(Word& value) noexcept {
    __asm__ volatile("" : "+r"(value));
}

} // namespace

bool constant_time_equal(Bytes a, Bytes b) noexcept {
    if (a.size() != b.size()) return false;
    std::uint64_t difference = 0;
    std::size_t i = 0;
    for (; i + sizeof difference <= a.size(); i += sizeof difference) {
        std::uint64_t word_of_a = 0;
        std::uint64_t word_of_b = 0;
        std::memcpy(&word_of_a, &a[i], sizeof word_of_a);
        std::memcpy(&word_of_b, &b[i], sizeof word_of_b);
        difference |= word_of_a ^ word_of_b;
        keep(difference);
    }
    for (; i < a.size(); ++i) {
        difference |= static_cast<std::uint64_t>(a[i] ^ b[i]);
        keep(difference);
    }
    return difference == 0;
}

} // namespace pavise
