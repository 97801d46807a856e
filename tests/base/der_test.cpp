#include "base/der.hpp"

#include <gtest/gtest.h>

namespace pavise::der {
namespace {

ByteVector bytes(std::initializer_list<int> values) {
    ByteVector out;
    for (const int value : values) out.push_back(static_cast<std::uint8_t>(value));
    return out;
}

bool reads(const ByteVector& encoding) {
    const auto element = Reader(encoding).element();
    if (!element) {
        EXPECT_EQ(element.error().code, ErrorCode::malformed_der);
    }
    return element.has_value();
}

TEST(DerReader, RefusesLengthsThatAreNotMinimal) {
    EXPECT_TRUE(reads(bytes({0x04, 0x01, 0x00})));
    EXPECT_FALSE(reads(bytes({0x04, 0x81, 0x01, 0x00})));
    EXPECT_FALSE(reads(bytes({0x04, 0x80, 0x00, 0x00}))) << "indefinite";
    ByteVector with_128 = bytes({0x04, 0x81, 0x80});
    with_128.resize(3 + 128);
    EXPECT_TRUE(reads(with_128));
    ByteVector padded = bytes({0x04, 0x82, 0x00, 0x80});
    padded.resize(4 + 128);
    EXPECT_FALSE(reads(padded));
    EXPECT_FALSE(reads(bytes({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00})))
        << "more than 32 bits of length";
}

TEST(DerReader, RefusesWhatIsCutShort) {
    ByteVector encoding = bytes({0x30, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xaa});
    EXPECT_TRUE(reads(encoding));
    while (!encoding.empty()) {
        encoding.pop_back();
        EXPECT_FALSE(reads(encoding)) << encoding.size();
    }
}

TEST(DerReader, RefusesHighTagNumbers) {
    EXPECT_FALSE(reads(bytes({0x1f, 0x81, 0x00})));
}

TEST(DerReader, IntegersAreMinimal) {
    const auto small = [](ByteVector encoding) { return Reader(encoding).small_integer(); };
    EXPECT_EQ(*small(bytes({0x02, 0x01, 0x7f})), 0x7fu);
    EXPECT_EQ(*small(bytes({0x02, 0x02, 0x00, 0x80})), 0x80u);
    EXPECT_FALSE(small(bytes({0x02, 0x02, 0x00, 0x7f})));
    EXPECT_FALSE(small(bytes({0x02, 0x01, 0x80}))) << "negative";
    EXPECT_FALSE(small(bytes({0x02, 0x00})));
    EXPECT_EQ(*small(bytes({0x02, 0x09, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})), UINT64_MAX);
    EXPECT_FALSE(small(bytes({0x02, 0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0})));
    const ByteVector negative = bytes({0x02, 0x02, 0xff, 0x7f});
    EXPECT_EQ(Reader(negative).integer()->size(), 2u);
    const ByteVector padded = bytes({0x02, 0x02, 0xff, 0x80});
    EXPECT_FALSE(Reader(padded).integer());
}

TEST(DerReader, BooleansAreAllOnesOrZero) {
    const auto boolean = [](int value) {
        const ByteVector encoding = bytes({0x01, 0x01, value});
        return Reader(encoding).boolean();
    };
    EXPECT_TRUE(*boolean(0xff));
    EXPECT_FALSE(*boolean(0x00));
    EXPECT_FALSE(boolean(0x01).has_value());
}

TEST(DerReader, BitStringsOfWholeBytes) {
    const ByteVector whole = bytes({0x03, 0x02, 0x00, 0xaa});
    EXPECT_EQ(Reader(whole).whole_bit_string()->front(), 0xaa);
    const ByteVector partial = bytes({0x03, 0x02, 0x01, 0xaa});
    EXPECT_FALSE(Reader(partial).whole_bit_string());
}

TEST(DerOid, GoesToTextAndBack) {
    for (const char* dotted :
         {"2.5.29.17", "1.3.6.1.5.5.7.1.24", "0.9.2342.19200300.100.1.25", "2.999.1", "1.0"}) {
        const auto contents = encode_oid(dotted);
        ASSERT_TRUE(contents) << dotted;
        EXPECT_EQ(Oid{*contents}.to_string(), dotted);
        ByteVector encoding;
        Writer(encoding).oid(dotted);
        EXPECT_EQ(Reader(encoding).oid()->to_string(), dotted);
    }
    EXPECT_TRUE(Oid{*encode_oid("2.5.29.17")} == std::string_view("\x55\x1d\x11"));
    for (const char* bad : {"", "1", "3.1", "1.40", "1..2", "1.2.", "1.02", "1.a", "1.2.9999999999999999999"})
        EXPECT_FALSE(encode_oid(bad)) << bad;
}

TEST(DerOid, RefusesBrokenBase128) {
    for (const auto& bad :
         {bytes({0x06, 0x00}), bytes({0x06, 0x02, 0x55, 0x80}), bytes({0x06, 0x03, 0x55, 0x80, 0x01})})
        EXPECT_FALSE(Reader(bad).oid());
}

TEST(DerOid, AHugeNumberDoesNotWrap) {
    ByteVector contents(12, 0xff);
    contents.back() = 0x7f;
    EXPECT_NE(Oid{contents}.to_string().find("64 bits"), std::string::npos);
}

TEST(DerWriter, PatchesLengthsOfEveryWidth) {
    for (const std::size_t size :
         {0u, 1u, 0x7bu, 0x7cu, 0x7du, 0x7eu, 0xfau, 0xfeu, 0x100u, 0xfffau, 0x10000u}) {
        ByteVector out;
        {
            Writer writer(out);
            const auto outer = writer.sequence();
            const auto inner = writer.open(Tag::octet_string);
            writer.raw(ByteVector(size, 0x5a));
        }
        Reader reader(out);
        auto outer = reader.sequence();
        ASSERT_TRUE(outer) << size;
        EXPECT_TRUE(reader.finish());
        EXPECT_EQ(outer->contents(Tag::octet_string)->size(), size);
        EXPECT_TRUE(outer->finish());
    }
}

TEST(DerWriter, IntegersReadBack) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{0x7f}, std::uint64_t{0x80}, UINT64_MAX}) {
        ByteVector out;
        Writer(out).integer(value);
        EXPECT_EQ(*Reader(out).small_integer(), value);
    }
}

} // namespace
} // namespace pavise::der
