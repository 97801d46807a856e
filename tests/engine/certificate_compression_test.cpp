// Certificates that come compressed (RFC 8879), from either side.
#include "handshake/credential.hpp"
#include "messages/certificate_limits.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

using crypto::KeyType;
using messages::max_certificate_message_size;

constexpr auto compressed = HandshakeType::compressed_certificate;

// What is compressed is what it was: to say what a peer may say.
class Stored : public CertificateCompression {
  public:
    CertificateCompressionAlgorithm algorithm() const noexcept override {
        return static_cast<CertificateCompressionAlgorithm>(0xff01);
    }
    Result<ByteVector> compress(Bytes contents) const override {
        return ByteVector(contents.begin(), contents.end());
    }
    Result<ByteVector> decompress(Bytes contents, std::size_t) const override {
        return ByteVector(contents.begin(), contents.end());
    }
};

class Broken final : public Stored {
    Result<ByteVector> compress(Bytes) const override { return fail(ErrorCode::out_of_memory); }
};

class WithTrailingByte final : public Stored {
    Result<ByteVector> compress(Bytes contents) const override {
        ByteVector more(contents.begin(), contents.end());
        more.push_back(0);
        return more;
    }
};

PairConfig compressing(std::vector<CertificateCompressionPtr> compressions = certificate_compressions()) {
    PairConfig config;
    config.client.certificate_compression = compressions;
    config.server.certificate_compression = std::move(compressions);
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(KeyType::ecdsa_p256)};
    return config;
}

std::size_t sent(const RecordingTap& tap, HandshakeType type) {
    return static_cast<std::size_t>(std::ranges::count_if(tap.sent_messages, [&](const ByteVector& message) {
        return message[0] == static_cast<std::uint8_t>(type);
    }));
}

TEST(CertificateCompression, goes_both_ways_by_every_library) {
    if (certificate_compressions().empty()) GTEST_SKIP() << "built without a compression library";
    for (const CertificateCompressionPtr& compression : certificate_compressions()) {
        PairConfig config = compressing({compression});
        RecordingTap client_tap;
        RecordingTap server_tap;
        config.client_hooks.tap = &client_tap;
        config.server_hooks.tap = &server_tap;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(sent(client_tap, compressed), 1u);
        EXPECT_EQ(sent(server_tap, compressed), 1u);
        EXPECT_EQ(sent(client_tap, HandshakeType::certificate), 0u);
        EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
        EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
        EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    }
}

TEST(CertificateCompression, is_not_used_where_one_side_does_not_know_it) {
    for (const bool client_knows : {false, true}) {
        PairConfig config = compressing();
        (client_knows ? config.server.certificate_compression : config.client.certificate_compression)
            .clear();
        RecordingTap client_tap;
        RecordingTap server_tap;
        config.client_hooks.tap = &client_tap;
        config.server_hooks.tap = &server_tap;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(sent(client_tap, compressed) + sent(server_tap, compressed), 0u);
    }
}

TEST(CertificateCompression, takes_algorithms_of_the_application) {
    Pair pair(compressing({std::make_shared<const Stored>()}));
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
}

TEST(CertificateCompression, that_fails_leaves_the_certificate_as_it_is) {
    PairConfig config = compressing({std::make_shared<const Broken>()});
    RecordingTap tap;
    config.server_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(sent(tap, HandshakeType::certificate), 1u);
}

TEST(CertificateCompression, of_an_empty_list) {
    PairConfig config = compressing();
    config.server.client_verification = PeerVerification::optional;
    config.client.credentials.clear();
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
}

// "CertificateCompressionAlgorithm algorithms<2..2^8-2>" (RFC 8879 §3)
TEST(CertificateCompression, malformed_lists_are_refused_before_anything_is_answered) {
    struct Case {
        ByteVector body;
        ErrorCode code;
    };
    for (const Case& c : {Case{{}, ErrorCode::truncated}, Case{{0}, ErrorCode::bad_vector_length},
                          Case{{1, 0}, ErrorCode::bad_vector_length}, Case{{2, 0}, ErrorCode::truncated},
                          Case{{2, 0, 1, 0}, ErrorCode::trailing_bytes}}) {
        RewritingTap malformed(HandshakeType::client_hello, [&](ByteVector& hello) {
            set_extension(hello, ExtensionType::compress_certificate, c.body);
        });
        RecordingTap server;
        PairConfig config = compressing();
        config.client_hooks.tap = &malformed;
        config.server_hooks.tap = &server;
        expect_found_by_server(config, c.code, AlertDescription::decode_error);
        EXPECT_TRUE(server.sent_messages.empty());
    }
}

TEST(CertificateCompression, is_checked_by_the_config) {
    ClientConfig config;
    config.certificate_compression = {nullptr};
    config.verification = PeerVerification::none;
    EXPECT_EQ(Connection::client(std::make_shared<const ClientConfig>(config), {}).error().code,
              ErrorCode::bad_config);
}

// ---------------------------------------------------------------- what is refused, in both roles

