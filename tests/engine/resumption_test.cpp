// Resumption, external PSKs and early data, both sides (RFC 8446 §2.2, §2.3, §4.2.10, §4.2.11, §4.6.1, §8).
#include "support/pair.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

std::string say(const Connection& c) {
    return c.error() ? describe(*c.error()) : "fine";
}

void expect_connected(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << "client: " << say(pair.client) << ", server: " << say(pair.server);
}

TicketKeys ticket_keys() {
    static SeededRng rng(99);
    static FixedClock clock;
    auto keys = TicketKeys::generate(rng, clock);
    EXPECT_TRUE(keys);
    return *keys;
}

// A world in which sessions are given.
PairConfig resuming() {
    PairConfig config;
    config.server.ticket_keys = ticket_keys();
    return config;
}

// A first connection, and the newest session that it left behind.
Session first_session(const PairConfig& config) {
    Pair pair(config);
    EXPECT_TRUE(pair.connect()) << "client: " << say(pair.client) << ", server: " << say(pair.server);
    EXPECT_FALSE(pair.client.negotiated().resumed);
    const auto sessions = pair.client.take_sessions();
    EXPECT_EQ(sessions.size(), config.server.tickets);
    return sessions.empty() ? Session() : sessions.back();
}

void expect_resumed(const PairConfig& config, bool resumed) {
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().resumed, resumed);
    EXPECT_EQ(pair.server.negotiated().resumed, resumed);
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}

TEST(Resumption, by_a_sealed_ticket_and_again_by_the_new_one) {
    for (const Step step : {Step{0}, Step{1}}) {
        PairConfig config = resuming();
        config.step = step;
        config.session = first_session(config);
        for (int round = 0; round < 3; ++round) {
            Pair pair(config);
            expect_connected(pair);
            EXPECT_TRUE(pair.client.negotiated().resumed);
            EXPECT_TRUE(pair.client.negotiated().group); // psk_dhe_ke: forward secret
            config.session = pair.client.take_sessions().back();
        }
    }
}

TEST(Resumption, by_a_store_takes_each_ticket_once) {
    PairConfig config;
    config.server.session_store = make_session_store(100);
    config.session = first_session(config);
    expect_resumed(config, true);
    expect_resumed(config, false);
}

TEST(Resumption, through_the_clients_cache) {
    PairConfig config = resuming();
    config.client.sessions = make_session_cache();
    expect_resumed(config, false);
    expect_resumed(config, true);
    expect_resumed(config, true);
}

TEST(Resumption, with_psk_ke_alone_uses_no_key_exchange) {
    PairConfig config = resuming();
    config.client.psk_modes = config.server.psk_modes = {PskKeyExchangeMode::psk_ke};
    config.session = first_session(config);
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.client.negotiated().resumed);
    EXPECT_FALSE(pair.client.negotiated().group);
}

TEST(Resumption, survives_a_hello_retry_request) {
    PairConfig config = resuming();
    config.session = first_session(config);
    config.client.key_shares = 0;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.client.negotiated().resumed);
    EXPECT_TRUE(pair.client.negotiated().hello_retry);
}

TEST(Resumption, sessions_survive_serialisation_and_damage_is_refused) {
    PairConfig config = resuming();
    const Session session = first_session(config);
    const ByteVector bytes = session.serialise();
    auto read = Session::deserialise(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->serialise(), bytes);
    config.session = *read;
    expect_resumed(config, true);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(Session::deserialise(Bytes(bytes).first(size)).error().code, ErrorCode::bad_session);
    ByteVector other = bytes;
    other[0] ^= 0x80; // a version from the future
    EXPECT_EQ(Session::deserialise(other).error().code, ErrorCode::bad_session);
}

