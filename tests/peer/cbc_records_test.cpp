// Records of CBC as the scripted peer makes and reads them: the product opens those with the MAC behind, and
// says bad_record_mac to each that is wrong; those with the MAC inside are held against the structure by
// hand.
#include "peer/cbc_records.hpp"

#include "support/environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

using peer::CbcDraft;
using peer::CbcOpener;
using peer::CbcSealer;
using peer::MacOrder;

constexpr auto data = ContentType::application_data;
constexpr std::size_t block = crypto::cbc_block_size;
constexpr std::size_t mac_size = 32;

record::CbcKey key(crypto::AeadUse use) {
    const auto& provider = crypto::botan_provider();
    record::CbcKey key{*provider.cbc(crypto::CbcId::aes_128, use, ByteVector(16, 3)),
                       *provider.hmac(crypto::HashId::sha256)};
    EXPECT_TRUE(key.mac->set_key(ByteVector(mac_size, 5)));
    return key;
}

class CbcRecords : public ::testing::TestWithParam<MacOrder> {
    SeededRng rng_{1};

  protected:
    CbcSealer sealer_{key(crypto::AeadUse::seal), GetParam(), rng_};

    ByteVector sealed(Bytes content, const CbcDraft& draft = {}) {
        const auto record = sealer_.seal(data, content, draft);
        EXPECT_TRUE(record);
        return record ? *record : ByteVector(record::header_size);
    }
    // Opens the first record of an epoch.
    static Result<ByteVector> opened(ByteVector record) {
        const auto content = [&]() -> Result<record::Opened> {
            if (GetParam() == MacOrder::mac_then_encrypt)
                return CbcOpener(key(crypto::AeadUse::open)).open(record);
            auto reading = record::ReadProtection::tls12_cbc(key(crypto::AeadUse::open));
            return reading->open(record);
        }();
        if (!content) return Unexpected(content.error());
        return ByteVector(content->content.begin(), content->content.end());
    }
};
INSTANTIATE_TEST_SUITE_P(BothOrders, CbcRecords,
                         ::testing::Values(MacOrder::mac_then_encrypt, MacOrder::encrypt_then_mac));

TEST_P(CbcRecords, are_opened_whatever_the_length_and_padding) {
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 31u, 32u, 16384u})
        for (const std::size_t more : {std::size_t{0}, std::size_t{1}, peer::most_more_blocks}) {
            sealer_ = CbcSealer(key(crypto::AeadUse::seal), GetParam(), system_rng());
            const ByteVector content(size, 0x61);
            const auto read = opened(sealed(content, {.more_blocks = more}));
            ASSERT_TRUE(read) << size << " and " << more;
            EXPECT_EQ(*read, content);
        }
}

TEST_P(CbcRecords, have_the_longest_padding_that_is_legal) {
    std::size_t longest = 0;
    for (std::size_t size = 0; size < block; ++size)
        (void)sealed(ByteVector(size),
                     {.more_blocks = peer::most_more_blocks, .change = [&](MutableBytes plaintext) {
                          longest = std::max<std::size_t>(longest, plaintext.back());
                      }});
    EXPECT_EQ(longest, 255u);
}

TEST_P(CbcRecords, are_refused_where_they_are_wrong) {
    const auto expect_refused = [&](const CbcDraft& draft, std::size_t from_end = 0) {
        sealer_ = CbcSealer(key(crypto::AeadUse::seal), GetParam(), system_rng());
        ByteVector record = sealed(as_bytes("content"), draft);
        if (from_end > 0) record[record.size() - from_end] ^= 1;
        const auto read = opened(record);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code, ErrorCode::bad_record_mac);
    };
    expect_refused({}, 1);
    expect_refused({}, mac_size + block + 1);
    expect_refused({.change = [](MutableBytes p) { ++p.back(); }});
    expect_refused({.change = [](MutableBytes p) { p[p.size() - 2] ^= 1; }});
    expect_refused({.more_blocks = peer::most_more_blocks,
                    .change = [](MutableBytes p) { p[p.size() - p.back() - 1] ^= 1; }});
    expect_refused({.plaintext = ByteVector(4 * block, 255)});
    expect_refused({.order = GetParam() == MacOrder::mac_then_encrypt ? MacOrder::encrypt_then_mac
                                                                      : MacOrder::mac_then_encrypt});
}

