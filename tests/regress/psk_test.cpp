// Mistakes of pre-shared keys, tickets and early data (RFC 8446 §4.2.10, §4.2.11, §4.6.1, §8).
#include "regress/support.hpp"

#include "support/pair.hpp"

#include "messages/empty_messages.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"

#include <functional>

namespace pavise::testing {
namespace {

using enum AlertDescription;

const ExternalPsk shared_psk{.identity = ByteVector{1, 2, 3}, .key = ByteVector(32, 0x42)};
const peer::PskOffer offered_psk{.identity = shared_psk.identity, .key = shared_psk.key};

ServerConfig server_with_psk() {
    auto config = scripted_server_config();
    config.external_psks = {shared_psk};
    return config;
}
ClientConfig client_with_psk() {
    auto config = scripted_client_config();
    config.external_psks = {shared_psk};
    return config;
}

constexpr std::uint32_t early_data_allowed = 1000;

ServerConfig server_with_tickets() {
    auto config = scripted_server_config();
    static SeededRng rng(5);
    static FixedClock clock;
    config.ticket_keys = *TicketKeys::generate(rng, clock);
    config.max_early_data = early_data_allowed;
    config.replay_register = make_replay_register();
    return config;
}

// A connection of the past, and the ticket that it left.
struct Earlier {
    ServerUnderTest test;
    peer::PskOffer ticket;

