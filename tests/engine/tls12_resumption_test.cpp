// Resumption in TLS 1.2 by session ID and by ticket, exporters and channel bindings (RFC 5246 §7.3, RFC 5077,
// RFC 7627 §5.3).
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pavise::testing {
namespace {

using Type = HandshakeType;
constexpr auto handshake_failure = AlertDescription::handshake_failure;

// Where a server keeps its sessions.
enum class Keeping { tickets, store };
constexpr Keeping both_ways[] = {Keeping::tickets, Keeping::store};

PairConfig resuming(Keeping keeping) {
    static SeededRng rng(99);
    static FixedClock clock;
    PairConfig config = tls12();
    if (keeping == Keeping::tickets)
        config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    else
        config.server.session_store = make_session_store();
    return config;
}

// With a seed of its own: the same randomness would give the same session ID again.
Session first_session(PairConfig config) {
    config.seed += 100;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_FALSE(pair.client.negotiated().resumed);
    const auto sessions = pair.client.take_sessions();
    return sessions.empty() ? Session() : sessions.back();
}

void expect_resumed(const PairConfig& config, bool resumed) {
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().resumed, resumed);
    EXPECT_EQ(pair.server.negotiated().resumed, resumed);
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
}

TEST(Resumption12, by_ticket_and_by_session_id_again_and_again) {
    for (const Keeping keeping : both_ways)
        for (const Step step : {Step{0}, Step{1}}) {
            PairConfig config = resuming(keeping);
            config.step = step;
            config.session = first_session(config);
            ASSERT_TRUE(config.session);
            EXPECT_EQ(config.session.version(), ProtocolVersion::tls_1_2);
            for (int round = 0; round < 3; ++round) expect_resumed(config, true);
        }
}

TEST(Resumption12, through_a_cache_and_through_bytes) {
    PairConfig config = resuming(Keeping::tickets);
    config.client.sessions = make_session_cache();
    expect_resumed(config, false);
    expect_resumed(config, true);
    expect_resumed(config, true);
    PairConfig stored = resuming(Keeping::store);
    const auto copy = Session::deserialise(first_session(stored).serialise());
    ASSERT_TRUE(copy);
    stored.session = *copy;
    expect_resumed(stored, true);
}

// "any connection terminated with a fatal alert MUST NOT be resumed" (RFC 5246 §7.2.2)
TEST(Resumption12, ends_with_a_fatal_alert_whoever_sends_it) {
    for (const bool resumed : {false, true})
        for (Connection Pair::* const refusing : {&Pair::client, &Pair::server}) {
            PairConfig config = resuming(Keeping::store);
            if (resumed) config.session = first_session(config);
            Pair pair(config);
            expect_connected12(pair);
            ASSERT_EQ(pair.server.negotiated().resumed, resumed);
            if (!resumed) config.session = pair.client.take_sessions().back();
            PairConfig again = config;
            again.seed = 1000;
            expect_resumed(again, true); // as long as nothing fails
            ASSERT_TRUE((pair.*refusing).refuse(AlertDescription::access_denied));
            pair.pump();
            ASSERT_TRUE(pair.client.error() && pair.server.error());
            expect_resumed(again, false);
        }
}

// A ticket lies with the client alone: its cache forgets it, and a caller that has not asked yet never gets
// it.
TEST(Resumption12, ends_in_the_clients_cache_with_a_fatal_alert_whoever_sends_it) {
    for (const bool resumed : {false, true})
        for (Connection Pair::* const refusing : {&Pair::client, &Pair::server}) {
            PairConfig config = resuming(Keeping::tickets);
            config.client.sessions = make_session_cache();
            if (resumed) expect_resumed(config, false);
            Pair pair(config);
            expect_connected12(pair);
            ASSERT_EQ(pair.client.negotiated().resumed, resumed);
            expect_resumed(config, true); // as long as nothing fails
            ASSERT_TRUE((pair.*refusing).refuse(AlertDescription::access_denied));
            pair.pump();
            ASSERT_TRUE(pair.client.error());
            EXPECT_TRUE(pair.client.take_sessions().empty());
            expect_resumed(config, false);
        }
}

// One that a server fails at for good would otherwise be offered again and again.
TEST(Resumption12, offered_before_a_server_that_fails_is_not_offered_again) {
    PairConfig config = resuming(Keeping::tickets);
    config.client.sessions = make_session_cache();
    expect_resumed(config, false);
    PairConfig other = config;
    other.server.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256}; // not the client's
    Pair failing(other);
    failing.pump();
    ASSERT_TRUE(failing.client.error());
    EXPECT_EQ(failing.client.error()->code, ErrorCode::alert_received);
    expect_resumed(config, false);
}

