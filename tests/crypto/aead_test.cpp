// Known answers: RFC 8439 §2.8.2, NIST's GCM test cases 4 and 16 (McGrew and Viega), RFC 3610's construction
// by round trip against itself; and what a record layer relies on.
#include "allocation_counter.hpp"
#include "support.hpp"

#include "crypto/provider.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pavise::crypto {
namespace {

using testing::allocation_count;
using testing::from_hex;
using testing::to_hex;

const Provider& provider = botan_provider();
constexpr AeadId all_aeads[] = {AeadId::aes_128_gcm,  AeadId::aes_256_gcm, AeadId::chacha20_poly1305,
                                AeadId::aes_128_ccm,  AeadId::aes_256_ccm, AeadId::aes_128_ccm_8,
                                AeadId::aes_256_ccm_8};

std::unique_ptr<Aead> make(AeadId id, AeadUse use, Bytes key) {
    auto made = provider.aead(id, use, key);
    return made ? std::move(*made) : nullptr;
}

struct Known {
    AeadId id;
    const char* key;
    const char* nonce;
    const char* associated_data;
    const char* plaintext;
    const char* ciphertext;
    const char* tag;
};

constexpr const char* gcm_plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";

constexpr Known known[] = {
    {AeadId::aes_128_gcm, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2", gcm_plaintext,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {AeadId::aes_256_gcm, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", gcm_plaintext,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {AeadId::chacha20_poly1305, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
};

TEST(Aead, gives_the_known_answers_in_place) {
    for (const Known& row : known) {
        const auto sealer = make(row.id, AeadUse::seal, from_hex(row.key));
        ASSERT_TRUE(sealer);
        ByteVector data = from_hex(row.plaintext);
        ByteVector tag(aead_tag_size(row.id));
        ASSERT_TRUE(sealer->seal(from_hex(row.nonce), from_hex(row.associated_data), data, tag));
        EXPECT_EQ(to_hex(data), row.ciphertext);
        EXPECT_EQ(to_hex(tag), row.tag);
        const auto opener = make(row.id, AeadUse::open, from_hex(row.key));
        ASSERT_TRUE(opener);
        ASSERT_TRUE(opener->open(from_hex(row.nonce), from_hex(row.associated_data), data, tag));
        EXPECT_EQ(to_hex(data), row.plaintext);
    }
}

class EveryAead : public ::testing::TestWithParam<AeadId> {
  protected:
    const AeadId id = GetParam();
    const ByteVector key = ByteVector(aead_key_size(id), 0x42);
    const ByteVector nonce = ByteVector(aead_nonce_size, 0x17);
    const ByteVector header = from_hex("1703030010");
    std::unique_ptr<Aead> sealer = make(id, AeadUse::seal, key);
    std::unique_ptr<Aead> opener = make(id, AeadUse::open, key);
    ByteVector tag = ByteVector(aead_tag_size(id));
};

TEST_P(EveryAead, round_trips_every_kind_of_length_with_the_tag_behind_the_data) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 255U, 16384U, 16385U}) {
        const ByteVector plaintext(size, 0xa5);
        ByteVector record = plaintext;
        record.resize(size + tag.size());
        const auto data = std::span(record).first(size);
        const auto tail = std::span(record).subspan(size);
        ASSERT_TRUE(sealer->seal(nonce, header, data, tail));
        if (size > 0) {
            EXPECT_NE(to_hex(data), to_hex(plaintext));
        }
        ASSERT_TRUE(opener->open(nonce, header, data, tail)) << size;
        EXPECT_EQ(to_hex(data), to_hex(plaintext));
    }
}

TEST_P(EveryAead, refuses_what_was_changed_wipes_it_and_works_on) {
    const ByteVector plaintext(100, 0xa5);
    ByteVector sealed = plaintext;
    ASSERT_TRUE(sealer->seal(nonce, header, sealed, tag));
    const auto expect_refused = [&](ByteVector n, ByteVector h, ByteVector data, ByteVector t) {
        EXPECT_EQ(opener->open(n, h, data, t).error(), Error{ErrorCode::bad_record_mac});
        EXPECT_EQ(to_hex(data), to_hex(ByteVector(data.size())));
    };
    const auto flipped = [](ByteVector bytes, std::size_t at) {
        bytes[at] ^= 1;
        return bytes;
    };
    expect_refused(flipped(nonce, 11), header, sealed, tag);
    expect_refused(nonce, flipped(header, 0), sealed, tag);
    expect_refused(nonce, ByteVector(), sealed, tag);
    expect_refused(nonce, header, flipped(sealed, 99), tag);
    expect_refused(nonce, header, ByteVector(sealed.begin(), sealed.end() - 1), tag);
    expect_refused(nonce, header, sealed, flipped(tag, tag.size() - 1));
    expect_refused(nonce, header, ByteVector(), tag);
    ASSERT_TRUE(opener->open(nonce, header, sealed, tag));
    EXPECT_EQ(sealed, plaintext);
}

