#include "base/pem.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <unistd.h>

namespace pavise {
namespace {

std::string text_of_block(const PemBlock& block) {
    return std::string(as_text(block.contents.view()));
}

TEST(Pem, RoundTripsEveryLength) {
    for (std::size_t size = 0; size < 200; ++size) {
        ByteVector contents(size);
        std::iota(contents.begin(), contents.end(), std::uint8_t{1});
        const auto blocks = read_pem(write_pem("X", contents));
        ASSERT_TRUE(blocks) << size;
        ASSERT_EQ(blocks->size(), 1u);
        EXPECT_TRUE(std::ranges::equal((*blocks)[0].contents.view(), contents)) << size;
    }
}

TEST(Pem, SkipsWhatStandsBetweenBlocks) {
    const auto blocks = read_pem("subject=/CN=a\n-----BEGIN A-----\r\nYWJj\r\n-----END A-----\r\njunk : x\n\n"
                                 "-----BEGIN B C-----\nZA==\n-----END B C-----");
    ASSERT_TRUE(blocks);
    ASSERT_EQ(blocks->size(), 2u);
    EXPECT_EQ((*blocks)[0].label, "A");
    EXPECT_EQ((*blocks)[0].line, 2u);
    EXPECT_EQ(text_of_block((*blocks)[0]), "abc");
    EXPECT_EQ((*blocks)[1].label, "B C");
    EXPECT_EQ((*blocks)[1].line, 7u);
    EXPECT_EQ(text_of_block((*blocks)[1]), "d");
}

TEST(Pem, NoBlockIsNoError) {
    ASSERT_TRUE(read_pem("nothing here"));
    EXPECT_TRUE(read_pem("")->empty());
}

TEST(Pem, KeepsHeadersOfTraditionalKeys) {
    const auto blocks = read_pem("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                 "DEK-Info: AES-128-CBC,00\n\nYWJj\n-----END RSA PRIVATE KEY-----\n");
    ASSERT_TRUE(blocks);
    const PemBlock& block = blocks->front();
    ASSERT_EQ(block.headers.size(), 2u);
    EXPECT_EQ(block.headers[1].first, "DEK-Info");
    EXPECT_EQ(block.headers[1].second, "AES-128-CBC,00");
    EXPECT_EQ(text_of_block(block), "abc");
}

TEST(Pem, NamesTheLineOfABrokenBlock) {
    const std::pair<const char*, int> broken[] = {
        {"\n-----BEGIN A-----\nYWJj\n", 2},                    // never closed
        {"-----BEGIN A-----\nYWJj\n-----END B-----\n", 1},     // closed under another label
        {"-----BEGIN A-----\nYW*j\n-----END A-----\n", 1},     // not base64
        {"-----BEGIN A-----\nYWJjZ\n-----END A-----\n", 1},    // an incomplete group
        {"-----BEGIN A-----\nYW=j\n-----END A-----\n", 1},     // data after padding
        {"-----BEGIN A-----\nY===\n-----END A-----\n", 1},     // too much padding
        {"-----BEGIN A-----\nZB==\n-----END A-----\n", 1},     // bits that no byte takes
        {"-----BEGIN A-----\nZA==ZA==\n-----END A-----\n", 1}, // a group after the last
        {"-----BEGIN A-----\nYWJj\n-----BEGIN A-----\nYWJj\n-----END A-----\n", 1},
    };
    for (const auto& [text, line] : broken) {
        const auto blocks = read_pem(text);
        ASSERT_FALSE(blocks) << text;
        EXPECT_EQ(blocks.error(), (Error{ErrorCode::malformed_pem, static_cast<std::uint16_t>(line)}))
            << text;
    }
}

// A fuzzer's find: an end mark inside of a header made the block's room too small for what came after it.
TEST(Pem, RefusesABlockThatIsLongerThanItsFirstEndMarkSays) {
    for (const std::string_view header : {"a: -----END X-----b\n", "-----END X-----a: b\n"}) {
        std::string text = "-----BEGIN X-----\n" + std::string(header);
        for (int line = 0; line < 100; ++line) text += "AAAAAAAAAAAAAAAA\n";
        text += "-----END X-----\n";
        const auto blocks = read_pem(text);
        ASSERT_FALSE(blocks) << header;
        EXPECT_EQ(blocks.error(), (Error{ErrorCode::malformed_pem, 1})) << header;
    }
}

TEST(Pem, IsToldFromDer) {
    EXPECT_TRUE(looks_like_pem(as_bytes("-----BEGIN A-----")));
    EXPECT_TRUE(looks_like_pem(as_bytes("text\n-----BEGIN A-----")));
    EXPECT_FALSE(looks_like_pem(as_bytes("0\x82 -----BEGIN A-----")));
    EXPECT_FALSE(looks_like_pem(as_bytes("text")));
}

TEST(CredentialFile, SaysWhyItCannotBeRead) {
    const auto missing = read_credential_file("/nonexistent/file.pem");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), (Error{ErrorCode::file_not_read, ENOENT}));
    const auto directory = read_credential_file("/");
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error(), (Error{ErrorCode::file_not_read, EISDIR}));
}

TEST(CredentialFile, HasALargestSize) {
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("pavise-pem-test-" + std::to_string(::getpid()));
    for (const std::size_t size : {max_credential_file_size, max_credential_file_size + 1}) {
        std::ofstream(path, std::ios::trunc).close();
        std::filesystem::resize_file(path, size);
        const auto contents = read_credential_file(path.string());
        if (size <= max_credential_file_size) {
            ASSERT_TRUE(contents);
            EXPECT_EQ(contents->size(), size);
        } else {
            ASSERT_FALSE(contents);
            EXPECT_EQ(contents.error().code, ErrorCode::file_too_large);
        }
    }
    std::filesystem::remove(path);
}

} // namespace
} // namespace pavise
