// EncodedClientHelloInner (RFC 9849 §5.1): there and back, and its limits. What servers refuse of it:
// tests/engine/ech_refusal_test.cpp.
#include "messages/inner_client_hello.hpp"

#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::messages {
namespace {

constexpr std::array<std::uint8_t, 1> null_compression{0};
const std::vector<CipherSuite> suites{CipherSuite::TLS_AES_128_GCM_SHA256};
const ByteVector session_id(32, 0x77);

using enum ExtensionType;

ByteVector block_of(std::initializer_list<std::pair<ExtensionType, ByteVector>> extensions) {
    ByteVector block;
    wire::Writer writer(block);
    for (const auto& [type, body] : extensions) Extension{type, body}.write(writer);
    return block;
}

ClientHello hello_with(const ByteVector& block) {
    ClientHello hello;
    hello.random.fill(0x42);
    hello.legacy_session_id = session_id;
    hello.cipher_suites = suites;
    hello.legacy_compression_methods = null_compression;
    hello.extensions = Extensions::from_block(block);
    return hello;
}

ByteVector message_of(const ClientHello& hello) {
    ByteVector message;
    wire::Writer writer(message);
    write_message(writer, hello);
    return message;
}

const ByteVector versions{2, 3, 4};
const ByteVector big(1000, 0x0b);

TEST(InnerClientHello, comes_back_as_it_was) {
    const ByteVector inner_block = block_of({{server_name, {1, 2, 3}},
                                             {encrypted_client_hello, {1}},
                                             {supported_versions, versions},
                                             {supported_groups, {0, 2, 0, 29}},
                                             {key_share, big},
                                             {early_data, {}}});
    const ByteVector outer_block = block_of({{server_name, {9}},
                                             {supported_groups, {0, 2, 0, 29}},
                                             {supported_versions, {4, 3, 4, 3, 3}},
                                             {key_share, big},
                                             {encrypted_client_hello, {0}}});
    const ByteVector inner = message_of(hello_with(inner_block));
    const ClientHello outer = hello_with(outer_block);
    const std::vector shared{supported_groups, key_share};
    auto encoded = encode_inner_client_hello(inner, shared);
    ASSERT_TRUE(encoded);
    EXPECT_LT(encoded->size(), 200u);
    EXPECT_EQ(*decode_inner_client_hello(outer, *encoded), inner);
    encoded->resize(encoded->size() + 50);
    EXPECT_EQ(*decode_inner_client_hello(outer, *encoded), inner);

    const auto whole = encode_inner_client_hello(inner, {});
    ASSERT_TRUE(whole);
    EXPECT_EQ(*decode_inner_client_hello(outer, *whole), inner);
}

// A session id that stands in the encoded hello does not count: it is copied from the outer one.
TEST(InnerClientHello, has_the_outer_session_id) {
    const ByteVector block = block_of({{encrypted_client_hello, {1}}, {supported_versions, versions}});
    ClientHello hello = hello_with(block);
    const ByteVector other(5, 1);
    hello.legacy_session_id = other;
    ByteVector encoded;
    wire::Writer writer(encoded);
    hello.write(writer);
    const auto decoded = decode_inner_client_hello(hello_with({}), encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, message_of(hello_with(block)));
}

// Two hellos that fit can be too long together.
TEST(InnerClientHello, is_no_longer_than_any_client_hello) {
    const ByteVector marks = block_of({{encrypted_client_hello, {1}}, {supported_versions, versions}});
    constexpr std::size_t longest_block = 65535;
    constexpr std::size_t header_size = 4; // of an extension
    for (const std::size_t too_many : {std::size_t{0}, std::size_t{1}}) {
        const std::size_t body_size = longest_block - marks.size() - header_size - header_size - 32000;
        const ByteVector outer_body(32000 + too_many, 1);
        const ByteVector outer_block = block_of({{key_share, outer_body}});
        const ByteVector inner_block = block_of({{encrypted_client_hello, {1}},
                                                 {supported_versions, versions},
                                                 {padding, ByteVector(body_size)},
                                                 {ech_outer_extensions, {2, 0, 51}}});
        ByteVector encoded;
        wire::Writer writer(encoded);
        hello_with(inner_block).write(writer);
        const auto decoded = decode_inner_client_hello(hello_with(outer_block), encoded);
        EXPECT_EQ(decoded.has_value(), too_many == 0) << too_many;
        EXPECT_TRUE(decoded || decoded.error().code == ErrorCode::message_too_long);
    }
}

// OuterExtensions<2..254>: as many as there can be, in one pass.
TEST(InnerClientHello, copies_as_many_extensions_as_can_be_named) {
    ByteVector outer_block;
    wire::Writer outer(outer_block);
    ByteVector names{254};
    wire::Writer list(names);
    for (std::uint16_t type = 1000; type < 1127; ++type) {
        Extension{static_cast<ExtensionType>(type), versions}.write(outer);
        list.u16(type);
    }
    const ByteVector inner_block = block_of(
        {{encrypted_client_hello, {1}}, {supported_versions, versions}, {ech_outer_extensions, names}});
    ByteVector encoded;
    wire::Writer writer(encoded);
    hello_with(inner_block).write(writer);
    const auto decoded = decode_inner_client_hello(hello_with(outer_block), encoded);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(parse_body<ClientHello>(Bytes(*decoded).subspan(handshake_header_size))
                    ->extensions.contains(static_cast<ExtensionType>(1126)));
}

TEST(InnerClientHello, an_empty_list_of_references_is_malformed) {
    const ByteVector inner_block = block_of(
        {{encrypted_client_hello, {1}}, {supported_versions, versions}, {ech_outer_extensions, {0}}});
    ByteVector encoded;
    wire::Writer writer(encoded);
    hello_with(inner_block).write(writer);
    EXPECT_EQ(decode_inner_client_hello(hello_with({}), encoded).error().code, ErrorCode::bad_vector_length);
}

// §6.1.3.
TEST(InnerClientHello, padding) {
    for (std::size_t size = 100; size < 170; ++size) {
        EXPECT_EQ((size + inner_client_hello_padding(size, 10, 0)) % 32, 0u);
        EXPECT_LT(inner_client_hello_padding(size, 10, 0), 32u);
    }
    EXPECT_EQ(inner_client_hello_padding(128, 10, 10), 0u);
    EXPECT_EQ(inner_client_hello_padding(128, 10, 42), 32u);
    EXPECT_EQ(inner_client_hello_padding(128, 10, 43), 64u);
    EXPECT_EQ(inner_client_hello_padding(128, 50, 43), 0u);
    EXPECT_EQ(inner_client_hello_padding(128, 0, 23), 32u); // L + 9
    EXPECT_EQ(inner_client_hello_padding(128, 0, 24), 64u);
}

} // namespace
} // namespace pavise::messages
