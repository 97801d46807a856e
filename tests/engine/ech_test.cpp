// Encrypted Client Hello between a client and a server that both want it (RFC 9849).
#include "messages/extension/negotiation.hpp"
#include "messages/inner_client_hello.hpp"
#include "messages/message.hpp"
#include "support/ech.hpp"

namespace pavise::testing {
namespace {

using messages::ClientHello;

bool holds(const ByteVector& message, std::string_view text) {
    return as_text(message).find(text) != std::string_view::npos;
}

Result<ClientHello> parsed(const ByteVector& message) {
    return messages::parse_body<ClientHello>(Bytes(message).subspan(messages::handshake_header_size));
}

TEST(Ech, hides_the_name_of_the_server) {
    for (const Step step : {Step{0}, Step{1}}) {
        PairConfig config = with_ech();
        config.step = step;
        HelloTap tap;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_accepted(pair);
        ASSERT_EQ(tap.outer.size(), 1u);
        ASSERT_EQ(tap.inner.size(), 1u);
        EXPECT_FALSE(holds(tap.outer[0], server_name));
        EXPECT_TRUE(holds(tap.outer[0], ech_public_name_of_tests));
        EXPECT_TRUE(holds(tap.inner[0], server_name));
        EXPECT_FALSE(holds(tap.inner[0], ech_public_name_of_tests));
        EXPECT_EQ(pair.client.negotiated().ech_public_name, ech_public_name_of_tests);
    }
}

TEST(Ech, the_inner_hello_offers_nothing_but_tls_1_3) {
    PairConfig config = with_ech();
    HelloTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_accepted(pair);
    const auto inner = parsed(tap.inner[0]);
    const auto outer = parsed(tap.outer[0]);
    ASSERT_TRUE(inner && outer);
    using enum ExtensionType;
    for (const ExtensionType type :
         {session_ticket, extended_master_secret, ec_point_formats, encrypt_then_mac, renegotiation_info}) {
        EXPECT_FALSE(inner->extensions.contains(type));
    }
    EXPECT_TRUE(outer->extensions.contains(extended_master_secret));
    EXPECT_TRUE(
        (*inner->extensions.get<messages::SupportedVersions>())->values.contains(ProtocolVersion::tls_1_3));
    EXPECT_FALSE(
        (*inner->extensions.get<messages::SupportedVersions>())->values.contains(ProtocolVersion::tls_1_2));
    EXPECT_NE(inner->random, outer->random);
    EXPECT_TRUE(std::ranges::equal(inner->legacy_session_id, outer->legacy_session_id));
}

TEST(Ech, large_extensions_are_sent_once_and_the_name_by_itself) {
    PairConfig config = with_ech();
    HelloTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_accepted(pair);
    ASSERT_EQ(tap.encoded.size(), 1u);
    EXPECT_EQ(tap.encoded[0].size() % 32, 0u);
    EXPECT_LT(tap.encoded[0].size() * 2, tap.inner[0].size()); // the post-quantum share is not in it
    wire::Reader reader(tap.encoded[0]);
    const auto encoded = ClientHello::parse(reader);
    ASSERT_TRUE(encoded);
    EXPECT_TRUE(encoded->legacy_session_id.empty());
    EXPECT_TRUE(encoded->extensions.contains(ExtensionType::server_name));
    EXPECT_TRUE(encoded->extensions.contains(ExtensionType::ech_outer_extensions));
    EXPECT_FALSE(encoded->extensions.contains(ExtensionType::key_share));
}

// §6.1.3: names up to the config's maximum_name_length make hellos of one length.
TEST(Ech, the_length_of_a_name_does_not_show) {
    std::vector<std::size_t> sizes;
    for (const std::string name : {"a.test", "a.very.long.server.name.test"}) {
        PairConfig config = with_ech();
        config.name = name;
        HelloTap tap;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        pair.pump();
        sizes.push_back(tap.outer.at(0).size());
    }
    EXPECT_EQ(sizes[0], sizes[1]);
}

TEST(Ech, after_a_hello_retry_request) {
    for (const Step step : {Step{0}, Step{1}}) {
        PairConfig config = with_ech();
        need_retry(config);
        config.step = step;
        HelloTap tap;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_accepted(pair);
        EXPECT_TRUE(pair.client.negotiated().hello_retry);
        ASSERT_EQ(tap.outer.size(), 2u);
        EXPECT_FALSE(holds(tap.outer[1], server_name));
        const auto second = parsed(tap.outer[1]);
        const auto extension = second->extensions.get<messages::EncryptedClientHello>();
        EXPECT_TRUE((*extension)->enc.empty());
    }
}

TEST(Ech, a_cookie_stays_inside) {
    PairConfig config = with_ech();
    need_retry(config);
    HelloTap tap;
    config.client_hooks.tap = &tap;
    // A cookie that was not there when the confirmation was computed makes it wrong; the client then goes on
    // in the open, where the cookie shows.
    RewritingTap adds(HandshakeType::server_hello, [](ByteVector& message) {
        add_extension(message, ExtensionType::cookie, {0, 2, 'c', 'o'});
    });
    config.server_hooks.tap = &adds;
    Pair pair(config);
    pair.pump();
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::rejected);
    ASSERT_EQ(tap.outer.size(), 2u);
    EXPECT_TRUE(parsed(tap.outer[1])->extensions.contains(ExtensionType::cookie));
}

TEST(Ech, with_every_kem_and_suite) {
    for (const EchKem kem : {EchKem::x25519, EchKem::p256}) {
        for (std::uint16_t kdf = 0x0001; kdf <= 0x0003; ++kdf) {
            for (std::uint16_t aead = 0x0001; aead <= 0x0003; ++aead) {
                SeededRng rng(5);
                EchConfigTerms terms;
                terms.public_name = ech_public_name_of_tests;
                terms.kem = kem;
                terms.cipher_suites = {{kdf, aead}};
                const auto key = EchKey::generate(terms, rng);
                ASSERT_TRUE(key);
                PairConfig config = with_ech();
                config.server.ech_keys = {*key};
                config.ech_configs = ech_list({*key});
                Pair pair(config);
                expect_accepted(pair);
            }
        }
    }
}

TEST(Ech, a_server_with_several_keys_finds_the_right_one) {
    PairConfig config = with_ech();
    // Another one of the same config_id comes first.
    config.server.ech_keys = {new_ech_key(9, 1), new_ech_key(7, 2), ech_key()};
    Pair pair(config);
    expect_accepted(pair);
}

// §10.4: config_id is made up by clients that were told so; the server tries all its keys.
TEST(Ech, trial_decryption_ignores_the_config_id) {
    PairConfig config = with_ech();
    config.server.ech_keys = {new_ech_key(9, 1), ech_key()};
    config.server.ech_key_choice = EchKeyChoice::trial;
    Pair pair(config);
    expect_accepted(pair);
}

TEST(Ech, the_clients_choice_is_the_first_config_that_it_can_use) {
    const ByteVector unknown_version{0xba, 0xdd, 0, 2, 1, 2};
    ByteVector list = unknown_version;
    const Bytes ours = ech_key().config();
    const Bytes next = unknown_ech_key().config();
    list.insert(list.end(), ours.begin(), ours.end());
    list.insert(list.end(), next.begin(), next.end());
    PairConfig config = with_ech();
    config.ech_configs.clear();
    wire::Writer(config.ech_configs).vector16(list);
    Pair pair(config);
    expect_accepted(pair);
}

TEST(Ech, without_a_server_name_inside) {
    PairConfig config = with_ech();
    config.name = "127.0.0.1";
    config.server.credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
    HelloTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::accepted);
    EXPECT_FALSE(parsed(tap.inner[0])->extensions.contains(ExtensionType::server_name));
    EXPECT_EQ(pair.server.negotiated().server_name, "");
}

