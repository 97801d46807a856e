#include <pavise/ssl/errors.hpp>
#include <pavise/ssl/memory_bio.hpp>

#include <gtest/gtest.h>

namespace pavise::ssl {
namespace {

std::string text(const ByteVector& bytes) {
    return std::string(as_text(bytes));
}

TEST(MemoryBio, gives_back_what_it_was_given) {
    MemoryBIO bio;
    EXPECT_EQ(bio.write("foo"), 3u);
    EXPECT_EQ(bio.write(std::string("bar")), 3u);
    EXPECT_EQ(bio.pending(), 6u);
    EXPECT_EQ(text(bio.read(2)), "fo");
    EXPECT_EQ(text(bio.read()), "obar");
    EXPECT_EQ(text(bio.read()), "");
    EXPECT_EQ(text(bio.read(0)), "");
}

TEST(MemoryBio, keeps_the_order_however_it_is_read) {
    MemoryBIO bio;
    std::string in;
    std::string out;
    for (int i = 0; i < 500; ++i) {
        const std::string piece(static_cast<std::size_t>(i % 17), static_cast<char>('a' + i % 26));
        in += piece;
        bio.write(piece);
        out += text(bio.read(i % 13));
    }
    EXPECT_EQ(out + text(bio.read()), in);
}

TEST(MemoryBio, ends_where_the_end_was_written) {
    MemoryBIO bio;
    EXPECT_FALSE(bio.eof());
    bio.write("last");
    bio.write_eof();
    EXPECT_FALSE(bio.eof());
    bio.read();
    EXPECT_TRUE(bio.eof());
    EXPECT_THROW(bio.write("more"), SSLError);
    try {
        bio.write("more");
    } catch (const SSLError& error) {
        EXPECT_STREQ(error.what(), "cannot write() after write_eof()");
        EXPECT_EQ(error.number(), std::nullopt);
    }
}

TEST(MemoryBio, copies_are_the_same_buffer) {
    MemoryBIO bio;
    MemoryBIO same = bio;
    same.write("x");
    EXPECT_EQ(bio.pending(), 1u);
}

} // namespace
} // namespace pavise::ssl
