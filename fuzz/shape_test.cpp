// The trees that inputs are mutated as: nothing is lost in them, and what is changed stays well formed around
// the change.
#include "shape/der.hpp"
#include "shape/mutator.hpp"
#include "shape/tls.hpp"
#include "target.hpp"
#include "world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::fuzz {
namespace {

TEST(Shape, of_every_seed_is_written_back_to_the_same_bytes) {
    std::size_t looked_at = 0;
    for (const Target& target : all_targets()) {
        if (!target.shape) continue;
        for (const ByteVector& seed : target.seeds) {
            const auto tree = target.shape(seed);
            ASSERT_TRUE(tree) << target.name;
            EXPECT_EQ(written(*tree), seed) << target.name;
            ++looked_at;
        }
    }
    EXPECT_GE(looked_at, 40u);
}

std::size_t count_label(const Node& node, std::string_view label) {
    std::size_t count = node.label == label ? 1 : 0;
    for (const Node& part : node.parts) count += count_label(part, label);
    return count;
}

TEST(Shape, takes_records_of_the_null_provider_apart) {
    const Conversation whole = conversation_in(without_cryptography(world13()));
    const auto tree = records_shape(whole.to_client);
    ASSERT_TRUE(tree);
    // ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished, two tickets, a KeyUpdate at
    // least.
    EXPECT_GE(count_label(*tree, "message"), 8u);
    EXPECT_GE(count_label(*tree, "extension"), 3u);
}

TEST(Shape, counts_a_changed_part_in_every_length_around_it) {
    const ByteVector hello = conversation_in(world13()).to_server;
    auto tree = records_shape(hello);
    ASSERT_TRUE(tree);
    Node& extensions = tree->parts.at(0).parts.at(0).parts.back();
    ASSERT_EQ(extensions.label, "extensions");
    extensions.parts.erase(extensions.parts.begin());
    const ByteVector shorter = written(*tree);
    const auto again = records_shape(shorter);
    ASSERT_TRUE(again);
    EXPECT_EQ(count_label(*again, "extension") + 1, count_label(*records_shape(hello), "extension"));
}

TEST(Shape, of_der_has_lengths_in_short_and_long_form) {
    const auto tree = der_shape(testing::authority().der);
    ASSERT_TRUE(tree);
    EXPECT_EQ(written(*tree), testing::authority().der);
    EXPECT_GE(count_label(*tree, "element"), 30u);
    EXPECT_FALSE(der_shape(ByteVector{0x30, 0x05, 0x01}));
}

TEST(Shape, of_crypto_frames_is_written_back) {
    const ByteVector frames{0, 0, 5, 14, 0, 0, 1, 7, 2, 0, 2, 9, 9};
    const auto tree = frames_shape(frames);
    ASSERT_TRUE(tree);
    EXPECT_EQ(written(*tree), frames);
    EXPECT_EQ(count_label(*tree, "frame"), 2u);
    // The second holds no message.
    EXPECT_EQ(tree->parts.at(0).parts.size(), 1u);
    EXPECT_EQ(tree->parts.at(1).parts.size(), 0u);
    const ByteVector cut(frames.begin(), frames.end() - 1);
    EXPECT_EQ(written(*frames_shape(cut)), cut);
}

// What a fuzzer's own mutation is here: a byte that counts.
void increment(ByteVector& bytes, std::size_t) {
    if (!bytes.empty()) ++bytes.front();
}

TEST(Mutation, repeats_itself_and_changes_something) {
    const ByteVector wire = conversation_in(without_cryptography(world13())).to_server;
    std::size_t changed = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        auto one = records_shape(wire);
        auto two = records_shape(wire);
        Dice dice(seed);
        Dice same(seed);
        mutate(*one, dice, increment);
        mutate(*two, same, increment);
        EXPECT_EQ(written(*one), written(*two));
        if (written(*one) != wire) ++changed;
    }
    EXPECT_GE(changed, 150u);
}

TEST(Mutation, puts_parts_in_the_place_of_others_of_their_kind) {
    auto tree = records_shape(conversation_in(world13()).to_server);
    std::size_t changed = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto other = records_shape(conversation_in(without_cryptography(world12())).to_server);
        Node copy = *tree;
        Dice dice(seed);
        cross(copy, *other, dice);
        if (written(copy) != written(*tree)) ++changed;
    }
    EXPECT_GE(changed, 10u);
}

} // namespace
} // namespace pavise::fuzz