TEST(Ech, client_certificates_work_inside) {
    PairConfig config = with_ech();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    Pair pair(config);
    expect_accepted(pair);
    EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
}

TEST(Ech, exporters_agree) {
    PairConfig config = with_ech();
    Pair pair(config);
    expect_accepted(pair);
    std::array<std::uint8_t, 32> ours{};
    std::array<std::uint8_t, 32> theirs{};
    ASSERT_TRUE(pair.client.export_keying_material("label", std::nullopt, ours));
    ASSERT_TRUE(pair.server.export_keying_material("label", std::nullopt, theirs));
    EXPECT_EQ(ours, theirs);
}

// ---------------------------------------------------------------- the config is chosen with the inner hello

TEST(EchDecisions, the_inner_hello_is_in_view) {
    PairConfig config = with_ech();
    config.server.deferred.config = true;
    ServerConfig other = config.server;
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::config);
    const auto offer = pair.server.client_offer();
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->server_name, server_name);
    other.rng = &system_rng();
    other.clock = &pair.clock();
    other.ech_keys.clear(); // they have done their work
    ASSERT_TRUE(pair.server.choose_config(std::make_shared<const ServerConfig>(other)));
    expect_accepted(pair);
}

TEST(EchDecisions, ech_can_be_declined) {
    for (const bool retry : {false, true}) {
        PairConfig config = with_ech();
        if (retry) need_retry(config);
        config.server.deferred.config = true;
        ServerConfig other = config.server;
        Pair pair(config);
        pair.pump();
        ASSERT_EQ(pair.server.waiting_for(), Decision::config);
        ASSERT_TRUE(pair.server.decline_ech());
        EXPECT_EQ(pair.server.client_offer()->server_name, ech_public_name_of_tests);
        EXPECT_EQ(pair.server.decline_ech().error().code, ErrorCode::nothing_to_decide);
        other.rng = &system_rng();
        other.clock = &pair.clock();
        ASSERT_TRUE(pair.server.choose_config(std::make_shared<const ServerConfig>(other)));
        expect_rejected(pair, {}); // without ECH it can be served
    }
}

