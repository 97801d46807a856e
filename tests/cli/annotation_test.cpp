// Messages in words: what a peer sends is shown whatever it is.
#include "cli/annotation.hpp"

#include "messages/client_hello.hpp"
#include "messages/message.hpp"
#include "messages/server_hello.hpp"

#include <gtest/gtest.h>

namespace pavise::cli {
namespace {

ByteVector message(HandshakeType type, Bytes body) {
    ByteVector out;
    wire::Writer writer(out);
    writer.u8(static_cast<std::uint8_t>(type));
    writer.vector24(body);
    return out;
}

template <class M> ByteVector written(const M& content) {
    ByteVector out;
    wire::Writer writer(out);
    messages::write_message(writer, content);
    return out;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

ByteVector client_hello() {
    static const std::array suites{CipherSuite::TLS_AES_128_GCM_SHA256, static_cast<CipherSuite>(0x1a1a)};
    static const std::array<std::uint8_t, 1> compression{};
    // server_name with a control character in it, and an extension that nobody knows.
    static const std::array<std::uint8_t, 16> extensions{0, 0,   0,    8,   0,    6,    0, 0,
                                                         3, 'a', 0x1b, 'b', 0x7f, 0x00, 0, 0};
    messages::ClientHello hello;
    hello.cipher_suites = suites;
    hello.legacy_compression_methods = compression;
    hello.extensions = messages::Extensions::from_block(extensions);
    return written(hello);
}

TEST(Annotation, a_hello_names_what_it_offers_and_leaves_the_terminal_alone) {
    const std::string text = Annotator().message(client_hello());
    EXPECT_TRUE(text.starts_with("client_hello, ")) << text;
    EXPECT_TRUE(has(text, "TLS_AES_128_GCM_SHA256, GREASE")) << text;
    EXPECT_TRUE(has(text, "a\\x1bb")) << text;
    EXPECT_TRUE(has(text, "0x7f00")) << text;
    EXPECT_FALSE(has(text, "\x1b")) << text;
}

TEST(Annotation, every_cut_of_a_message_is_called_malformed) {
    const ByteVector whole = client_hello();
    const Bytes body = Bytes(whole).subspan(messages::handshake_header_size);
    // Without extensions at all it is a hello of old (RFC 5246 §7.4.1.2).
    const std::size_t without_extensions = 2 + 32 + 1 + 2 + 4 + 2;
    for (std::size_t length = 0; length < body.size(); ++length) {
        const std::string text =
            Annotator().message(message(HandshakeType::client_hello, body.first(length)));
        EXPECT_EQ(has(text, "malformed"), length != without_extensions) << length << ": " << text;
    }
}

TEST(Annotation, any_bytes_of_any_type_in_any_state) {
    const std::vector<ByteVector> bodies{
        {}, {0}, ByteVector(3, 0xff), ByteVector(70, 0), ByteVector(70, 1), ByteVector(300, 0x5a)};
    // After nothing, after TLS 1.3's ServerHello, and after those of the key exchanges of TLS 1.2.
    static const std::array<std::uint8_t, 6> tls13{0x00, 0x2b, 0x00, 0x02, 0x03, 0x04};
    using enum CipherSuite;
    for (const CipherSuite suite :
         {TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
          TLS_PSK_WITH_AES_128_GCM_SHA256, TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
          TLS_DHE_PSK_WITH_AES_128_GCM_SHA256}) {
        messages::ServerHello hello;
        hello.cipher_suite = suite;
        if (suite == TLS_AES_128_GCM_SHA256) hello.extensions = messages::Extensions::from_block(tls13);
        for (int type = 0; type <= 0xff; ++type) {
            for (const ByteVector& body : bodies) {
                Annotator annotator;
                EXPECT_TRUE(has(annotator.message(written(hello)),
                                suite == TLS_AES_128_GCM_SHA256 ? "TLSv1.3" : "TLSv1.2"));
                const auto named = static_cast<HandshakeType>(type);
                EXPECT_TRUE(annotator.message(message(named, body)).starts_with(name_of(named) + ", "));
            }
        }
    }
    EXPECT_FALSE(Annotator().message({}).empty());
    EXPECT_FALSE(Annotator().message(ByteVector(3)).empty());
}

TEST(Annotation, alerts) {
    const Annotator annotator;
    EXPECT_EQ(annotator.alert(ByteVector{2, 40}), "alert, fatal: handshake_failure (40)\n");
    EXPECT_EQ(annotator.alert(ByteVector{1, 0}), "alert, warning: close_notify (0)\n");
    EXPECT_EQ(annotator.alert(ByteVector{2, 255}), "alert, fatal: unknown (255)\n");
    EXPECT_EQ(annotator.alert(ByteVector{2}), "alert of 1 byte\n");
}

} // namespace
} // namespace pavise::cli