void expect_refused(const PairConfig& config, const std::function<void(ByteVector&)>& change, ErrorCode code,
                    AlertDescription alert) {
    for (const bool by_server : {false, true}) {
        RewritingTap tap(compressed, change);
        PairConfig changed = config;
        (by_server ? changed.client_hooks : changed.server_hooks).tap = &tap;
        Pair pair(changed);
        pair.pump();
        expect_poisoned(by_server ? pair.server : pair.client, code);
        const Connection& told = by_server ? pair.client : pair.server;
        ASSERT_TRUE(told.error());
        EXPECT_EQ(told.error()->code, ErrorCode::alert_received);
        EXPECT_EQ(told.error()->detail, static_cast<std::uint16_t>(alert));
    }
}

constexpr std::size_t algorithm_at = 4;
constexpr std::size_t length_at = 6;

std::size_t u24(const ByteVector& message, std::size_t at) {
    return std::size_t{message[at]} << 16 | std::size_t{message[at + 1]} << 8 | message[at + 2];
}
void set_u24(ByteVector& message, std::size_t at, std::size_t value) {
    message[at] = static_cast<std::uint8_t>(value >> 16);
    message[at + 1] = static_cast<std::uint8_t>(value >> 8 & 0xff);
    message[at + 2] = static_cast<std::uint8_t>(value & 0xff);
}

TEST(CompressedCertificates, by_an_algorithm_that_was_not_offered) {
    if (certificate_compressions().empty()) GTEST_SKIP() << "built without a compression library";
    expect_refused(
        compressing(), [](ByteVector& message) { message[algorithm_at] = 0x47; },
        ErrorCode::compression_not_offered, AlertDescription::illegal_parameter);
}

TEST(CompressedCertificates, of_another_length_than_they_say) {
    if (certificate_compressions().empty()) GTEST_SKIP() << "built without a compression library";
    for (const std::size_t more : {std::size_t{1}, ~std::size_t{0}})
        expect_refused(
            compressing(),
            [&](ByteVector& message) { set_u24(message, length_at, u24(message, length_at) + more); },
            ErrorCode::certificate_not_decompressed, AlertDescription::bad_certificate);
    // … and where a library of the application's would let it pass.
    for (const bool by_server : {false, true}) {
        PairConfig config = compressing({std::make_shared<const Stored>()});
        auto& lying =
            by_server ? config.client.certificate_compression : config.server.certificate_compression;
        lying = {std::make_shared<const WithTrailingByte>()};
        Pair pair(config);
        pair.pump();
        expect_poisoned(by_server ? pair.server : pair.client, ErrorCode::certificate_not_decompressed);
    }
}

TEST(CompressedCertificates, that_are_damaged) {
    std::vector<CertificateCompressionPtr> zlib = certificate_compressions();
    std::erase_if(zlib, [](const CertificateCompressionPtr& compression) {
        return compression->algorithm() != CertificateCompressionAlgorithm::zlib; // others have no checksum
    });
    if (zlib.empty()) GTEST_SKIP() << "built without zlib";
    expect_refused(
        compressing(zlib), [](ByteVector& message) { message.back() ^= 1; },
        ErrorCode::certificate_not_decompressed, AlertDescription::bad_certificate);
}

TEST(CompressedCertificates, that_hold_something_else) {
    expect_refused(
        compressing({std::make_shared<const Stored>()}),
        [](ByteVector& message) {
            message.push_back(0); // behind the Certificate
            set_u24(message, length_at, u24(message, length_at) + 1);
            set_u24(message, length_at + 3, u24(message, length_at + 3) + 1);
        },
        ErrorCode::trailing_bytes, AlertDescription::decode_error);
}

// A chain whose Certificate is of this many bytes: the leaf, and something that looks at nobody.
Credential credential_of_size(const Credential& credential, std::size_t size) {
    auto data = std::make_shared<handshake::CredentialData>(*credential.data());
    constexpr std::size_t around_all = 1 + 3; // request context, list
    constexpr std::size_t around_entry = 3 + 2;
    data->chain.resize(1);
    data->chain.emplace_back(size - around_all - around_entry - data->chain[0].size() - around_entry);
    return Credential(std::move(data));
}

TEST(CompressedCertificates, are_as_long_as_certificates_may_be_and_no_longer) {
    if (certificate_compressions().empty()) GTEST_SKIP() << "built without a compression library";
    for (const std::size_t extra : {0u, 1u}) {
        PairConfig config = compressing();
        config.client.verification = PeerVerification::none;
        config.server.deferred.certificate = true;
        const std::size_t size = max_certificate_message_size + extra;
        config.server.credentials = {credential_of_size(server_credential(KeyType::ecdsa_p256), size)};
        config.server.client_verification = PeerVerification::none;
        Pair pair(config);
        EXPECT_EQ(pair.connect(), extra == 0) << errors_of(pair);
        if (extra != 0) expect_poisoned(pair.client, ErrorCode::certificate_bomb);

        config = compressing();
        config.server.deferred.certificate = true;
        config.client.credentials = {credential_of_size(client_credential(KeyType::ecdsa_p256), size)};
        Pair other(config);
        other.pump();
        if (extra != 0) {
            expect_poisoned(other.server, ErrorCode::certificate_bomb);
        } else {
            ASSERT_EQ(other.server.waiting_for(), Decision::certificate) << errors_of(other);
            EXPECT_EQ(other.server.chain_to_verify().size(), 2u);
        }
    }
}

} // namespace
} // namespace pavise::testing