    explicit Earlier(ServerConfig config = server_with_tickets(), peer::ClientScript script = {}) :
        test(std::move(config), std::move(script)) {
        auto hello = test.peer.client_hello();
        test.peer.allow_psks(hello);
        test.peer.send_client_hello(hello);
        test.peer.expect_flight();
        test.peer.send_second_flight();
        ticket = test.peer.expect_ticket();
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    }
    std::unique_ptr<ServerUnderTest> again() const {
        return std::make_unique<ServerUnderTest>(test.config, test.peer.script(), ScriptHooks{});
    }
};

// ---------------------------------------------------------------- binders

void server_refuses_psk_hello(
    const std::function<void(peer::ScriptedClient&, peer::ClientHelloDraft&)>& offer, ErrorCode code,
    AlertDescription alert) {
    ServerUnderTest test(server_with_psk());
    auto hello = test.peer.client_hello();
    offer(test.peer, hello);
    test.peer.send_client_hello(hello);
    expect_refused(test, code, alert);
}

TEST(Binders, are_checked) {
    server_refuses_psk_hello(
        [](auto& peer, auto& hello) {
            auto wrong = offered_psk;
            wrong.key.back() ^= 1;
            peer.offer_psk(hello, wrong);
        },
        ErrorCode::bad_binder, decrypt_error);
}

// "ext binder", "res binder", "imp binder": one kind of key cannot be passed off as another (RFC 9258).
TEST(Binders, of_another_kind_of_key_are_refused) {
    for (const auto kind : {schedule::PskKind::resumption, schedule::PskKind::imported})
        server_refuses_psk_hello(
            [&](auto& peer, auto& hello) {
                auto other = offered_psk;
                other.kind = kind;
                peer.offer_psk(hello, other);
            },
            ErrorCode::bad_binder, decrypt_error);
}

// A binder covers the whole hello up to the binders: what changes after it was made makes it wrong.
TEST(Binders, cover_the_hello) {
    server_refuses_psk_hello(
        [](auto& peer, auto& hello) {
            peer.offer_psk(hello, offered_psk);
            hello.random[0] ^= 1;
        },
        ErrorCode::bad_binder, decrypt_error);
    server_refuses_psk_hello( // over a hello without its last bytes before the binders
        [](auto& peer, auto& hello) {
            peer.offer_psk(hello, offered_psk);
            const ByteVector message = hello.message();
            const auto short_of = Bytes(message).first(message.size() - 2 - 33 - 1);
            const ByteVector value =
                peer.binder(schedule::PskKind::external, crypto::HashId::sha256, offered_psk.key, short_of);
            const std::vector<messages::PskIdentity> identities{{offered_psk.identity, 0}};
            const std::vector<messages::PskBinderEntry> binders{{value}};
            hello.extensions.set(messages::OfferedPsks{identities, binders});
        },
        ErrorCode::bad_binder, decrypt_error);
}

TEST(Binders, are_as_many_as_identities) {
    server_refuses_psk_hello(
        [](auto&, auto& hello) {
            peer::ScriptedClient::allow_psks(hello);
            const ByteVector value(32, 1);
            const std::vector<messages::PskIdentity> identities{{offered_psk.identity, 0}};
            const std::vector<messages::PskBinderEntry> binders{{value}, {value}};
            hello.extensions.add(messages::OfferedPsks{identities, binders});
        },
        ErrorCode::psk_binder_count, illegal_parameter);
}

TEST(PreSharedKeys, that_are_not_the_last_extension_are_refused) {
    server_refuses_psk_hello(
        [](auto& peer, auto& hello) {
            peer.offer_psk(hello, offered_psk);
            hello.extensions.add(ExtensionType::padding, ByteVector(4, 0));
        },
        ErrorCode::pre_shared_key_not_last, illegal_parameter);
}

TEST(PreSharedKeys, without_their_modes_are_refused) {
    server_refuses_psk_hello(
        [](auto& peer, auto& hello) {
            peer.offer_psk(hello, offered_psk);
            hello.extensions.remove(ExtensionType::psk_key_exchange_modes);
        },
        ErrorCode::missing_psk_modes, missing_extension);
}

void client_refuses_selection(const std::function<void(peer::ServerHelloDraft&)>& change, ErrorCode code,
                              AlertDescription alert, ClientConfig config = client_with_psk()) {
    ClientUnderTest test(std::move(config));
    test.peer.expect_client_hello();
    auto hello = test.peer.server_hello();
    change(hello);
    test.peer.send_server_hello_alone(hello);
    expect_refused(test, code, alert);
}

TEST(PreSharedKeys, that_were_not_offered_cannot_be_selected) {
    client_refuses_selection([](auto& hello) { hello.extensions.add(messages::SelectedPsk{1}); },
                             ErrorCode::psk_out_of_range, illegal_parameter);
    client_refuses_selection([](auto& hello) { hello.extensions.add(messages::SelectedPsk{0xffff}); },
                             ErrorCode::psk_out_of_range, illegal_parameter);
    client_refuses_selection([](auto& hello) { hello.extensions.add(messages::SelectedPsk{0}); },
                             ErrorCode::unsolicited_extension, unsupported_extension,
                             scripted_client_config());
}

TEST(PreSharedKeys, go_with_suites_of_their_hash) {
    client_refuses_selection(
        [](auto& hello) {
            hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384;
            hello.extensions.add(messages::SelectedPsk{0});
        },
        ErrorCode::psk_of_other_hash, illegal_parameter);
    // A server leaves the key alone, and goes on with certificates.
    auto config = server_with_psk();
    config.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
    ServerUnderTest test(config);
    auto hello = test.peer.client_hello();
    test.peer.offer_psk(hello, offered_psk);
    test.peer.send_client_hello(hello);
    test.peer.expect_flight();
    test.peer.send_second_flight();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_TRUE(test.connection.handshake_complete());
    EXPECT_TRUE(test.connection.negotiated().psk_identity.empty());
}

TEST(PreSharedKeys, are_used_in_a_mode_that_was_offered) {
    client_refuses_selection( // psk_ke, where only psk_dhe_ke was offered
        [](auto& hello) {
            hello.extensions.remove(ExtensionType::key_share);
            hello.extensions.add(messages::SelectedPsk{0});
        },
        ErrorCode::psk_mode_not_offered, illegal_parameter);
    ServerUnderTest test(server_with_psk()); // which has psk_dhe_ke alone
    auto hello = test.peer.client_hello();
    test.peer.allow_psks(hello, {PskKeyExchangeMode::psk_ke});
    test.peer.offer_psk(hello, offered_psk);
    test.peer.send_client_hello(hello);
    test.peer.expect_flight();
    test.peer.send_second_flight();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_TRUE(test.connection.negotiated().psk_identity.empty());
}

// The server says that it has the key, and does not: its Finished cannot be right.
TEST(PreSharedKeys, have_to_be_known_by_the_server) {
    ClientUnderTest test(client_with_psk());
    test.peer.expect_client_hello();
    auto wrong = shared_psk.key;
    wrong[0] ^= 1;
    test.peer.send_server_hello(test.peer.server_hello_with_psk(0, wrong));
    test.peer.send_rest_of_flight();
    EXPECT_EQ(test.connection.error(), Error{ErrorCode::bad_record_mac});
    EXPECT_FALSE(test.connection.handshake_complete());
}

// Selfie (eprint 2019/347): a node that holds one key for both roles talks to itself. The identities of both
// ends in the context of an imported key tell the directions apart (RFC 9257 §8, RFC 9258 appendix B).
TEST(Selfie, a_key_imported_with_its_ends_is_not_reflected) {
    const auto imported = [](std::string_view context) {
        return ExternalPsk{.identity = ByteVector{9},
                           .key = ByteVector(32, 0x42),
                           .kind = ExternalPsk::Kind::imported,
                           .context = ByteVector(as_bytes(context).begin(), as_bytes(context).end())};
    };
    PairConfig honest;
    honest.client.external_psks = {imported("client a, server b")};
    honest.server.external_psks = {imported("client a, server b")};
    Pair pair(honest);
    ASSERT_TRUE(pair.connect());
    EXPECT_FALSE(pair.server.negotiated().psk_identity.empty());

    PairConfig reflected = honest; // a, as the server it also is, gets its own hello back
    reflected.server.external_psks = {imported("client b, server a")};
    Pair selfie(reflected);
    selfie.pump();
    EXPECT_TRUE(selfie.server.negotiated().psk_identity.empty());
}

// ---------------------------------------------------------------- tickets

// Go CVE-2022-30629: ticket_age_add was always 0, and so tickets could be linked by their age.
TEST(Tickets, have_unpredictable_ages_and_different_names) {
    Earlier earlier;
    const peer::PskOffer second = earlier.test.peer.expect_ticket();
    ASSERT_TRUE(earlier.test.peer.ok()) << earlier.test.peer.complaint();
    EXPECT_NE(earlier.ticket.obfuscated_ticket_age, second.obfuscated_ticket_age);
    EXPECT_NE(earlier.ticket.obfuscated_ticket_age, 0u);
    EXPECT_NE(earlier.ticket.identity, second.identity);
    EXPECT_NE(earlier.ticket.key, second.key);
}

std::vector<Session> sessions_after(const peer::NewSessionTicketDraft& ticket) {
    ClientUnderTest test;
    test.peer.connect();
    test.peer.send_ticket(ticket);
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_FALSE(test.connection.error());
    return test.connection.take_sessions();
}

TEST(Tickets, without_a_lifetime_are_not_kept) {
    peer::NewSessionTicketDraft ticket;
    ticket.ticket_lifetime = 0;
    EXPECT_TRUE(sessions_after(ticket).empty());
}

TEST(Tickets, are_not_kept_longer_than_seven_days) {
    peer::NewSessionTicketDraft ticket;
    ticket.ticket_lifetime = 604800 + 1;
    const auto sessions = sessions_after(ticket);
    ASSERT_EQ(sessions.size(), 1u);
    EXPECT_EQ(sessions[0].expires_at() - sessions[0].received_at(), std::chrono::days(7));
    EXPECT_TRUE(sessions[0].usable_at(test_time + std::chrono::days(7) - Milliseconds(1)));
    EXPECT_FALSE(sessions[0].usable_at(test_time + std::chrono::days(7)));
}

TEST(Tickets, that_are_malformed_are_refused) {
    ClientUnderTest empty;
    expect_connected(empty);
    peer::NewSessionTicketDraft ticket;
    ticket.ticket.clear();
    empty.peer.send_ticket(ticket);
    expect_refused(empty, ErrorCode::bad_vector_length, decode_error);

    ClientUnderTest misplaced;
    expect_connected(misplaced);
    ticket = {};
    ticket.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
    misplaced.peer.send_ticket(ticket);
    expect_refused(misplaced, ErrorCode::misplaced_extension, illegal_parameter);
}

// CVE-2025-23419, CVE-2025-68121: a session was taken up for another name, or in a place with other rules.
// Botan c2d468ab9, badb5553e: or with another suite or protocol.
TEST(Resumption, for_another_name_is_a_full_handshake) {
    const Earlier earlier;
    auto script = earlier.test.peer.script();
    script.server_name = "other.test";
    ServerUnderTest test(earlier.test.config, script, {});
    auto hello = test.peer.client_hello();
    test.peer.offer_psk(hello, earlier.ticket);
    test.peer.send_client_hello(hello);
    test.peer.expect_flight(); // with a certificate: the script would complain of a PSK without one
    test.peer.send_second_flight();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_FALSE(test.connection.negotiated().resumed);
}

TEST(Resumption, with_a_ticket_of_another_policy_is_a_full_handshake) {
    const Earlier earlier;
    ServerConfig changed = *earlier.test.config;
    const std::function<void(ServerConfig&)> changes[] = {
        [](auto& config) { config.client_verification = PeerVerification::required; },
        [](auto& config) { config.client_trust = trust_in(foreign_authority()); },
        [](auto& config) { config.session_context = ByteVector{1}; },
    };
    for (const auto& change : changes) {
        ServerConfig config = changed;
        change(config);
        peer::ClientScript script = earlier.test.peer.script();
        script.credential = {};
        ServerUnderTest test(config, script);
        auto hello = test.peer.client_hello();
        test.peer.offer_psk(hello, earlier.ticket);
        test.peer.send_client_hello(hello);
        test.peer.expect_server_hello();
        test.peer.expect_encrypted_extensions();
        EXPECT_FALSE(test.peer.uses_psk());
        EXPECT_FALSE(test.connection.negotiated().resumed);
    }
}

TEST(Resumption, with_a_damaged_or_foreign_ticket_is_a_full_handshake) {
    const Earlier earlier;
    for (const std::size_t at :
         {std::size_t{0}, earlier.ticket.identity.size() / 2, earlier.ticket.identity.size() - 1}) {
        auto test = earlier.again();
        auto hello = test->peer.client_hello();
        auto damaged = earlier.ticket;
        damaged.identity[at] ^= 1;
        test->peer.offer_psk(hello, damaged);
        test->peer.send_client_hello(hello);
        test->peer.expect_flight();
        test->peer.send_second_flight();
        EXPECT_TRUE(test->peer.ok()) << test->peer.complaint();
        EXPECT_FALSE(test->connection.negotiated().resumed);
    }
}

// ---------------------------------------------------------------- early data

// A hello that offers early data with this ticket, which `change` may spoil before the binder is made.
void send_early_hello(ServerUnderTest& test, const peer::PskOffer& ticket,
                      const std::function<void(peer::ClientHelloDraft&)>& change = {}) {
    auto hello = test.peer.client_hello();
    hello.extensions.add(messages::EarlyData{});
    if (change) change(hello);
    test.peer.offer_psk(hello, ticket);
    test.peer.send_client_hello(hello);
    test.peer.write_early_data();
}

// The handshake goes on, and none of the early data came out.
void expect_rejected_early_data(ServerUnderTest& test) {
    test.peer.send_data("early");
    test.peer.expect_flight();
    test.peer.send_second_flight();
    test.peer.send_data("late");
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_FALSE(test.connection.error());
    EXPECT_EQ(as_text(test.link.application_data()), "late");
    EXPECT_EQ(test.connection.negotiated().early_data, EarlyDataStatus::rejected);
}

TEST(EarlyDataMistakes, a_replayed_hello_brings_no_data_twice) {
    const Earlier earlier;
    const auto first = earlier.again();
    send_early_hello(*first, earlier.ticket);
    first->peer.send_data("pay 10");
    EXPECT_EQ(as_text(first->link.application_data()), "pay 10");
    // The same bytes again, as an attacker has them.
    const auto replay = earlier.again();
    replay->link.send(peer::plaintext_record(ContentType::handshake, ProtocolVersion::tls_1_0,
                                             first->peer.client_hello_bytes()));
    EXPECT_TRUE(replay->link.application_data().empty());
    EXPECT_EQ(replay->connection.negotiated().early_data, EarlyDataStatus::rejected);
}

TEST(EarlyDataMistakes, a_ticket_whose_age_is_wrong_brings_none) {
    const Earlier earlier;
    const Milliseconds window = earlier.test.config->early_data_window;
    for (const std::int64_t skew : {window.count(), -window.count()}) {
        auto test = earlier.again();
        auto ticket = earlier.ticket;
        ticket.obfuscated_ticket_age += static_cast<std::uint32_t>(skew);
        send_early_hello(*test, ticket);
        expect_rejected_early_data(*test);
        EXPECT_TRUE(test->connection.negotiated().resumed); // the key itself is good
    }
    auto test = earlier.again(); // in milliseconds: just within the window it is still good
    auto ticket = earlier.ticket;
    ticket.obfuscated_ticket_age += static_cast<std::uint32_t>(window.count() - 1);
    send_early_hello(*test, ticket);
    test->peer.send_data("early");
    EXPECT_EQ(as_text(test->link.application_data()), "early");
}

TEST(EarlyDataMistakes, another_protocol_brings_none) {
    auto config = server_with_tickets();
    config.alpn_protocols = {"h2", "http/1.1"};
    peer::ClientScript script;
    script.alpn_protocols = {"h2"};
    const Earlier earlier(config, script);
    script.alpn_protocols = {"http/1.1"};
    ServerUnderTest test(earlier.test.config, script, {});
    send_early_hello(test, earlier.ticket);
    expect_rejected_early_data(test);
}

TEST(EarlyDataMistakes, another_psk_than_the_first_brings_none) {
    const Earlier earlier;
    auto test = earlier.again();
    auto hello = test->peer.client_hello();
    hello.extensions.add(messages::EarlyData{});
    auto unknown = earlier.ticket;
    unknown.identity[0] ^= 1;
    test->peer.offer_psks(hello, {unknown, earlier.ticket});
    test->peer.send_client_hello(hello);
    test->peer.write_early_data();
    expect_rejected_early_data(*test);
    EXPECT_TRUE(test->connection.negotiated().resumed);
}

// OpenSSL #32210. What a HelloRetryRequest rejects is skipped in the clear.
TEST(EarlyDataMistakes, a_retry_rejects_it) {
    const Earlier earlier;
    ServerConfig config = *earlier.test.config;
    config.groups = {NamedGroup::secp256r1};
    ServerUnderTest test(config, earlier.test.peer.script());
    send_early_hello(test, earlier.ticket);
    test.peer.send_data("early");
    const auto retry = test.peer.expect_hello_retry_request();
    auto second = test.peer.second_client_hello(retry);
    second.extensions.remove(ExtensionType::early_data);
    test.peer.offer_psk(second, earlier.ticket);
    test.peer.send_message_in_the_clear(second);
    test.peer.expect_flight();
    test.peer.send_second_flight();
    test.peer.send_data("late");
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_EQ(as_text(test.link.application_data()), "late");
}

TEST(EarlyDataMistakes, more_than_was_allowed_is_refused) {
    const Earlier earlier;
    auto test = earlier.again();
    send_early_hello(*test, earlier.ticket);
    test->peer.send_data(std::string(early_data_allowed, 'x'));
    EXPECT_FALSE(test->connection.error());
    EXPECT_EQ(test->link.application_data().size(), early_data_allowed);
    test->peer.send_data("x");
    EXPECT_EQ(test->connection.error(), Error{ErrorCode::too_much_early_data});
    EXPECT_EQ(test->link.application_data().size(), early_data_allowed);
}

TEST(EarlyDataMistakes, more_than_can_be_skipped_is_refused) {
    auto config = server_with_tickets();
    config.max_early_data = 0;
    ServerConfig granting = server_with_tickets();
    granting.ticket_keys = config.ticket_keys;
    const Earlier earlier(granting);
    ServerUnderTest test(config, earlier.test.peer.script());
    send_early_hello(test, earlier.ticket);
    for (int i = 0; i < 100 && !test.connection.error(); ++i) test.peer.send_data(std::string(1000, 'x'));
    EXPECT_EQ(test.connection.error(), Error{ErrorCode::too_much_early_data});
    EXPECT_TRUE(test.link.application_data().empty());
}

TEST(EarlyDataMistakes, its_end_comes_once_and_in_its_place) {
    ServerUnderTest unexpected; // nobody offered any
    unexpected.peer.send_client_hello();
    unexpected.peer.expect_flight();
    unexpected.peer.begin_second_flight();
    unexpected.peer.send(messages::EndOfEarlyData{});
    expect_refused(unexpected, ErrorCode::unexpected_message, unexpected_message);

    const Earlier earlier;
    auto twice = earlier.again();
    send_early_hello(*twice, earlier.ticket);
    twice->peer.expect_flight();
    twice->peer.send(messages::EndOfEarlyData{});
    twice->peer.begin_second_flight();
    twice->peer.send(messages::EndOfEarlyData{});
    expect_refused(*twice, ErrorCode::unexpected_message, unexpected_message);

    const Earlier another;
    auto left_out = another.again();
    send_early_hello(*left_out, another.ticket);
    left_out->peer.expect_flight();
    left_out->peer.send(left_out->peer.finished()); // still under the keys of the early data
    expect_refused(*left_out, ErrorCode::unexpected_message, unexpected_message);
}

TEST(EarlyDataMistakes, client_takes_no_acceptance_that_it_did_not_ask_for) {
    ClientUnderTest unasked;
    unasked.peer.expect_client_hello();
    unasked.peer.send_server_hello();
    auto extensions = unasked.peer.encrypted_extensions();
    extensions.extensions.add(messages::EarlyData{});
    unasked.peer.send(extensions);
    expect_refused(unasked, ErrorCode::unsolicited_extension, unsupported_extension);
}

// A client with a session that allows early data, and the key of it.
struct EarlyClient {
    ClientUnderTest first;
    ByteVector psk;
    ClientUnderTest test;

