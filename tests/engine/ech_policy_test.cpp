// Encrypted Client Hello that only looks as if, comes from a client-facing server, or has no config that can
// be used (RFC 9849 §6.2, §7.2, §6.1).
#include "schedule/ech.hpp"
#include "schedule/transcript.hpp"
#include "support/ech.hpp"
#include "support/poisoned.hpp"

namespace pavise::testing {
namespace {

constexpr VersionRange only12{ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};

// ---------------------------------------------------------------- GREASE (§6.2)

PairConfig greasing() {
    PairConfig config = with_ech();
    config.ech_configs.clear();
    config.client.ech_grease = Grease::on;
    return config;
}

TEST(EchGrease, looks_like_an_offer_and_changes_nothing) {
    for (const bool retry : {false, true}) {
        for (const bool server_knows_ech : {false, true}) {
            PairConfig config = greasing();
            if (retry) need_retry(config);
            if (!server_knows_ech) config.server.ech_keys.clear();
            HelloTap tap;
            config.client_hooks.tap = &tap;
            Pair pair(config);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            EXPECT_EQ(pair.client.negotiated().ech, EchStatus::greased);
            EXPECT_EQ(pair.server.negotiated().ech, EchStatus::rejected);
            EXPECT_EQ(pair.server.negotiated().server_name, server_name);
            EXPECT_TRUE(pair.client.negotiated().ech_retry_configs.empty());
            const ByteVector body = extension_body(tap.outer[0], ExtensionType::encrypted_client_hello);
            const auto extension = messages::EncryptedClientHello::parse(body);
            ASSERT_TRUE(extension);
            EXPECT_EQ(extension->enc.size(), 32u);
            EXPECT_EQ(extension->payload.size() % 32, 16u); // a padded hello and its tag
            // "the client copies the entire 'encrypted_client_hello' extension from the first ClientHello"
            for (const ByteVector& hello : tap.outer)
                EXPECT_EQ(extension_body(hello, ExtensionType::encrypted_client_hello), body);
        }
    }
}

TEST(EchGrease, is_as_long_as_an_offer) {
    HelloTap real;
    HelloTap grease;
    PairConfig offering = with_ech();
    offering.ech_configs = ech_list({new_ech_key(7, 70)});
    offering.client_hooks.tap = &real;
    PairConfig config = greasing();
    config.client_hooks.tap = &grease;
    Pair(offering).pump();
    Pair(config).pump();
    const auto size = [](const ByteVector& hello) {
        return messages::EncryptedClientHello::parse(
                   extension_body(hello, ExtensionType::encrypted_client_hello))
            ->payload.size();
    };
    // The real one hides the length of names up to 32 bytes, of which the other knows nothing.
    EXPECT_GE(size(real.outer.at(0)), size(grease.outer.at(0)));
    EXPECT_LE(size(real.outer.at(0)) - size(grease.outer.at(0)), 32u);
}

TEST(EchGrease, of_tls_1_2_alone_is_not_sent) {
    PairConfig config = greasing();
    config.client.versions = only12;
    HelloTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_TRUE(extension_body(tap.outer[0], ExtensionType::encrypted_client_hello).empty());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::not_offered);
}

TEST(EchGrease, with_sessions) {
    PairConfig config = greasing();
    static SeededRng rng(97);
    static FixedClock clock;
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    Pair first(config);
    ASSERT_TRUE(first.connect());
    config.session = first.client.take_sessions().back();
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_TRUE(pair.client.negotiated().resumed);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::greased);
}

// ---------------------------------------------------------------- backend servers (§7.2)

// What a client-facing server would forward: a hello that is marked as an inner one.
struct Forwarding {
    HelloTap seen;
    RewritingTap marks{HandshakeType::client_hello, [](ByteVector& message) {
                           add_extension(message, ExtensionType::encrypted_client_hello, {1});
                       }};
};

TEST(EchBackend, confirms_inner_hellos) {
    PairConfig config;
    config.server.ech_role = EchRole::backend;
    Forwarding forwarding;
    config.client_hooks.tap = &forwarding.marks;
    RecordingTap tap;
    config.server_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::accepted);
    // The last bytes of the random are what RFC 9849 §7.2 says.
    const ByteVector& hello = tap.received_messages.at(0);
    ByteVector answer = tap.sent_messages.at(0);
    const ByteVector said(answer.begin() + 30, answer.begin() + 38);
    std::fill_n(answer.begin() + 30, 8, std::uint8_t{0});
    const auto& provider = crypto::botan_provider();
    auto transcript = *schedule::Transcript::start(provider, crypto::HashId::sha256);
    ASSERT_EQ(pair.server.negotiated().cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
    transcript.add(hello);
    const auto expected = schedule::ech_confirmation(
        provider, crypto::HashId::sha256, schedule::EchConfirmationPlace::server_hello,
        Bytes(hello).subspan(6, 32), transcript.hash_with(answer)->view());
    ASSERT_TRUE(expected);
    EXPECT_TRUE(std::ranges::equal(said, *expected));
}

TEST(EchBackend, leaves_tls_1_2_alone) {
    PairConfig config;
    config.server.ech_role = EchRole::backend;
    config.client.versions = only12;
    Forwarding forwarding;
    config.client_hooks.tap = &forwarding.marks;
    Pair pair(config);
    // The downgrade signal is in place: a client that knows TLS 1.3 would see it.
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.server.negotiated().version, ProtocolVersion::tls_1_2);
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::rejected);
}

TEST(EchBackend, refuses_outer_hellos) {
    PairConfig config = with_ech();
    config.server.ech_role = EchRole::backend;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.server, ErrorCode::ech_wrong_type);
    expect_alert(pair.client, AlertDescription::illegal_parameter);
}

// ---------------------------------------------------------------- policy

Result<Connection> client_with(const PairConfig& config) {
    return Connection::client(std::make_shared<const ClientConfig>(config.client),
                              {.server_name = config.name, .ech_configs = config.ech_configs});
}

TEST(EchPolicy, a_list_that_is_none) {
    PairConfig config = with_ech();
    config.ech_configs.pop_back();
    EXPECT_EQ(client_with(config).error().code, ErrorCode::malformed_ech_configs);
}

TEST(EchPolicy, no_config_that_can_be_used) {
    PairConfig config = with_ech();
    config.ech_configs.clear();
    wire::Writer(config.ech_configs).vector16(ByteVector{0xba, 0xdd, 0, 0});
    Pair pair(config); // in the open
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::not_offered);

    config.client.ech = EchPolicy::required;
    EXPECT_EQ(client_with(config).error().code, ErrorCode::no_usable_ech_config);
    config.ech_configs.clear();
    EXPECT_EQ(client_with(config).error().code, ErrorCode::no_usable_ech_config);
    config.ech_configs = ech_list({ech_key()});
    EXPECT_TRUE(client_with(config));
    config.client.versions = only12;
    EXPECT_EQ(client_with(config).error().code, ErrorCode::no_usable_ech_config);
}

// A public key that is not on the curve.
TEST(EchPolicy, a_key_that_is_none) {
    const EchKey key = new_ech_key(7, 70, EchKem::p256);
    ByteVector config_bytes(key.config().begin(), key.config().end());
    config_bytes.at(4 + 1 + 2 + 2 + 40) ^= 1;
    PairConfig config = with_ech();
    config.ech_configs.clear();
    wire::Writer(config.ech_configs).vector16(config_bytes);
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::not_offered);
    config.client.ech = EchPolicy::required;
    EXPECT_EQ(client_with(config).error().code, ErrorCode::no_usable_ech_config);
}

} // namespace
} // namespace pavise::testing
