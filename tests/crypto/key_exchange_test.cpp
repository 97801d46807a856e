// Known answers: RFC 7748 §6; round trips and refusals for every group (RFC 8446 §4.2.8, §7.4.2).
#include "support.hpp"

#include "crypto/provider.hpp"

#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using testing::copy;
using testing::from_hex;
using testing::ScriptedRng;
using testing::SeededRng;
using testing::to_hex;

const Provider& provider = botan_provider();

struct Sizes {
    NamedGroup group;
    std::size_t initiator, responder, secret;
};

constexpr Sizes all_groups[] = {
    {NamedGroup::secp256r1, 65, 65, 32},
    {NamedGroup::secp384r1, 97, 97, 48},
    {NamedGroup::secp521r1, 133, 133, 66},
    {NamedGroup::x25519, 32, 32, 32},
    {NamedGroup::x448, 56, 56, 56},
    {NamedGroup::ffdhe2048, 256, 256, 256},
    {NamedGroup::ffdhe3072, 384, 384, 384},
    {NamedGroup::ffdhe4096, 512, 512, 512},
    {NamedGroup::ffdhe6144, 768, 768, 768},
    {NamedGroup::ffdhe8192, 1024, 1024, 1024},
    {NamedGroup::ml_kem_512, 800, 768, 32},
    {NamedGroup::ml_kem_768, 1184, 1088, 32},
    {NamedGroup::ml_kem_1024, 1568, 1568, 32},
    {NamedGroup::x25519_ml_kem_768, 1184 + 32, 1088 + 32, 64},
    {NamedGroup::secp256r1_ml_kem_768, 65 + 1184, 65 + 1088, 64},
    {NamedGroup::secp384r1_ml_kem_1024, 97 + 1568, 97 + 1568, 80},
};

class EveryGroup : public ::testing::TestWithParam<Sizes> {
  protected:
    const Sizes sizes = GetParam();
    SeededRng rng{1};
    std::unique_ptr<KeyShare> share = [this] {
        auto made = provider.generate_key_share(sizes.group, rng);
        return made ? std::move(*made) : nullptr;
    }();
};

TEST_P(EveryGroup, gives_both_sides_the_same_secret_of_the_fixed_lengths) {
    ASSERT_TRUE(share);
    EXPECT_TRUE(provider.supports(sizes.group));
    EXPECT_EQ(share->group(), sizes.group);
    EXPECT_EQ(share->public_value().size(), sizes.initiator);
    const auto answer = provider.answer_key_share(sizes.group, share->public_value(), rng);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->public_value.size(), sizes.responder);
    const auto secret = share->agree(answer->public_value);
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->size(), sizes.secret);
    EXPECT_EQ(to_hex(secret->view()), to_hex(answer->secret.view()));
}

TEST_P(EveryGroup, repeats_itself_with_the_same_seed_and_only_then) {
    const auto run = [&](std::uint64_t seed) {
        SeededRng source(seed);
        auto mine = provider.generate_key_share(sizes.group, source);
        auto answer = provider.answer_key_share(sizes.group, (*mine)->public_value(), source);
        return to_hex((*mine)->public_value()) + to_hex(answer->public_value) + to_hex(answer->secret.view());
    };
    EXPECT_EQ(run(5), run(5));
    EXPECT_NE(run(5), run(6));
}

TEST_P(EveryGroup, refuses_values_one_byte_short_or_long_and_empty_ones) {
    ASSERT_TRUE(share);
    const auto answer = provider.answer_key_share(sizes.group, share->public_value(), rng);
    ASSERT_TRUE(answer);
    for (const int change : {-1, 1, -1000000}) {
        const auto resized = [&](ByteVector value) {
            const auto size = static_cast<int>(value.size()) + change;
            value.resize(static_cast<std::size_t>(std::max(size, 0)));
            return value;
        };
        EXPECT_EQ(provider.answer_key_share(sizes.group, resized(copy(share->public_value())), rng).error(),
                  Error{ErrorCode::bad_key_share});
        EXPECT_EQ(share->agree(resized(answer->public_value)).error(), Error{ErrorCode::bad_key_share});
    }
}

