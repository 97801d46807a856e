// Each library both ways, and what comes in that is not what it says (RFC 8879 §4).
#include "compress/compress.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::compress {
namespace {

using Algorithm = CertificateCompressionAlgorithm;

// Like a chain: names that come again and again between bytes that do not.
ByteVector contents_of(std::size_t size) {
    constexpr std::string_view name = "Some Authority's Certificates, a Department of It";
    ByteVector contents;
    std::uint32_t noise = 1;
    while (contents.size() < size) {
        noise = noise * 1664525 + 1013904223;
        const std::size_t place = contents.size() % (2 * name.size());
        contents.push_back(place < name.size() ? static_cast<std::uint8_t>(name[place])
                                               : static_cast<std::uint8_t>(noise >> 24));
    }
    return contents;
}

class Compression : public testing::TestWithParam<Algorithm> {
  protected:
    Result<ByteVector> opened(Bytes compressed, std::size_t length) const {
        return decompress(GetParam(), compressed, length);
    }
    void expect_refused(Bytes compressed, std::size_t length) const {
        const auto result = opened(compressed, length);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::certificate_not_decompressed);
    }
};

TEST_P(Compression, gives_back_what_went_in) {
    for (const std::size_t size : {1u, 2u, 1000u, 5000u, 131072u}) {
        const ByteVector contents = contents_of(size);
        const auto compressed = compress(GetParam(), contents);
        ASSERT_TRUE(compressed) << size;
        EXPECT_TRUE(size < 1000 || compressed->size() < size);
        const auto back = opened(*compressed, size);
        ASSERT_TRUE(back) << size;
        EXPECT_TRUE(std::ranges::equal(*back, contents));
    }
}

TEST_P(Compression, stops_at_the_length_that_was_told) {
    const ByteVector contents = contents_of(3000);
    const auto compressed = compress(GetParam(), contents);
    ASSERT_TRUE(compressed);
    expect_refused(*compressed, contents.size() - 1);
    expect_refused(*compressed, contents.size() + 1);
    expect_refused(*compressed, 1);
    expect_refused(*compressed, 0);
}

TEST_P(Compression, takes_no_room_for_a_bomb) {
    const ByteVector zeros(8u << 20);
    const auto bomb = compress(GetParam(), zeros);
    ASSERT_TRUE(bomb);
    EXPECT_LT(bomb->size(), 128u << 10);
    expect_refused(*bomb, 128u << 10);
}

TEST_P(Compression, wants_the_whole_stream_and_nothing_behind_it) {
    const ByteVector contents = contents_of(500);
    auto compressed = compress(GetParam(), contents);
    ASSERT_TRUE(compressed);
    for (std::size_t size = 0; size < compressed->size(); ++size)
        expect_refused(Bytes(*compressed).first(size), contents.size());
    compressed->push_back(0);
    expect_refused(*compressed, contents.size());
}

TEST_P(Compression, refuses_what_is_no_stream) {
    expect_refused(as_bytes("not compressed at all"), 100);
    ByteVector noise = contents_of(300);
    std::ranges::reverse(noise);
    expect_refused(noise, 100);
}

std::string library_of(const testing::TestParamInfo<Algorithm>& test) {
    switch (test.param) {
    case Algorithm::zlib: return "zlib";
    case Algorithm::brotli: return "brotli";
    case Algorithm::zstd: return "zstd";
    }
    return "unknown";
}
INSTANTIATE_TEST_SUITE_P(EveryLibrary, Compression,
                         testing::ValuesIn(algorithms().begin(), algorithms().end()), library_of);

TEST(Algorithms, that_are_unknown_do_nothing) {
    const auto unknown = static_cast<Algorithm>(0x4711);
    EXPECT_FALSE(is_known(unknown));
    EXPECT_EQ(compress(unknown, as_bytes("x")).error().code, ErrorCode::not_supported);
    EXPECT_EQ(decompress(unknown, as_bytes("x"), 1).error().code, ErrorCode::not_supported);
    for (const Algorithm algorithm : algorithms()) EXPECT_TRUE(is_known(algorithm));
}

} // namespace
} // namespace pavise::compress