TEST(Resumption, is_bound_to_name_policy_trust_context_and_suite) {
    const PairConfig original = resuming();
    const auto attempt = [&](auto change) {
        PairConfig config = original;
        config.session = first_session(original);
        change(config);
        Pair pair(config);
        EXPECT_TRUE(pair.connect()) << say(pair.client) << " / " << say(pair.server);
        EXPECT_EQ(pair.client.negotiated().resumed, pair.server.negotiated().resumed);
        return pair.client.negotiated().resumed;
    };
    EXPECT_TRUE(attempt([](PairConfig&) {}));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.name = "127.0.0.1"; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.client.verification = PeerVerification::none; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.server.session_context = {1}; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.server.client_verification = PeerVerification::optional; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.server.client_trust = trust_in(foreign_authority()); }));
    EXPECT_FALSE(
        attempt([](PairConfig& c) { c.server.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384}; }));
    EXPECT_TRUE(
        attempt([](PairConfig& c) { c.server.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256}; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.server.ticket_keys = ticket_keys(); }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.server.psk_modes = {}; }));
    EXPECT_FALSE(attempt([](PairConfig& c) { c.time = test_time + std::chrono::hours(3); }));
    EXPECT_TRUE(attempt([](PairConfig& c) { c.time = test_time + std::chrono::minutes(119); }));
}

TEST(Resumption, a_session_is_with_one_name_even_where_no_name_is_sent) {
    PairConfig config = resuming();
    config.client.sessions = make_session_cache();
    config.name = "127.0.0.1"; // in the certificate, but never in SNI
    expect_resumed(config, false);
    expect_resumed(config, true);
    config.name = "10.9.9.9";
    Pair elsewhere(config);
    EXPECT_FALSE(elsewhere.connect());
    EXPECT_EQ(elsewhere.client.error()->code, ErrorCode::ip_address_mismatch);
}

TEST(Resumption, a_connection_without_a_name_leaves_and_takes_no_session) {
    PairConfig config = resuming();
    config.client.verification = PeerVerification::none;
    config.name = "";
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.client.take_sessions().empty());
}

TEST(Resumption, other_credentials_are_another_client) {
    PairConfig config = resuming();
    config.client.sessions = make_session_cache();
    config.server.client_verification = PeerVerification::optional;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    Pair alice(config);
    expect_connected(alice);
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p384)};
    Pair bob(config);
    expect_connected(bob);
    EXPECT_FALSE(bob.server.negotiated().resumed);
    EXPECT_NE(bob.server.negotiated().peer_chain, alice.server.negotiated().peer_chain);
    config.client.credentials = {};
    Pair nobody(config);
    expect_connected(nobody);
    EXPECT_TRUE(nobody.server.negotiated().peer_chain.empty());
}

TEST(Resumption, ends_with_the_certificate_and_seven_days_after_it_was_shown) {
    // The server's leaf is valid for 90 days.
    for (const std::chrono::hours validity : {std::chrono::hours(24), std::chrono::hours(24 * 60)}) {
        trust::CertificateSpec spec = leaf_spec(crypto::KeyType::ecdsa_p256);
        spec.common_name = "client";
        spec.names = {trust::MintName::email("client@client.test")};
        spec.not_after = test_time + validity;
        PairConfig config = resuming();
        config.server.session_store = make_session_store();
        config.server.ticket_lifetime = std::chrono::days(7);
        config.server.client_verification = PeerVerification::required;
        config.client.credentials = {mint_credential(spec)};
        config.session = first_session(config);
        const auto limit = std::min<Milliseconds>(validity, std::chrono::days(7));
        Milliseconds age{0};
        while (true) {
            age += std::chrono::hours(5);
            config.time = test_time + age;
            if (age >= limit) break;
            Pair pair(config);
            ASSERT_TRUE(pair.connect());
            EXPECT_TRUE(pair.server.negotiated().resumed) << age.count();
            const auto sessions = pair.client.take_sessions();
            if (!sessions.empty()) config.session = sessions.back();
        }
        Pair late(config);
        late.connect();
        EXPECT_FALSE(late.server.negotiated().resumed);
    }
}

TEST(Resumption, a_copied_hello_with_a_wrong_binder_does_not_use_the_session_up) {
    PairConfig config;
    config.server.session_store = make_session_store();
    config.session = first_session(config);
    Pair copied(config);
    const Bytes output = copied.client.output();
    ByteVector hello(output.begin(), output.end());
    hello.back() ^= 1; // the binder ends the hello
    EXPECT_EQ(copied.server.feed(hello).error().code, ErrorCode::bad_binder);
    expect_resumed(config, true);
    expect_resumed(config, false);
}