TEST(EchDecisions, nothing_to_decline) {
    Pair pair{PairConfig()};
    EXPECT_EQ(pair.server.decline_ech().error().code, ErrorCode::nothing_to_decide);
    EXPECT_EQ(pair.client.decline_ech().error().code, ErrorCode::nothing_to_decide);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.server.decline_ech().error().code, ErrorCode::nothing_to_decide);
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::not_offered);
}

// ---------------------------------------------------------------- sessions

PairConfig with_sessions(PairConfig config) {
    static SeededRng rng(99);
    static FixedClock clock;
    static const TicketKeys keys = *TicketKeys::generate(rng, clock);
    config.server.ticket_keys = keys;
    return config;
}

Session session_of(PairConfig config) {
    Pair pair(std::move(config));
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
    const auto sessions = pair.client.take_sessions();
    return sessions.empty() ? Session() : sessions.back();
}

TEST(EchSessions, are_resumed_inside_and_look_like_it_outside) {
    for (const bool retry : {false, true}) {
        PairConfig config = with_sessions(with_ech());
        if (retry) need_retry(config);
        config.session = session_of(config);
        HelloTap tap;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_accepted(pair);
        EXPECT_TRUE(pair.client.negotiated().resumed);
        for (const ByteVector& outer : tap.outer) {
            const auto hello = parsed(outer);
            ASSERT_TRUE(hello->extensions.contains(ExtensionType::pre_shared_key));
            EXPECT_EQ(hello->extensions.find(ExtensionType::pre_shared_key)->size(),
                      parsed(tap.inner[0])->extensions.find(ExtensionType::pre_shared_key)->size());
            EXPECT_FALSE(
                std::ranges::equal(*hello->extensions.find(ExtensionType::pre_shared_key),
                                   *parsed(tap.inner[0])->extensions.find(ExtensionType::pre_shared_key)));
        }
    }
}

TEST(EchSessions, one_from_a_connection_without_ech_is_offered_inside) {
    PairConfig config = with_sessions(with_ech());
    PairConfig plain = config;
    plain.ech_configs.clear();
    config.session = session_of(plain);
    Pair pair(config);
    expect_accepted(pair);
    EXPECT_TRUE(pair.client.negotiated().resumed);
}

TEST(EchSessions, one_of_tls_1_2_is_offered_nowhere) {
    PairConfig config = with_sessions(with_ech());
    PairConfig plain = config;
    plain.ech_configs.clear();
    plain.server.versions = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
    config.session = session_of(plain);
    ASSERT_TRUE(config.session);
    HelloTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_accepted(pair);
    EXPECT_FALSE(pair.client.negotiated().resumed);
    EXPECT_TRUE(parsed(tap.outer[0])->extensions.find(ExtensionType::session_ticket)->empty());
}

PairConfig with_early_data() {
    PairConfig config = with_sessions(with_ech());
    config.server.max_early_data = 1000;
    config.server.replay_register = make_replay_register();
    config.session = session_of(config);
    config.early_data = EarlyData::on;
    return config;
}

TEST(EchSessions, early_data_goes_under_the_inner_hello) {
    PairConfig config = with_early_data();
    Pair pair(config);
    ASSERT_TRUE(pair.client.write(as_bytes("early")));
    pair.pump();
    EXPECT_EQ(read_all(pair.server), "early");
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::accepted);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::accepted);
}

TEST(EchSessions, early_data_is_dropped_with_the_inner_hello) {
    for (const bool retry : {false, true}) {
        PairConfig config = with_early_data();
        if (retry) need_retry(config);
        config.server.ech_keys = {unknown_ech_key()};
        Pair pair(config);
        ASSERT_TRUE(pair.client.write(as_bytes("early")));
        expect_rejected(pair, ech_list({unknown_ech_key()}));
        EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::rejected);
        EXPECT_EQ(read_all(pair.server), "");
    }
}

} // namespace
} // namespace pavise::testing
