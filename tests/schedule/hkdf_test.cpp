#include "schedule/hkdf.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

struct HkdfVector {
    HashId hash;
    std::string_view input_keying_material;
    std::string_view salt;
    std::string_view info;
    std::string_view pseudorandom_key;
    std::string_view output;
};

// RFC 5869, appendices A.1 to A.4.
constexpr std::array rfc5869{
    HkdfVector{HashId::sha256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
               "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    HkdfVector{HashId::sha256,
               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
               "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
               "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687"
               "88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
               "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
               "d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
               "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
               "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
               "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    HkdfVector{HashId::sha256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
               "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
               "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
    HkdfVector{HashId::sha1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
               "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
               "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896"},
};

TEST(Hkdf, gives_the_values_of_rfc5869) {
    for (const HkdfVector& vector : rfc5869) {
        const auto hmac = make_hmac(vector.hash);
        ByteVector key(digest_size(vector.hash));
        ASSERT_TRUE(hkdf_extract(*hmac, from_hex(vector.salt), from_hex(vector.input_keying_material), key));
        EXPECT_EQ(to_hex(key), vector.pseudorandom_key);
        ByteVector output(vector.output.size() / 2);
        ASSERT_TRUE(hkdf_expand(*hmac, key, from_hex(vector.info), output));
        EXPECT_EQ(to_hex(output), vector.output);
    }
}

TEST(Hkdf, expands_to_255_blocks_and_no_more) {
    const auto hmac = make_hmac(HashId::sha256);
    const ByteVector key(32, 1);
    ByteVector most(255 * 32);
    ASSERT_TRUE(hkdf_expand(*hmac, key, {}, most));
    ByteVector less(254 * 32 + 1);
    ASSERT_TRUE(hkdf_expand(*hmac, key, {}, less));
    EXPECT_TRUE(std::equal(less.begin(), less.end(), most.begin()));
    ByteVector more(255 * 32 + 1);
    EXPECT_EQ(error_of(hkdf_expand(*hmac, key, {}, more)), ErrorCode::bad_argument);
}

TEST(HkdfExpandLabel, takes_what_hkdf_label_can_carry) {
    const auto hmac = make_hmac(HashId::sha256);
    const ByteVector secret(32, 1);
    const auto expand = [&](std::size_t label_size, std::size_t context_size) {
        ByteVector out(32);
        return hkdf_expand_label(*hmac, secret, std::string(label_size, 'l'), ByteVector(context_size), out);
    };
    EXPECT_TRUE(expand(1, 0));
    EXPECT_TRUE(expand(249, 255));
    EXPECT_EQ(error_of(expand(0, 0)), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(expand(250, 0)), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(expand(1, 256)), ErrorCode::bad_argument);
}

TEST(HkdfExpandLabel, binds_label_context_and_length) {
    const auto hmac = make_hmac(HashId::sha256);
    const ByteVector secret(32, 1);
    const auto expand = [&](std::string_view label, std::string_view context, std::size_t size) {
        ByteVector out(size);
        EXPECT_TRUE(hkdf_expand_label(*hmac, secret, label, as_bytes(context), out));
        return to_hex(Bytes(out).first(16));
    };
    EXPECT_NE(expand("ab", "c", 32), expand("a", "bc", 32));
    EXPECT_NE(expand("a", "", 16), expand("a", "", 32)); // the length is part of HkdfLabel
}

TEST(EmptyTranscriptHash, is_the_hash_of_nothing) {
    for (const HashId id : {HashId::sha1, HashId::sha256, HashId::sha384, HashId::sha512}) {
        const auto hash = provider().hash(id);
        ASSERT_TRUE(hash);
        EXPECT_EQ(hex_of((*hash)->digest()), to_hex(empty_transcript_hash(id)));
        EXPECT_EQ(hash_length_zeros(id).size(), digest_size(id));
    }
}

} // namespace
} // namespace pavise::schedule