    explicit EarlyClient(ClientConfig config = scripted_client_config(), std::string alpn = {}) :
        first(std::move(config), script(alpn)),
        psk(ticket()),
        test(first.config, script(alpn), {.session = session(), .early_data = EarlyData::on}) {}

  private:
    static peer::ServerScript script(const std::string& alpn) {
        peer::ServerScript script;
        script.credential = server_credential(crypto::KeyType::ecdsa_p256);
        script.alpn_protocol = alpn;
        return script;
    }
    ByteVector ticket() {
        first.peer.connect();
        peer::NewSessionTicketDraft draft;
        draft.extensions.add(messages::MaxEarlyDataSize{1000});
        return first.peer.send_ticket(draft);
    }
    Session session() {
        const auto sessions = first.connection.take_sessions();
        EXPECT_EQ(sessions.size(), 1u);
        return sessions.empty() ? Session() : sessions[0];
    }
};

TEST(EarlyDataMistakes, client_takes_no_acceptance_without_its_psk) {
    EarlyClient early;
    ASSERT_TRUE(early.test.connection.write(as_bytes("early")));
    early.test.peer.expect_client_hello();
    early.test.peer.use_early_data_keys(CipherSuite::TLS_AES_128_GCM_SHA256, early.psk);
    early.test.peer.expect_data("early");
    early.test.peer.send_server_hello(); // a full handshake
    auto extensions = early.test.peer.encrypted_extensions();
    extensions.extensions.add(messages::EarlyData{});
    early.test.peer.send(extensions);
    expect_refused(early.test, ErrorCode::early_data_without_psk, illegal_parameter);
}

// RFC 8446 §D.3: whoever sent early data knows that the server spoke TLS 1.3.
TEST(EarlyDataMistakes, client_does_not_go_down_to_tls_1_2_after_it) {
    auto config = scripted_client_config();
    config.versions = VersionRange();
    EarlyClient early(config);
    early.test.peer.expect_client_hello();
    auto hello = early.test.peer.server_hello();
    hello.extensions.remove(ExtensionType::supported_versions);
    hello.extensions.remove(ExtensionType::key_share);
    hello.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    early.test.peer.send_server_hello_alone(hello);
    EXPECT_EQ(early.test.connection.error(), Error{ErrorCode::early_data_in_tls12});
    EXPECT_FALSE(early.test.connection.handshake_complete());
}

TEST(EarlyDataMistakes, client_takes_no_acceptance_with_another_protocol_or_suite) {
    auto config = scripted_client_config();
    config.alpn_protocols = {"h2", "http/1.1"};
    EarlyClient early(config, "h2");
    early.test.peer.expect_client_hello();
    early.test.peer.send_server_hello(early.test.peer.server_hello_with_psk(0, early.psk));
    auto extensions = peer::EncryptedExtensionsDraft{};
    extensions.extensions.add(messages::AlpnSelected{as_bytes("http/1.1")});
    extensions.extensions.add(messages::EarlyData{});
    early.test.peer.send(extensions);
    EXPECT_EQ(early.test.connection.error(), Error{ErrorCode::early_data_without_psk});

    EarlyClient other;
    other.test.peer.expect_client_hello();
    auto hello = other.test.peer.server_hello_with_psk(0, other.psk);
    hello.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256; // the same hash, another suite
    other.test.peer.send_server_hello(hello);
    extensions = {};
    extensions.extensions.add(messages::EarlyData{});
    other.test.peer.send(extensions);
    EXPECT_EQ(other.test.connection.error(), Error{ErrorCode::early_data_without_psk});
}

} // namespace
} // namespace pavise::testing