TEST(Resumption, another_application_protocol_is_another_session) {
    PairConfig config = resuming();
    config.client.alpn_protocols = config.server.alpn_protocols = {"h2"};
    config.session = first_session(config);
    expect_resumed(config, true);
    config.client.alpn_protocols = config.server.alpn_protocols = {"http/1.1"};
    expect_resumed(config, false);
}

TEST(Resumption, keeps_to_the_hash_of_the_session_where_both_know_a_suite_with_it) {
    PairConfig config = resuming();
    config.client.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
    config.session = first_session(config);
    config.client.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384};
    config.server.cipher_suites = config.client.cipher_suites;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.server.negotiated().resumed);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
    config.server.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
    expect_resumed(config, false);
}

TEST(Resumption, a_client_certificate_stays_known) {
    PairConfig config = resuming();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    config.session = first_session(config);
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.server.negotiated().resumed);
    EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
}

// ---------------------------------------------------------------- external PSKs

ExternalPsk external(ExternalPsk::Kind kind) {
    ExternalPsk psk;
    psk.identity = {'d', 'e', 'v', 'i', 'c', 'e'};
    psk.key = ByteVector(32, 0x42);
    psk.kind = kind;
    psk.context = {7};
    return psk;
}

// RFC 9258 §4.1: an imported key is derived with the hash that belongs to it, whatever the suite's is.
TEST(ExternalPsks, are_imported_with_a_hash_of_their_own) {
    for (const bool same : {true, false}) {
        PairConfig config;
        config.client.external_psks = config.server.external_psks = {external(ExternalPsk::Kind::imported)};
        config.client.external_psks.front().suite_hash = CipherSuite::TLS_AES_256_GCM_SHA384;
        if (same) config.server.external_psks = config.client.external_psks;
        Pair pair(config);
        EXPECT_EQ(pair.connect(), same);
        if (!same) {
            EXPECT_EQ(pair.server.error()->code, ErrorCode::bad_binder);
        }
    }
}

TEST(ExternalPsks, authenticate_without_certificates_plain_and_imported) {
    for (const auto kind : {ExternalPsk::Kind::plain, ExternalPsk::Kind::imported})
        for (const CipherSuite suite :
             {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384}) {
            if (kind == ExternalPsk::Kind::plain && suite == CipherSuite::TLS_AES_256_GCM_SHA384) continue;
            PairConfig config;
            config.client.cipher_suites = {suite};
            config.client.external_psks = config.server.external_psks = {external(kind)};
            Pair pair(config);
            expect_connected(pair);
            EXPECT_EQ(pair.client.negotiated().psk_identity, external(kind).identity);
            EXPECT_EQ(pair.server.negotiated().psk_identity, external(kind).identity);
            EXPECT_TRUE(pair.client.negotiated().peer_chain.empty());
        }
}

// "The server MUST ensure that it selects a compatible PSK (if any) and cipher suite." (§4.2.11)
TEST(ExternalPsks, choose_the_suite_where_the_preferred_one_has_another_hash) {
    for (const auto retry : {false, true}) {
        PairConfig config;
        config.server.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256,
                                       CipherSuite::TLS_AES_256_GCM_SHA384};
        config.client.external_psks = config.server.external_psks = {external(ExternalPsk::Kind::plain)};
        config.client.external_psks.front().suite_hash = CipherSuite::TLS_AES_256_GCM_SHA384;
        config.server.external_psks = config.client.external_psks;
        // A HelloRetryRequest names the suite before PSKs are looked at: then certificates have to do.
        if (retry) config.server.groups = {NamedGroup::secp384r1};
        Pair pair(config);
        expect_connected(pair);
        ASSERT_EQ(pair.server.negotiated().hello_retry, retry);
        EXPECT_EQ(pair.server.negotiated().cipher_suite,
                  retry ? CipherSuite::TLS_AES_128_GCM_SHA256 : CipherSuite::TLS_AES_256_GCM_SHA384);
        EXPECT_EQ(pair.server.negotiated().psk_identity.empty(), retry);
        EXPECT_EQ(pair.client.negotiated().psk_identity.empty(), retry);
    }
}