TEST_P(CbcRecords, have_sequence_numbers) {
    (void)sealed(as_bytes("the first"));
    EXPECT_FALSE(opened(sealed(as_bytes("the second"))));
}

// "opaque content…; opaque MAC…; uint8 padding…; uint8 padding_length;" (RFC 5246 §6.2.3.2), with the MAC
// over seq_num, type, version, length and content (§6.2.3.1).
TEST(CbcWithTheMacInside, is_laid_out_as_the_rfc_says) {
    ByteVector plaintext;
    SeededRng rng(1);
    CbcSealer sealer(key(crypto::AeadUse::seal), MacOrder::mac_then_encrypt, rng);
    const auto record = sealer.seal(
        data, as_bytes("abc"), {.change = [&](MutableBytes p) { plaintext.assign(p.begin(), p.end()); }});
    ASSERT_TRUE(record);
    const auto hmac = key(crypto::AeadUse::seal).mac;
    ByteVector covered(8);
    const ByteVector rest{23, 3, 3, 0, 3, 'a', 'b', 'c'};
    covered.insert(covered.end(), rest.begin(), rest.end());
    hmac->update(covered);
    ByteVector mac(mac_size);
    ASSERT_TRUE(hmac->finish(mac));
    ByteVector expected{'a', 'b', 'c'};
    expected.insert(expected.end(), mac.begin(), mac.end());
    expected.resize(3 * block, 12);
    EXPECT_EQ(plaintext, expected);
    EXPECT_EQ(record->size(), record::header_size + 4 * block);
}

TEST(CbcWithTheMacInside, is_judged_like_any_record) {
    const auto error_of = [](ContentType type, std::size_t size) {
        SeededRng rng(1);
        CbcSealer sealer(key(crypto::AeadUse::seal), MacOrder::mac_then_encrypt, rng);
        auto record = sealer.seal(type, ByteVector(size), {});
        EXPECT_TRUE(record);
        const auto opened = CbcOpener(key(crypto::AeadUse::open)).open(*record);
        return opened ? std::optional<ErrorCode>() : opened.error().code;
    };
    EXPECT_EQ(error_of(data, record::max_plaintext_size), std::nullopt);
    EXPECT_EQ(error_of(data, record::max_plaintext_size + 1), ErrorCode::record_overflow);
    EXPECT_EQ(error_of(ContentType::handshake, 1), std::nullopt);
    EXPECT_EQ(error_of(ContentType::handshake, 0), ErrorCode::empty_record);
    EXPECT_EQ(error_of(ContentType::alert, 0), ErrorCode::empty_record);
    EXPECT_EQ(error_of(ContentType::heartbeat, 4), ErrorCode::unknown_content_type);
}

TEST(CbcWithTheMacInside, is_refused_where_its_length_cannot_be) {
    CbcOpener opener(key(crypto::AeadUse::open));
    for (const std::size_t size : {std::size_t{0}, block, 2 * block - 1, 2 * block, 3 * block + 1}) {
        ByteVector record(record::header_size + size, 7);
        const auto opened = opener.open(record);
        ASSERT_FALSE(opened) << size;
        EXPECT_EQ(opened.error().code, ErrorCode::bad_record_mac);
    }
    ByteVector record(record::header_size + record::max_plaintext_size + record::max_expansion_12 + 1);
    EXPECT_EQ(opener.open(record).error().code, ErrorCode::record_overflow);
}

} // namespace
} // namespace pavise::testing