TEST(Resumption12, ends_with_a_finished_that_is_wrong) {
    PairConfig config = resuming(Keeping::store);
    config.session = first_session(config);
    RewritingTap wrong(Type::finished, [](ByteVector& message) { message.back() ^= 1; });
    PairConfig broken = config;
    broken.client_hooks.tap = &wrong;
    expect_found_by_server(broken, ErrorCode::finished_mismatch, AlertDescription::decrypt_error);
    expect_resumed(config, false);
}

TEST(Resumption12, keeps_who_the_client_was) {
    PairConfig config = resuming(Keeping::tickets);
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    config.session = first_session(config);
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_TRUE(pair.server.negotiated().resumed);
    EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
}

TEST(Resumption12, is_not_done_when_anything_changed) {
    const std::pair<const char*, std::function<void(PairConfig&)>> changes[] = {
        {"suite of the server",
         [](PairConfig& c) {
             c.server.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
         }},
        {"suite of the client",
         [](PairConfig& c) {
             c.client.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
         }},
        {"policy of the server",
         [](PairConfig& c) { c.server.client_verification = PeerVerification::optional; }},
        {"trust of the server", [](PairConfig& c) { c.server.client_trust = trust_in(foreign_authority()); }},
        {"filters of the server",
         [](PairConfig& c) { c.server.client_certificate_filters = {{{0x06, 0x03, 0x55, 0x1d, 0x0f}, {}}}; }},
        {"context of the server", [](PairConfig& c) { c.server.session_context = {1}; }},
        {"policy of the client", [](PairConfig& c) { c.client.verification = PeerVerification::none; }},
        {"protocol", [](PairConfig& c) { c.client.alpn_protocols = c.server.alpn_protocols = {"h2"}; }},
        {"age", [](PairConfig& c) { c.time += c.server.ticket_lifetime; }},
        {"resumption of the client", [](PairConfig& c) { c.client.psk_modes.clear(); }},
        {"resumption of the server", [](PairConfig& c) { c.server.psk_modes.clear(); }},
    };
    for (const Keeping keeping : both_ways)
        for (const auto& [what, change] : changes) {
            SCOPED_TRACE(what);
            PairConfig config = resuming(keeping);
            config.session = first_session(config);
            ASSERT_TRUE(config.session);
            change(config);
            Pair pair(config);
            expect_connected12(pair);
            EXPECT_FALSE(pair.client.negotiated().resumed);
            EXPECT_FALSE(pair.server.negotiated().resumed);
        }
}

TEST(Resumption12, of_another_name_is_a_full_handshake) {
    RewritingTap tap(Type::client_hello, [](ByteVector& hello) {
        set_extension(hello, ExtensionType::server_name,
                      {0, 13, 0, 0, 10, 'o', 't', 'h', 'e', 'r', '.', 't', 'e', 's', 't'});
    });
    for (const Keeping keeping : both_ways) {
        PairConfig config = resuming(keeping);
        config.session = first_session(config);
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_connected12(pair);
        EXPECT_EQ(pair.server.negotiated().server_name, "other.test");
        EXPECT_FALSE(pair.server.negotiated().resumed);
    }
}

TEST(Resumption12, of_one_version_is_nothing_to_the_other) {
    for (const Keeping keeping : both_ways) {
        PairConfig config = resuming(keeping);
        config.session = first_session(config);
        config.client.versions = config.server.versions = {};
        Pair newer(config);
        ASSERT_TRUE(newer.connect());
        EXPECT_EQ(newer.client.negotiated().version, ProtocolVersion::tls_1_3);
        EXPECT_FALSE(newer.client.negotiated().resumed);
        config.session = newer.client.take_sessions().back();
        config.client.versions = config.server.versions = tls12_only;
        expect_resumed(config, false);
    }
}

// The triple handshake: RFC 7627 §5.3.
TEST(Resumption12, wants_extended_master_secret_everywhere) {
    const auto strip = [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::extended_master_secret);
    };
    RewritingTap client_strips(Type::client_hello, strip);
    RewritingTap server_strips(Type::server_hello, strip);
    for (const Keeping keeping : both_ways) {
        PairConfig without = resuming(keeping);
        without.client_hooks.tap = &client_strips;
        RecordingTap said;
        without.server_hooks.tap = &said;
        EXPECT_FALSE(first_session(without)); // none is given, neither by ticket nor by ID
        for (const ByteVector& message : said.sent_messages) {
            constexpr std::size_t session_id_size_at = 4 + 2 + 32;
            EXPECT_NE(message[0], static_cast<std::uint8_t>(Type::new_session_ticket));
            if (message[0] != static_cast<std::uint8_t>(Type::server_hello)) continue;
            EXPECT_EQ(message[session_id_size_at], 0);
        }

        PairConfig config = resuming(keeping);
        config.session = first_session(config);
        config.client_hooks.tap = &client_strips;
        expect_found_by_server(config, ErrorCode::extended_master_secret_missing, handshake_failure);
        config.client_hooks.tap = nullptr;
        config.server_hooks.tap = &server_strips;
        expect_found_by_client(config, ErrorCode::extended_master_secret_missing, handshake_failure);
    }
}