TEST(ExternalPsks, leave_the_suite_alone_where_none_fits) {
    PairConfig config;
    config.server.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384};
    config.client.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_AES_128_GCM_SHA256};
    config.client.external_psks = {external(ExternalPsk::Kind::plain)};
    config.client.external_psks.front().suite_hash = CipherSuite::TLS_AES_256_GCM_SHA384;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(pair.server.negotiated().cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
}

TEST(ExternalPsks, a_wrong_key_is_a_wrong_binder) {
    PairConfig config;
    config.client.external_psks = config.server.external_psks = {external(ExternalPsk::Kind::plain)};
    config.client.external_psks[0].key[0] ^= 1;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.server.error()->code, ErrorCode::bad_binder);
    EXPECT_EQ(*pair.client.error(), (Error{ErrorCode::alert_received, 51}));
}

TEST(ExternalPsks, an_unknown_identity_falls_back_to_certificates) {
    PairConfig config;
    config.client.external_psks = {external(ExternalPsk::Kind::plain)};
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.client.negotiated().psk_identity.empty());
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
}

TEST(ExternalPsks, found_by_the_caller_later) {
    PairConfig config;
    config.client.external_psks = {external(ExternalPsk::Kind::plain)};
    config.server.deferred.psk = true;
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::psk);
    ASSERT_EQ(pair.server.offered_psks().size(), 1u);
    EXPECT_EQ(as_text(pair.server.offered_psks()[0]), "device");
    ASSERT_TRUE(pair.server.choose_psk(FoundPsk{0, external(ExternalPsk::Kind::plain)}));
    expect_connected(pair);
    EXPECT_FALSE(pair.server.negotiated().psk_identity.empty());
}

// ---------------------------------------------------------------- early data

PairConfig with_early_data() {
    PairConfig config = resuming();
    config.server.max_early_data = 1000;
    config.server.replay_register = make_replay_register();
    config.session = first_session(config);
    config.early_data = EarlyData::on;
    return config;
}

TEST(EarlyData, is_read_before_the_handshake_is_complete) {
    Pair pair(with_early_data());
    EXPECT_EQ(pair.client.early_data_room(), 1000u);
    EXPECT_EQ(*pair.client.write(as_bytes("early bird")), 10u);
    EXPECT_EQ(pair.client.early_data_room(), 990u);
    while (deliver(pair.client, pair.server) > 0) {
    }
    EXPECT_FALSE(pair.server.handshake_complete());
    EXPECT_EQ(read_all(pair.server), "early bird");
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::accepted);
    EXPECT_EQ(pair.server.negotiated().early_data, EarlyDataStatus::accepted);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "late"), "late");
}

// Half a round trip earlier than the client's Finished.
TEST(EarlyData, is_answered_before_the_handshake_is_complete) {
    Pair pair(with_early_data());
    EXPECT_EQ(pair.server.early_data_room(), 0u);
    ASSERT_TRUE(pair.client.write(as_bytes("early bird")));
    deliver(pair.client, pair.server);
    EXPECT_EQ(read_all(pair.server), "early bird");
    ASSERT_FALSE(pair.server.handshake_complete());
    EXPECT_EQ(*pair.server.write(as_bytes("worm")), 4u);
    expect_connected(pair);
    EXPECT_EQ(read_all(pair.client), "worm");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}

TEST(EarlyData, client_writes_no_more_than_the_ticket_allows) {
    Pair pair(with_early_data());
    EXPECT_EQ(*pair.client.write(ByteVector(2000)), 1000u);
    EXPECT_EQ(pair.client.write(ByteVector(1)).error().code, ErrorCode::handshake_not_done);
}

TEST(EarlyData, is_taken_once_and_rejected_as_a_replay) {
    PairConfig config = with_early_data();
    Pair first(config);
    ASSERT_TRUE(first.client.write(as_bytes("pay")));
    const Bytes output = first.client.output();
    const ByteVector captured(output.begin(), output.end());
    Pair victim(config);
    ASSERT_TRUE(victim.server.feed(captured));
    EXPECT_EQ(read_all(victim.server), "pay");
    Pair again(config);
    ASSERT_TRUE(again.server.feed(captured));
    EXPECT_EQ(read_all(again.server), "");
    EXPECT_EQ(again.server.negotiated().early_data, EarlyDataStatus::rejected);
    EXPECT_FALSE(again.server.error());
}