TEST_P(EveryAead, is_made_for_one_direction_and_exact_lengths) {
    ByteVector data(10);
    EXPECT_EQ(opener->seal(nonce, header, data, tag).error().code, ErrorCode::internal);
    EXPECT_EQ(sealer->open(nonce, header, data, tag).error().code, ErrorCode::internal);
    EXPECT_EQ(sealer->seal(ByteVector(11), header, data, tag).error().code, ErrorCode::internal);
    EXPECT_EQ(sealer->seal(ByteVector(13), header, data, tag).error().code, ErrorCode::internal);
    ByteVector short_tag(tag.size() - 1);
    EXPECT_EQ(sealer->seal(nonce, header, data, short_tag).error().code, ErrorCode::internal);
    EXPECT_EQ(opener->open(nonce, header, data, short_tag).error().code, ErrorCode::internal);
    EXPECT_FALSE(provider.aead(id, AeadUse::seal, ByteVector(key.size() - 1)));
    EXPECT_FALSE(provider.aead(id, AeadUse::seal, ByteVector(key.size() + 1)));
}

// Modes that are done serve again, with other keys: more at a time than are kept, so that some are new.
TEST_P(EveryAead, is_as_new_whatever_it_was_used_for_before) {
    constexpr std::size_t more_than_are_kept = 20;
    const ByteVector plaintext(100, 0xa5);
    {
        std::vector<std::unique_ptr<Aead>> former;
        for (std::size_t i = 0; i < more_than_are_kept; ++i) {
            const AeadUse use = i % 2 == 0 ? AeadUse::seal : AeadUse::open;
            former.push_back(make(id, use, ByteVector(key.size(), static_cast<std::uint8_t>(i))));
            ByteVector data = plaintext;
            if (use == AeadUse::seal) {
                ASSERT_TRUE(former.back()->seal(nonce, ByteVector(40, 0x17), data, tag));
            } else {
                EXPECT_FALSE(former.back()->open(nonce, header, data, tag)); // left behind by a refusal
            }
        }
    }
    ByteVector expected = plaintext;
    ByteVector expected_tag = tag;
    ASSERT_TRUE(sealer->seal(nonce, header, expected, expected_tag));
    std::vector<std::unique_ptr<Aead>> again;
    for (std::size_t i = 0; i < more_than_are_kept; ++i) {
        again.push_back(make(id, AeadUse::seal, key));
        ByteVector data = plaintext;
        ASSERT_TRUE(again.back()->seal(nonce, header, data, tag));
        EXPECT_EQ(to_hex(data), to_hex(expected)) << i;
        EXPECT_EQ(to_hex(tag), to_hex(expected_tag)) << i;
        again.push_back(make(id, AeadUse::open, key));
        ASSERT_TRUE(again.back()->open(nonce, header, data, tag)) << i;
        EXPECT_EQ(data, plaintext) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryAead, ::testing::ValuesIn(all_aeads));

TEST(Aead, allocates_nothing_for_a_record) {
    for (const AeadId id : {AeadId::aes_128_gcm, AeadId::aes_256_gcm, AeadId::chacha20_poly1305}) {
        const ByteVector key(aead_key_size(id), 1);
        const auto sealer = make(id, AeadUse::seal, key);
        const auto opener = make(id, AeadUse::open, key);
        ASSERT_TRUE(sealer && opener);
        const ByteVector nonce(aead_nonce_size);
        const ByteVector header(13);
        ByteVector data(16385);
        ByteVector tag(aead_tag_size(id));
        const std::size_t before = allocation_count();
        bool good = true;
        for (int i = 0; i < 3; ++i) { // the first record as well
            good = good && sealer->seal(nonce, header, data, tag).has_value();
            good = good && opener->open(nonce, header, data, tag).has_value();
        }
        EXPECT_EQ(allocation_count() - before, 0U) << static_cast<int>(id);
        EXPECT_TRUE(good);
    }
}

} // namespace
} // namespace pavise::crypto