TEST(Resumption12, does_not_change_the_suite) {
    for (const Keeping keeping : both_ways) {
        PairConfig config = resuming(keeping);
        config.session = first_session(config);
        RewritingTap tap(Type::server_hello, [](ByteVector& hello) {
            hello[4 + 2 + 32 + 1 + hello[38] + 1u] = 0x2c; // TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        });
        config.server_hooks.tap = &tap;
        expect_found_by_client(config, ErrorCode::session_suite_changed, AlertDescription::illegal_parameter);
    }
}

TEST(Resumption12, with_a_broken_ticket_is_a_full_handshake) {
    PairConfig config = resuming(Keeping::tickets);
    config.session = first_session(config);
    RewritingTap tap(Type::client_hello, [](ByteVector& hello) {
        set_extension(hello, ExtensionType::session_ticket, ByteVector(64, 7));
    });
    config.client_hooks.tap = &tap;
    expect_resumed(config, false);
}

TEST(Ticket12, that_was_promised_must_come) {
    Pair pair(resuming(Keeping::tickets));
    feed_all(pair.server, take_output(pair.client));
    feed_all(pair.client, take_output(pair.server));
    feed_all(pair.server, take_output(pair.client));
    auto records = one_message_a_record(take_output(pair.server));
    ASSERT_EQ(records.size(), 3u); // NewSessionTicket, ChangeCipherSpec, Finished
    records.erase(records.begin());
    feed_all(pair.client, joined(records));
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::unexpected_change_cipher_spec);
}

TEST(Ticket12, of_no_length_is_none) {
    RewritingTap tap(Type::new_session_ticket, [](ByteVector& message) {
        message.resize(4);
        message.insert(message.end(), {0, 0, 0, 0, 0, 0});
    });
    PairConfig config = resuming(Keeping::tickets);
    config.server_hooks.tap = &tap;
    EXPECT_FALSE(first_session(config));
}

TEST(Ticket12, is_given_to_nobody_who_does_not_ask) {
    RewritingTap tap(Type::client_hello,
                     [](ByteVector& hello) { remove_extension(hello, ExtensionType::session_ticket); });
    PairConfig config = resuming(Keeping::tickets);
    config.client_hooks.tap = &tap;
    EXPECT_FALSE(first_session(config));
}

// RFC 9266 §3, RFC 7627 §5.4.
TEST(Binding12, exporters_and_tls_unique_agree) {
    PairConfig config = resuming(Keeping::tickets);
    ByteVector last;
    for (int round = 0; round < 2; ++round) {
        Pair pair(config);
        EXPECT_EQ(pair.client.channel_binding("tls-unique").error().code, ErrorCode::handshake_not_done);
        expect_connected12(pair);
        EXPECT_EQ(pair.client.negotiated().resumed, round == 1);
        const auto unique = pair.client.channel_binding("tls-unique");
        const auto theirs = pair.server.channel_binding("tls-unique");
        ASSERT_TRUE(unique && theirs);
        EXPECT_EQ(*unique, *theirs);
        EXPECT_EQ(unique->size(), 12u);
        EXPECT_NE(*unique, last);
        last = *unique;

        ByteVector none(20), also_none(20), empty(20);
        ASSERT_TRUE(pair.client.export_keying_material("label", std::nullopt, none));
        ASSERT_TRUE(pair.server.export_keying_material("label", std::nullopt, also_none));
        ASSERT_TRUE(pair.server.export_keying_material("label", Bytes(), empty));
        EXPECT_EQ(none, also_none);
        EXPECT_NE(none, empty);
        EXPECT_EQ(pair.client.export_keying_material("master secret", {}, none).error().code,
                  ErrorCode::bad_argument);
        ASSERT_TRUE(pair.client.channel_binding("tls-exporter"));
        EXPECT_EQ(*pair.client.channel_binding("tls-exporter"), *pair.server.channel_binding("tls-exporter"));
        config.session = pair.client.take_sessions().empty() ? config.session : first_session(config);
    }
}

TEST(Binding12, does_not_exist_without_extended_master_secret) {
    RewritingTap tap(Type::client_hello, [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::extended_master_secret);
    });
    PairConfig config = tls12();
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_connected12(pair);
    ByteVector out(16);
    for (Connection* side : {&pair.client, &pair.server}) {
        EXPECT_EQ(side->channel_binding("tls-unique").error().code, ErrorCode::no_channel_binding);
        EXPECT_EQ(side->channel_binding("tls-exporter").error().code, ErrorCode::no_extended_master_secret);
        EXPECT_EQ(side->export_keying_material("label", {}, out).error().code,
                  ErrorCode::no_extended_master_secret);
    }
}

} // namespace
} // namespace pavise::testing