TEST(EarlyData, the_edges_of_the_window_are_outside_of_it) {
    PairConfig config = with_early_data();
    config.server.early_data_window = std::chrono::seconds(10);
    // As time goes by for the server, its own age of the ticket gets ahead of the client's.
    const auto accepted_at = [&](Milliseconds skew) {
        Pair sender(config);
        EXPECT_TRUE(sender.client.write(as_bytes("x")));
        const Bytes output = sender.client.output();
        PairConfig receiver_config = config;
        receiver_config.server.replay_register = make_replay_register();
        receiver_config.time = test_time + skew;
        Pair receiver(receiver_config);
        EXPECT_TRUE(receiver.server.feed(output));
        EXPECT_EQ(receiver.server.negotiated().ticket_age_skew, -skew);
        return receiver.server.negotiated().early_data == EarlyDataStatus::accepted;
    };
    EXPECT_TRUE(accepted_at(Milliseconds(0)));
    EXPECT_TRUE(accepted_at(Milliseconds(9'999)));
    EXPECT_FALSE(accepted_at(Milliseconds(10'000)));
    EXPECT_TRUE(accepted_at(Milliseconds(-9'999)));
    EXPECT_FALSE(accepted_at(Milliseconds(-10'000)));
}

TEST(EarlyData, the_skew_of_the_tickets_age_is_the_servers_to_see_in_resumptions) {
    PairConfig config = with_early_data();
    config.early_data = EarlyData::off;
    Pair resumed(config);
    ASSERT_TRUE(resumed.connect()) << errors_of(resumed);
    EXPECT_EQ(resumed.server.negotiated().ticket_age_skew, Milliseconds(0));
    EXPECT_FALSE(resumed.client.negotiated().ticket_age_skew);
    config.session = {};
    Pair full(config);
    ASSERT_TRUE(full.connect()) << errors_of(full);
    EXPECT_FALSE(full.server.negotiated().ticket_age_skew);
}

TEST(EarlyData, a_server_that_lowered_its_limit_rejects_and_skips_what_the_ticket_allowed) {
    PairConfig config;
    config.server.ticket_keys = ticket_keys();
    config.server.max_early_data = 50'000;
    config.server.replay_register = make_replay_register();
    config.session = first_session(config);
    config.early_data = EarlyData::on;
    config.server.max_early_data = 1000;
    Pair pair(config);
    EXPECT_EQ(*pair.client.write(ByteVector(50'000)), 50'000u);
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::rejected);
}

void expect_rejected(PairConfig config) {
    Pair pair(std::move(config));
    ASSERT_TRUE(pair.client.write(as_bytes("too early")));
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::rejected);
    EXPECT_EQ(pair.server.negotiated().early_data, EarlyDataStatus::rejected);
    EXPECT_EQ(read_all(pair.server), "");
    EXPECT_EQ(pair.carry(pair.client, pair.server, "again"), "again");
}

TEST(EarlyData, is_skipped_where_it_cannot_be_taken) {
    PairConfig off = with_early_data();
    off.server.max_early_data = 0;
    expect_rejected(off);
    PairConfig unknown_ticket = with_early_data();
    unknown_ticket.server.ticket_keys = ticket_keys();
    expect_rejected(unknown_ticket);
    PairConfig other_protocol = with_early_data();
    other_protocol.client.alpn_protocols = other_protocol.server.alpn_protocols = {"h2"};
    expect_rejected(other_protocol);
    PairConfig retry = with_early_data();
    retry.client.key_shares = 0;
    expect_rejected(retry);
    PairConfig other_suite = with_early_data();
    other_suite.server.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    expect_rejected(other_suite);
}

TEST(EarlyData, byte_by_byte) {
    PairConfig config = with_early_data();
    config.step = 1;
    Pair pair(config);
    ASSERT_TRUE(pair.client.write(as_bytes("drip")));
    std::string received;
    for (int i = 0; i < 5000; ++i) {
        deliver(pair.client, pair.server, 1);
        received += read_all(pair.server);
        deliver(pair.server, pair.client, 1);
    }
    EXPECT_EQ(received, "drip");
    EXPECT_TRUE(pair.client.handshake_complete());
}

} // namespace
} // namespace pavise::testing
