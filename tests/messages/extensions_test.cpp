// The extension block: what it accepts, finds and writes.
#include "generator.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension/all.hpp"
#include "messages/message.hpp"

#include <gtest/gtest.h>

namespace pavise::messages {
namespace {

using enum ExtensionType;

ByteVector block_of(std::initializer_list<ExtensionType> types) {
    ByteVector block;
    wire::Writer writer(block);
    for (const ExtensionType type : types) Extension{type, {}}.write(writer);
    return block;
}

// A block with so many extensions without a body, of all different types.
ByteVector block_of(std::size_t count) {
    ByteVector block;
    wire::Writer writer(block);
    for (std::size_t i = 0; i < count; ++i) {
        writer.u16(static_cast<std::uint16_t>(1000 + i));
        writer.u16(0);
    }
    return block;
}

Result<Extensions> parse_block(Bytes block) {
    static ByteVector message;
    message.clear();
    wire::Writer(message).vector16(block);
    wire::Reader reader(message);
    return Extensions::parse(reader);
}

Result<ClientHello> client_hello_with(Bytes block) {
    static ByteVector message;
    message.clear();
    wire::Writer writer(message);
    ClientHello hello;
    const std::array<CipherSuite, 1> suites{CipherSuite::TLS_AES_128_GCM_SHA256};
    const std::array<std::uint8_t, 1> null_compression{0};
    hello.cipher_suites = suites;
    hello.legacy_compression_methods = null_compression;
    hello.extensions = Extensions::from_block(block);
    hello.write(writer);
    return parse_body<ClientHello>(message);
}

TEST(Extensions, are_found_by_type) {
    ByteVector block;
    wire::Writer writer(block);
    write_extension(writer, SelectedVersion{ProtocolVersion::tls_1_3});
    write_extension(writer, EarlyData{});
    const auto extensions = parse_block(block);
    ASSERT_TRUE(extensions);
    EXPECT_TRUE(extensions->contains(early_data));
    EXPECT_TRUE(extensions->find(early_data)->empty());
    EXPECT_FALSE(extensions->contains(cookie));
    EXPECT_EQ(extensions->find(supported_versions)->size(), 2u);

    const auto version = extensions->get<SelectedVersion>();
    ASSERT_TRUE(version && *version);
    EXPECT_EQ((*version)->value, ProtocolVersion::tls_1_3);
    const auto absent = extensions->get<Cookie>();
    ASSERT_TRUE(absent);
    EXPECT_FALSE(*absent);
}

TEST(Extensions, name_the_one_that_is_malformed) {
    const ByteVector block = block_of({signature_algorithms});
    const auto extensions = parse_block(block);
    ASSERT_TRUE(extensions);
    const auto malformed = extensions->get<SignatureAlgorithms>();
    ASSERT_FALSE(malformed);
    EXPECT_EQ(malformed.error(), (Error{ErrorCode::truncated, 13}));
}

TEST(Extensions, may_not_come_twice) {
    const auto twice = parse_block(block_of({early_data, cookie, early_data}));
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error(), (Error{ErrorCode::duplicate_extension, 42}));
    EXPECT_EQ(alert_of(twice.error()), AlertDescription::illegal_parameter);
    const auto unknown = static_cast<ExtensionType>(0x7a7a);
    EXPECT_EQ(parse_block(block_of({unknown, cookie, unknown})).error().code, ErrorCode::duplicate_extension);
    EXPECT_TRUE(parse_block(block_of({early_data, cookie, unknown})));
}

// As many comparisons as pairs would be a hundred million for one hello.
TEST(Extensions, may_be_thousands) {
    constexpr std::size_t most = 65535 / 4; // all that the length field allows
    ByteVector block = block_of(most);
    const auto extensions = parse_block(block);
    ASSERT_TRUE(extensions);
    std::size_t count = 0;
    for (const Extension& extension : *extensions) {
        EXPECT_TRUE(extension.body.empty());
        ++count;
    }
    EXPECT_EQ(count, most);
    EXPECT_TRUE(extensions->contains(static_cast<ExtensionType>(1000 + most - 1)));

    // The last one again the first.
    block[block.size() - 4] = 1000 >> 8;
    block[block.size() - 3] = 1000 & 0xff;
    EXPECT_EQ(parse_block(block).error().code, ErrorCode::duplicate_extension);
}

TEST(Extensions, of_a_client_hello_end_with_pre_shared_key) {
    EXPECT_TRUE(client_hello_with(block_of({cookie, early_data, pre_shared_key})));
    EXPECT_TRUE(client_hello_with(block_of({pre_shared_key})));
    for (const ByteVector& block :
         {block_of({pre_shared_key, cookie}), block_of({cookie, pre_shared_key, padding})}) {
        const auto hello = client_hello_with(block);
        ASSERT_FALSE(hello);
        EXPECT_EQ(hello.error().code, ErrorCode::pre_shared_key_not_last);
        EXPECT_EQ(alert_of(hello.error()), AlertDescription::illegal_parameter);
    }
    // Elsewhere the order says nothing (RFC 8446 §4.2).
    EXPECT_TRUE(parse_block(block_of({pre_shared_key, key_share})));
}

TEST(Extensions, that_are_absent_are_not_an_empty_block) {
    EXPECT_FALSE(Extensions::absent().present());
    EXPECT_TRUE(Extensions::absent().empty());
    EXPECT_FALSE(Extensions::absent().contains(server_name));
    EXPECT_TRUE(Extensions().present());
    ByteVector out;
    wire::Writer writer(out);
    Extensions::absent().write(writer);
    EXPECT_TRUE(out.empty());
    Extensions().write(writer);
    EXPECT_EQ(out, (ByteVector{0, 0}));
}

TEST(Extensions, from_a_malformed_block_are_written_as_they_are) {
    ByteVector block = block_of({cookie});
    block.insert(block.end(), {0xff, 0xff, 0xff});
    const Extensions extensions = Extensions::from_block(block);
    EXPECT_TRUE(extensions.contains(cookie));
    EXPECT_FALSE(extensions.contains(static_cast<ExtensionType>(0xffff)));
    ByteVector out;
    wire::Writer writer(out);
    extensions.write(writer);
    EXPECT_EQ(out.size(), 2 + block.size());
}

TEST(Extensions, that_do_not_fit_their_length_fail_to_be_written) {
    ByteVector out;
    wire::Writer writer(out);
    Extensions::from_block(ByteVector(65536)).write(writer);
    EXPECT_EQ(writer.status().error().code, ErrorCode::output_too_long);
}

} // namespace
} // namespace pavise::messages
