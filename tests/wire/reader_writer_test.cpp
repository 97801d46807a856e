#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <gtest/gtest.h>

namespace pavise::wire {
namespace {

TEST(Reader, reads_big_endian_integers_and_stops_at_the_end) {
    const ByteVector bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    Reader reader(bytes);
    EXPECT_EQ(*reader.u8(), 1);
    EXPECT_EQ(*reader.u16(), 0x0203);
    EXPECT_EQ(*reader.u24(), 0x040506u);
    EXPECT_EQ(*reader.u32(), 0x0708090au);
    EXPECT_TRUE(reader.finish());
    EXPECT_EQ(reader.u8().error().code, ErrorCode::truncated);
}

TEST(Reader, refuses_vectors_outside_their_bounds) {
    const ByteVector bytes{2, 0xaa, 0xbb};
    EXPECT_EQ(Reader(bytes).vector8()->size(), 2u);
    EXPECT_EQ(Reader(bytes).vector8({.least = 2, .most = 2})->size(), 2u);
    EXPECT_EQ(Reader(bytes).vector8({.least = 3}).error().code, ErrorCode::bad_vector_length);
    EXPECT_EQ(Reader(bytes).vector8({.least = 0, .most = 1}).error().code, ErrorCode::bad_vector_length);
    EXPECT_EQ(Reader(Bytes(bytes).first(2)).vector8().error().code, ErrorCode::truncated);
    EXPECT_EQ(Reader(Bytes(bytes).first(1)).vector16().error().code, ErrorCode::truncated);
}

TEST(Reader, reports_bytes_left_over) {
    const ByteVector bytes{1, 2};
    Reader reader(bytes);
    EXPECT_TRUE(reader.u8());
    EXPECT_EQ(reader.finish().error().code, ErrorCode::trailing_bytes);
}

TEST(Writer, patches_the_lengths_of_nested_vectors) {
    ByteVector out{0xee};
    Writer writer(out);
    {
        const auto outer = writer.vector24();
        writer.u16(0x0102);
        {
            const auto inner = writer.vector8();
            writer.u32(0x03040506);
        }
    }
    EXPECT_EQ(out, (ByteVector{0xee, 0, 0, 7, 1, 2, 4, 3, 4, 5, 6}));
    EXPECT_TRUE(writer.status());
}

TEST(Writer, reports_a_vector_that_does_not_fit_its_length_field) {
    ByteVector out;
    Writer fits(out);
    fits.vector8(ByteVector(255));
    EXPECT_TRUE(fits.status());
    Writer overflows(out);
    overflows.vector8(ByteVector(256));
    EXPECT_EQ(overflows.status().error().code, ErrorCode::output_too_long);
}

} // namespace
} // namespace pavise::wire
