// Known answers: NIST SP 800-38A F.2.1 and F.2.5.
#include "allocation_counter.hpp"
#include "support.hpp"

#include "crypto/provider.hpp"

#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using testing::from_hex;
using testing::to_hex;

const Provider& provider = botan_provider();

std::unique_ptr<Cbc> make(CbcId id, AeadUse use, Bytes key) {
    auto made = provider.cbc(id, use, key);
    return made ? std::move(*made) : nullptr;
}

TEST(Cbc, gives_the_answers_of_sp_800_38a) {
    struct Row {
        CbcId id;
        const char* key;
        const char* ciphertext;
    };
    constexpr Row rows[] = {
        {CbcId::aes_128, "2b7e151628aed2a6abf7158809cf4f3c",
         "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
        {CbcId::aes_256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
    };
    const std::string plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
    const ByteVector iv = from_hex("000102030405060708090a0b0c0d0e0f");
    for (const Row& row : rows) {
        const auto encryptor = make(row.id, AeadUse::seal, from_hex(row.key));
        const auto decryptor = make(row.id, AeadUse::open, from_hex(row.key));
        ASSERT_TRUE(encryptor && decryptor);
        for (int i = 0; i < 2; ++i) { // a record does not depend on the one before
            ByteVector data = from_hex(plaintext);
            ASSERT_TRUE(encryptor->encrypt(iv, data));
            EXPECT_EQ(to_hex(data), row.ciphertext);
            ASSERT_TRUE(decryptor->decrypt(iv, data));
            EXPECT_EQ(to_hex(data), plaintext);
        }
    }
}

TEST(Cbc, is_made_for_one_direction_and_whole_blocks) {
    const auto encryptor = make(CbcId::aes_128, AeadUse::seal, ByteVector(16));
    const auto decryptor = make(CbcId::aes_128, AeadUse::open, ByteVector(16));
    ASSERT_TRUE(encryptor && decryptor);
    const ByteVector iv(cbc_block_size);
    ByteVector data(32);
    EXPECT_EQ(encryptor->decrypt(iv, data).error().code, ErrorCode::internal);
    EXPECT_EQ(decryptor->encrypt(iv, data).error().code, ErrorCode::internal);
    EXPECT_EQ(encryptor->encrypt(ByteVector(15), data).error().code, ErrorCode::internal);
    EXPECT_EQ(encryptor->encrypt(iv, std::span(data).first(31)).error().code, ErrorCode::internal);
    EXPECT_TRUE(encryptor->encrypt(iv, std::span(data).first(0)));
    EXPECT_FALSE(provider.cbc(CbcId::aes_256, AeadUse::seal, ByteVector(16)));
}

TEST(Cbc, allocates_nothing_for_a_record) {
    const auto encryptor = make(CbcId::aes_256, AeadUse::seal, ByteVector(32));
    const auto decryptor = make(CbcId::aes_256, AeadUse::open, ByteVector(32));
    ASSERT_TRUE(encryptor && decryptor);
    const ByteVector iv(cbc_block_size);
    ByteVector data(16384 + 256);
    const std::size_t before = testing::allocation_count();
    const bool good = encryptor->encrypt(iv, data).has_value() && decryptor->decrypt(iv, data).has_value();
    EXPECT_EQ(testing::allocation_count() - before, 0U);
    EXPECT_TRUE(good);
}

} // namespace
} // namespace pavise::crypto