TEST_P(EveryGroup, passes_on_the_failure_of_the_random_source) {
    ScriptedRng empty({});
    EXPECT_EQ(provider.generate_key_share(sizes.group, empty).error(),
              (Error{ErrorCode::random_source_failed, 7}));
    ASSERT_TRUE(share);
    EXPECT_EQ(provider.answer_key_share(sizes.group, share->public_value(), empty).error(),
              (Error{ErrorCode::random_source_failed, 7}));
}

INSTANTIATE_TEST_SUITE_P(All, EveryGroup, ::testing::ValuesIn(all_groups),
                         [](const auto& row) { return name_of(row.param.group); });

TEST(KeyShare, of_an_unknown_group_is_not_supported) {
    for (const auto group : {NamedGroup(0x1a1a), NamedGroup(0), NamedGroup(22)}) {
        SeededRng rng(1);
        EXPECT_FALSE(provider.supports(group));
        EXPECT_EQ(provider.generate_key_share(group, rng).error().code, ErrorCode::not_supported);
        EXPECT_EQ(provider.answer_key_share(group, ByteVector(32, 9), rng).error().code,
                  ErrorCode::not_supported);
    }
}

TEST(KeyShare, of_x25519_gives_the_answers_of_rfc_7748) {
    ScriptedRng alice_key(from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    ScriptedRng bob_key(from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    auto alice = provider.generate_key_share(NamedGroup::x25519, alice_key);
    ASSERT_TRUE(alice);
    EXPECT_EQ(to_hex((*alice)->public_value()),
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    const auto bob = provider.answer_key_share(NamedGroup::x25519, (*alice)->public_value(), bob_key);
    ASSERT_TRUE(bob);
    EXPECT_EQ(to_hex(bob->public_value), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    EXPECT_EQ(to_hex(bob->secret.view()), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    EXPECT_EQ(to_hex((*alice)->agree(bob->public_value)->view()), to_hex(bob->secret.view()));
}

TEST(KeyShare, of_a_montgomery_curve_refuses_an_all_zero_secret) {
    // Points of small order (RFC 7748 §6.1, §6.2): whatever the private key, their multiple is zero.
    const std::pair<NamedGroup, ByteVector> points[] = {
        {NamedGroup::x25519, ByteVector(32)},
        {NamedGroup::x25519, from_hex("01" + std::string(62, '0'))},
        {NamedGroup::x25519, from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")},
        {NamedGroup::x25519, from_hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")},
        {NamedGroup::x448, ByteVector(56)},
        {NamedGroup::x448, from_hex("01" + std::string(110, '0'))},
    };
    for (const auto& [group, point] : points) {
        SeededRng rng(3);
        EXPECT_EQ(provider.answer_key_share(group, point, rng).error(), Error{ErrorCode::bad_key_share});
        auto share = provider.generate_key_share(group, rng);
        ASSERT_TRUE(share);
        EXPECT_EQ((*share)->agree(point).error(), Error{ErrorCode::bad_key_share});
    }
}

TEST(KeyShare, of_a_nist_curve_takes_uncompressed_points_on_the_curve_alone) {
    for (const auto group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
        SeededRng rng(4);
        auto share = provider.generate_key_share(group, rng);
        ASSERT_TRUE(share);
        const ByteVector good = copy((*share)->public_value());
        ASSERT_EQ(good[0], 4);
        const std::size_t field = (good.size() - 1) / 2;
        ByteVector off_curve = good;
        off_curve.back() ^= 1;
        ByteVector compressed(good.begin(), good.begin() + 1 + static_cast<std::ptrdiff_t>(field));
        compressed[0] = static_cast<std::uint8_t>(2 + (good.back() & 1));
        ByteVector hybrid = good;
        hybrid[0] = static_cast<std::uint8_t>(6 + (good.back() & 1));
        ByteVector origin(good.size());
        origin[0] = 4;
        ByteVector too_large(good.size(), 0xff); // coordinates above the field's prime
        too_large[0] = 4;
        for (const ByteVector& bad : {off_curve, compressed, hybrid, origin, too_large, ByteVector{0}}) {
            EXPECT_EQ((*share)->agree(bad).error(), Error{ErrorCode::bad_key_share});
            EXPECT_EQ(provider.answer_key_share(group, bad, rng).error(), Error{ErrorCode::bad_key_share});
        }
    }
}

// The mirror of Raccoon (CVE-2020-1968): in ECDH leading zeros of the secret stay (RFC 8446 §7.4.2).
TEST(KeyShare, keeps_the_leading_zeros_of_a_secret) {
    SeededRng rng(1);
    auto share = provider.generate_key_share(NamedGroup::secp256r1, rng);
    ASSERT_TRUE(share);
    bool seen = false;
    for (int i = 0; i < 5000 && !seen; ++i) {
        const auto answer = provider.answer_key_share(NamedGroup::secp256r1, (*share)->public_value(), rng);
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->secret.size(), 32U);
        seen = answer->secret.view()[0] == 0;
        if (seen) {
            EXPECT_EQ(to_hex((*share)->agree(answer->public_value)->view()), to_hex(answer->secret.view()));
        }
    }
    EXPECT_TRUE(seen);
}

TEST(KeyShare, of_a_hybrid_is_made_of_its_parts_in_the_right_order) {
    // The parts of each share are used as shares of their own groups: that shows where each one lies.
    struct Row {
        NamedGroup hybrid, first, second;
        std::size_t first_initiator, first_responder, first_secret;
    };
    constexpr Row rows[] = {
        {NamedGroup::x25519_ml_kem_768, NamedGroup::ml_kem_768, NamedGroup::x25519, 1184, 1088, 32},
        {NamedGroup::secp256r1_ml_kem_768, NamedGroup::secp256r1, NamedGroup::ml_kem_768, 65, 65, 32},
        {NamedGroup::secp384r1_ml_kem_1024, NamedGroup::secp384r1, NamedGroup::ml_kem_1024, 97, 97, 48},
    };
    for (const Row& row : rows) {
        SeededRng rng(8);
        auto share = provider.generate_key_share(row.hybrid, rng);
        ASSERT_TRUE(share);
        const Bytes offered = (*share)->public_value();
        const auto first = provider.answer_key_share(row.first, offered.first(row.first_initiator), rng);
        const auto second = provider.answer_key_share(row.second, offered.subspan(row.first_initiator), rng);
        ASSERT_TRUE(first && second);
        EXPECT_EQ(first->public_value.size(), row.first_responder);
        ByteVector value = first->public_value;
        value.insert(value.end(), second->public_value.begin(), second->public_value.end());
        const auto secret = (*share)->agree(value);
        ASSERT_TRUE(secret);
        EXPECT_EQ(to_hex(secret->view()), to_hex(first->secret.view()) + to_hex(second->secret.view()));
        EXPECT_EQ(first->secret.size(), row.first_secret);
    }
}

TEST(KeyShare, of_a_kem_refuses_an_encapsulation_key_that_is_not_reduced) {
    // FIPS 203 §7.2, the modulus check: q = 3329 itself as the first coefficient (12 bits, little-endian).
    for (const auto group :
         {NamedGroup::ml_kem_768, NamedGroup::ml_kem_1024, NamedGroup::x25519_ml_kem_768}) {
        SeededRng rng(9);
        auto share = provider.generate_key_share(group, rng);
        ASSERT_TRUE(share);
        ByteVector key = copy((*share)->public_value());
        key[0] = 0x00; // 3328 = 0xd00 is the largest that is allowed
        key[1] = static_cast<std::uint8_t>((key[1] & 0xf0) | 0x0d);
        EXPECT_TRUE(provider.answer_key_share(group, key, rng));
        key[0] = 0x01;
        EXPECT_EQ(provider.answer_key_share(group, key, rng).error(), Error{ErrorCode::bad_key_share});
    }
}

TEST(KeyShare, of_a_kem_answers_a_wrong_ciphertext_with_another_secret) {
    SeededRng rng(10);
    auto share = provider.generate_key_share(NamedGroup::ml_kem_768, rng);
    ASSERT_TRUE(share);
    const auto answer = provider.answer_key_share(NamedGroup::ml_kem_768, (*share)->public_value(), rng);
    ASSERT_TRUE(answer);
    ByteVector wrong = answer->public_value;
    wrong[100] ^= 1;
    const auto secret = (*share)->agree(wrong);
    ASSERT_TRUE(secret); // implicit rejection, FIPS 203 §6.3
    EXPECT_NE(to_hex(secret->view()), to_hex(answer->secret.view()));
}

TEST(KeyShare, with_a_given_private_key_is_the_one_that_belongs_to_it) {
    SeededRng rng(41);
    const auto alice = provider.load_key_share(
        NamedGroup::x25519, from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
        rng);
    ASSERT_TRUE(alice);
    EXPECT_EQ(to_hex((*alice)->public_value()),
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    // The scalar 1 gives the generator (SEC 2 §2.4.2).
    ByteVector one(32);
    one.back() = 1;
    const auto generator = provider.load_key_share(NamedGroup::secp256r1, one, rng);
    ASSERT_TRUE(generator);
    EXPECT_EQ(to_hex((*generator)->public_value()),
              "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
              "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    for (const auto& [group, size] : {std::pair{NamedGroup::secp256r1, 32},
                                      {NamedGroup::secp384r1, 48},
                                      {NamedGroup::secp521r1, 66},
                                      {NamedGroup::x25519, 32},
                                      {NamedGroup::x448, 56}}) {
        ByteVector key(static_cast<std::size_t>(size), 0);
        key.back() = 5;
        EXPECT_TRUE(provider.load_key_share(group, key, rng));
        key.push_back(0);
        EXPECT_EQ(provider.load_key_share(group, key, rng).error().code, ErrorCode::bad_argument);
        key.resize(key.size() - 2);
        EXPECT_EQ(provider.load_key_share(group, key, rng).error().code, ErrorCode::bad_argument);
    }
    EXPECT_EQ(provider.load_key_share(NamedGroup::secp256r1, ByteVector(32), rng).error().code,
              ErrorCode::bad_argument);
    EXPECT_EQ(provider.load_key_share(NamedGroup::secp256r1, ByteVector(32, 0xff), rng).error().code,
              ErrorCode::bad_argument);
    EXPECT_EQ(provider.load_key_share(NamedGroup::ml_kem_768, ByteVector(64), rng).error().code,
              ErrorCode::not_supported);
}

// ---- finite fields

// Raccoon (CVE-2020-1968): TLS 1.2 strips the leading zeros of the secret (RFC 5246 §8.1.2),
// TLS 1.3 keeps them (RFC 8446 §7.4.1). The same seed gives both shares the same private key.
TEST(FiniteField, secret_with_leading_zeros_is_stripped_in_tls12_and_kept_in_tls13) {
    const auto group = named_finite_field(NamedGroup::ffdhe2048);
    ASSERT_TRUE(group);
    SeededRng rng(31);
    SeededRng same_rng(31);
    const auto tls13 = provider.generate_key_share(NamedGroup::ffdhe2048, rng);
    const auto tls12 = provider.generate_dhe_share(*group, same_rng);
    ASSERT_TRUE(tls13 && tls12);
    ASSERT_EQ(to_hex((*tls13)->public_value()), to_hex((*tls12)->public_value()));
    EXPECT_EQ((*tls12)->public_value().size(), 256U);
    bool seen = false;
    for (unsigned peer = 2; peer < 5000 && !seen; ++peer) {
        ByteVector padded(256);
        padded[255] = static_cast<std::uint8_t>(peer);
        padded[254] = static_cast<std::uint8_t>(peer >> 8);
        const auto kept = (*tls13)->agree(padded);
        ASSERT_TRUE(kept);
        ASSERT_EQ(kept->size(), 256U);
        if (kept->view()[0] != 0) continue;
        seen = true;
        std::size_t zeros = 0;
        while (kept->view()[zeros] == 0) ++zeros;
        const auto stripped = (*tls12)->agree(padded);
        ASSERT_TRUE(stripped);
        EXPECT_EQ(stripped->size(), 256 - zeros);
        EXPECT_EQ(to_hex(stripped->view()), to_hex(kept->view().subspan(zeros)));
        // In TLS 1.2 the peer's value may come without its leading zeros, or with one more.
        const ByteVector shortest(padded.begin() + (peer > 255 ? 254 : 255), padded.end());
        EXPECT_EQ(to_hex((*tls12)->agree(shortest)->view()), to_hex(stripped->view()));
        ByteVector one_more = padded;
        one_more.insert(one_more.begin(), 0);
        EXPECT_EQ(to_hex((*tls12)->agree(one_more)->view()), to_hex(stripped->view()));
        EXPECT_EQ((*tls13)->agree(shortest).error(), Error{ErrorCode::bad_key_share});
    }
    EXPECT_TRUE(seen);
}

TEST(FiniteField, value_outside_of_its_range_is_refused) {
    // RFC 8446 §4.2.8.1: 1 < Y < p - 1.
    const ByteVector prime = named_finite_field(NamedGroup::ffdhe2048)->prime;
    const auto minus = [&](std::uint8_t n) {
        ByteVector value = prime;
        value.back() = static_cast<std::uint8_t>(value.back() - n);
        return value;
    };
    ASSERT_EQ(prime.size(), 256U);
    ASSERT_EQ(prime.back(), 0xff);
    ByteVector one(256);
    one.back() = 1;
    ByteVector two(256);
    two.back() = 2;
    SeededRng rng(32);
    const auto share = provider.generate_key_share(NamedGroup::ffdhe2048, rng);
    ASSERT_TRUE(share);
    for (const ByteVector& bad : {ByteVector(256), one, minus(1), minus(0), ByteVector(256, 0xff)}) {
        EXPECT_EQ((*share)->agree(bad).error(), Error{ErrorCode::bad_key_share});
        EXPECT_EQ(provider.answer_key_share(NamedGroup::ffdhe2048, bad, rng).error(),
                  Error{ErrorCode::bad_key_share});
    }
    for (const ByteVector& good : {two, minus(2)}) EXPECT_TRUE((*share)->agree(good));
    // In TLS 1.2 by an error of its own, for the alert is another (RFC 7919 §3, §4).
    const auto tls12 = provider.generate_dhe_share(*named_finite_field(NamedGroup::ffdhe2048), rng);
    ASSERT_TRUE(tls12);
    for (const ByteVector& bad : {ByteVector{}, one, minus(1), minus(0), ByteVector(257, 0xff)})
        EXPECT_EQ((*tls12)->agree(bad).error(), Error{ErrorCode::bad_dh_value});
}

TEST(FiniteField, group_of_a_server_is_bounded_and_well_formed) {
    SeededRng rng(33);
    const auto code_of = [&](const FiniteFieldGroup& group) {
        const auto share = provider.generate_dhe_share(group, rng);
        return share ? std::string("good") : std::string(name_of(share.error().code));
    };
    const FiniteFieldGroup good = *named_finite_field(NamedGroup::ffdhe2048);
    EXPECT_EQ(code_of(good), "good");
    // A number of so many bits, odd; nobody asks whether it is prime.
    const auto odd_number = [](std::size_t bits) {
        ByteVector number((bits + 7) / 8);
        number[0] = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
        number.back() |= 1;
        return number;
    };
    EXPECT_EQ(code_of({odd_number(min_dh_prime_bits), {2}}), "good");
    EXPECT_EQ(code_of({odd_number(min_dh_prime_bits - 1), {2}}), "dh_group_too_small");
    EXPECT_EQ(code_of({odd_number(max_dh_prime_bits), {2}}), "good");
    EXPECT_EQ(code_of({odd_number(max_dh_prime_bits + 1), {2}}), "bad_dh_group");
    EXPECT_EQ(code_of({{}, {2}}), "dh_group_too_small");
    ByteVector even = good.prime;
    even.back() ^= 1;
    EXPECT_EQ(code_of({even, {2}}), "bad_dh_group");
    for (const ByteVector& generator : {ByteVector{}, ByteVector{0}, ByteVector{1}, even, good.prime})
        EXPECT_EQ(code_of({good.prime, generator}), "bad_dh_group");
    ByteVector largest = even;
    largest.back() -= 1;
    EXPECT_EQ(code_of({good.prime, largest}), "good");
    FiniteFieldGroup padded = good; // as GnuTLS writes a number whose first bit is set
    padded.prime.insert(padded.prime.begin(), 0);
    EXPECT_EQ(code_of(padded), "good");
    EXPECT_FALSE(named_finite_field(NamedGroup::x25519));
}

} // namespace
} // namespace pavise::crypto
