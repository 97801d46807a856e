// The primes of RFC 7919 appendix A, from the formula that it gives for them:
// p = 2^b - 2^(b-64) + (floor(2^(b-130) * e) + X) * 2^64 - 1.
#include "crypto/provider.hpp"

#include <botan/bigint.h>

#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using Botan::BigInt;

// floor(2^bits * e), by the series of e with more bits than are wanted.
BigInt times_e(std::size_t bits) {
    constexpr std::size_t guard = 128;
    BigInt term = BigInt::power_of_2(bits + guard);
    BigInt sum;
    for (Botan::word k = 1; !term.is_zero(); ++k) {
        sum += term;
        term /= BigInt(k);
    }
    return sum >> guard;
}

struct Row {
    NamedGroup group;
    std::size_t bits;
    std::uint64_t x;
};
constexpr Row rows[] = {
    {NamedGroup::ffdhe2048, 2048, 560316},   {NamedGroup::ffdhe3072, 3072, 2625351},
    {NamedGroup::ffdhe4096, 4096, 5736041},  {NamedGroup::ffdhe6144, 6144, 15705020},
    {NamedGroup::ffdhe8192, 8192, 10965728},
};

TEST(FiniteFieldPrimes, are_those_of_the_formula) {
    for (const Row& row : rows) {
        const BigInt prime = BigInt::power_of_2(row.bits) - BigInt::power_of_2(row.bits - 64) +
                             ((times_e(row.bits - 130) + BigInt(row.x)) << 64) - BigInt(1);
        const auto group = named_finite_field(row.group);
        ASSERT_TRUE(group);
        EXPECT_EQ(BigInt(std::span<const std::uint8_t>(group->prime)), prime) << row.bits;
        EXPECT_EQ(BigInt(std::span<const std::uint8_t>(group->generator)), BigInt(2)) << row.bits;
    }
}

} // namespace
} // namespace pavise::crypto
