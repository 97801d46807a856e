#include "base/fixed_vector.hpp"
#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pavise {
namespace {

TEST(FixedSecret, is_wiped_when_moved_from) {
    const std::array<std::uint8_t, 4> bytes{1, 2, 3, 4};
    FixedSecret<8> secret{Bytes(bytes)};
    const std::uint8_t* const storage = secret.view().data();
    FixedSecret<8> taken = std::move(secret);
    EXPECT_EQ(taken.view().size(), 4u);
    EXPECT_EQ(storage[0], 0);
    EXPECT_EQ(storage[3], 0);
    secret = std::move(taken);
    EXPECT_EQ(storage[0], 1);
    secret.wipe();
    EXPECT_EQ(storage[0], 0);
    EXPECT_TRUE(secret.empty());
}

TEST(SecretVector, moves_without_a_copy_left_behind) {
    const std::array<std::uint8_t, 3> bytes{9, 8, 7};
    SecretVector a{Bytes(bytes)};
    const auto* address = a.view().data();
    SecretVector b = std::move(a);
    EXPECT_EQ(b.view().data(), address);
    EXPECT_TRUE(a.empty());
    EXPECT_EQ(b.clone().view()[2], 7);
}

TEST(ConstantTimeEqual, compares_contents_and_lengths) {
    const std::array<std::uint8_t, 3> a{1, 2, 3};
    const std::array<std::uint8_t, 3> b{1, 2, 4};
    EXPECT_TRUE(constant_time_equal(a, a));
    EXPECT_FALSE(constant_time_equal(a, b));
    EXPECT_FALSE(constant_time_equal(a, Bytes(a).first(2)));
    EXPECT_TRUE(constant_time_equal({}, {}));
}

TEST(FixedVector, refuses_what_does_not_fit) {
    FixedVector<int, 2> v;
    EXPECT_TRUE(v.push_back(1));
    EXPECT_TRUE(v.push_back(2));
    EXPECT_FALSE(v.push_back(3));
    EXPECT_EQ(v.size(), 2u);
    EXPECT_TRUE(v.contains(2));
    EXPECT_FALSE(v.contains(3));
}

} // namespace
} // namespace pavise
