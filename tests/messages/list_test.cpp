#include "messages/enum_list.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/list.hpp"
#include "messages/value_set.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pavise::messages {
namespace {

static_assert(std::forward_iterator<EnumList<NamedGroup>::Iterator>);
static_assert(std::input_iterator<List<KeyShareEntry>::Iterator>);

template <class L> ByteVector written(const L& list) {
    ByteVector out;
    wire::Writer writer(out);
    list.write(writer);
    return out;
}

constexpr std::array<std::uint8_t, 6> groups_on_the_wire{0x00, 0x1d, 0x0a, 0x0a, 0x11, 0xec};
constexpr std::array<NamedGroup, 3> groups{NamedGroup::x25519, static_cast<NamedGroup>(0x0a0a),
                                           NamedGroup::x25519_ml_kem_768};

TEST(EnumList, is_the_same_from_the_wire_and_from_values) {
    const auto received = EnumList<NamedGroup>::from_wire(groups_on_the_wire);
    ASSERT_TRUE(received);
    for (const EnumList<NamedGroup>& list : {*received, EnumList<NamedGroup>(groups)}) {
        EXPECT_EQ(list.size(), 3u);
        EXPECT_EQ(std::vector(list.begin(), list.end()), std::vector(groups.begin(), groups.end()));
        EXPECT_EQ(list[2], NamedGroup::x25519_ml_kem_768);
        EXPECT_TRUE(list.contains(NamedGroup::x25519_ml_kem_768));
        EXPECT_FALSE(list.contains(NamedGroup::secp256r1));
        EXPECT_EQ(written(list), ByteVector(groups_on_the_wire.begin(), groups_on_the_wire.end()));
    }
    EXPECT_TRUE(EnumList<NamedGroup>().empty());
}

TEST(EnumList, refuses_half_a_value) {
    for (const std::size_t size : {1u, 3u, 5u})
        EXPECT_EQ(EnumList<NamedGroup>::from_wire(Bytes(groups_on_the_wire).first(size)).error().code,
                  ErrorCode::bad_vector_length);
    EXPECT_EQ(EnumList<PskKeyExchangeMode>::from_wire(Bytes(groups_on_the_wire).first(3))->size(), 3u);
}

TEST(List, is_the_same_from_the_wire_and_from_elements) {
    const ByteVector key{1, 2};
    const std::array<KeyShareEntry, 2> entries{{{NamedGroup::x25519, key}, {NamedGroup::secp256r1, key}}};
    const ByteVector wire{0, 0x1d, 0, 2, 1, 2, 0, 0x17, 0, 2, 1, 2};
    const auto received = List<KeyShareEntry>::from_wire(wire);
    ASSERT_TRUE(received);
    for (const List<KeyShareEntry>& list : {*received, List<KeyShareEntry>(entries)}) {
        EXPECT_EQ(list.size(), 2u);
        EXPECT_EQ(list.begin()->group, NamedGroup::x25519);
        std::vector<NamedGroup> seen;
        for (const KeyShareEntry& entry : list) {
            seen.push_back(entry.group);
            EXPECT_EQ(ByteVector(entry.key_exchange.begin(), entry.key_exchange.end()), key);
        }
        EXPECT_EQ(seen, (std::vector{NamedGroup::x25519, NamedGroup::secp256r1}));
        EXPECT_EQ(written(list), wire);
    }
    EXPECT_TRUE(List<KeyShareEntry>().empty());
    EXPECT_TRUE(List<KeyShareEntry>().begin() == List<KeyShareEntry>().end());
}

TEST(List, checks_every_element_and_their_number) {
    const ByteVector wire{0, 0x1d, 0, 1, 9, 0, 0x17, 0, 1, 9};
    EXPECT_TRUE(List<KeyShareEntry>::from_wire(wire, 2, ErrorCode::too_many_certificates));
    EXPECT_EQ(List<KeyShareEntry>::from_wire(wire, 1, ErrorCode::too_many_certificates).error().code,
              ErrorCode::too_many_certificates);
    for (std::size_t size = 1; size < wire.size(); ++size)
        EXPECT_EQ(bool(List<KeyShareEntry>::from_wire(Bytes(wire).first(size))), size == 5) << size;
}

TEST(List, ends_at_the_first_malformed_element_when_unchecked) {
    const ByteVector wire{0, 0x1d, 0, 1, 9, 0, 0x17, 0};
    EXPECT_EQ(List<KeyShareEntry>::unchecked(wire).size(), 1u);
}

TEST(ValueSet, tells_the_first_from_the_second) {
    ValueSet set;
    for (const std::uint16_t value : std::array<std::uint16_t, 3>{0, 1, 65535}) {
        EXPECT_TRUE(set.insert(value));
        EXPECT_FALSE(set.insert(value));
    }
}

} // namespace
} // namespace pavise::messages
