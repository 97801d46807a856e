// The scripted peer itself: what it sends by default is legal, what it sends otherwise is what the script
// says, and a script that is not followed complains.
#include "support/script.hpp"

#include "messages/empty_messages.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/key_share.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

template <class Test> void expect_working(Test& test) {
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_FALSE(test.connection.error()) << describe(*test.connection.error());
    ASSERT_TRUE(test.connection.handshake_complete());
    test.peer.send_data("from the script");
    EXPECT_EQ(as_text(test.link.application_data()), "from the script");
    ASSERT_TRUE(test.connection.write(as_bytes("from the engine")));
    test.peer.expect_data("from the engine");
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

TEST(ScriptedServer, makes_a_legal_handshake) {
    ClientUnderTest test;
    test.peer.connect();
    expect_working(test);
    EXPECT_EQ(test.peer.change_cipher_specs(), 1u);
}

TEST(ScriptedServer, asks_for_another_group_and_a_cookie) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    auto retry = test.peer.hello_retry_request(NamedGroup::secp256r1);
    const ByteVector cookie(40, 7);
    retry.extensions.add(messages::Cookie{cookie});
    test.peer.send_hello_retry_request(retry);
    test.peer.connect();
    expect_working(test);
    EXPECT_TRUE(test.peer.client_hello().extensions.contains(ExtensionType::cookie));
    EXPECT_EQ(test.connection.negotiated().group, NamedGroup::secp256r1);
}

TEST(ScriptedServer, asks_for_a_client_certificate) {
    auto config = scripted_client_config();
    config.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    ClientUnderTest test(config);
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate_request();
    test.peer.send_certificate();
    test.peer.send_certificate_verify();
    test.peer.send_finished();
    test.peer.expect_client_certificate_and_finished();
    expect_working(test);
}

TEST(ScriptedClient, makes_a_legal_handshake) {
    ServerUnderTest test;
    test.peer.connect();
    expect_working(test);
    EXPECT_EQ(test.connection.negotiated().server_name, server_name);
}

TEST(ScriptedClient, answers_a_retry) {
    auto config = scripted_server_config();
    config.groups = {NamedGroup::secp256r1};
    ServerUnderTest test(config);
    test.peer.connect();
    expect_working(test);
    EXPECT_TRUE(test.connection.negotiated().hello_retry);
}

TEST(ScriptedClient, shows_a_certificate) {
    auto config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    ServerUnderTest test(config);
    test.peer.connect();
    expect_working(test);
    EXPECT_EQ(test.connection.negotiated().verified_chain.size(), 2u);
}

TEST(ScriptedPeers, update_keys_in_both_directions) {
    ServerUnderTest test;
    test.peer.connect();
    test.peer.send_key_update(KeyUpdateRequest::update_requested);
    test.peer.expect_key_update(KeyUpdateRequest::update_not_requested);
    expect_working(test);
}

TEST(ScriptedPeers, work_byte_by_byte_and_fragmented) {
    ClientUnderTest test(scripted_client_config(), {.step = 1});
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_fragmented(test.peer.encrypted_extensions(), {1, 3});
    test.peer.send_fragmented(test.peer.certificate(), {1, 1, 1, 1, 200});
    test.peer.send_certificate_verify();
    test.peer.send_finished();
    test.peer.expect_finished();
    expect_working(test);
}

TEST(ScriptedPeers, deviate_as_told_and_see_the_alert) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send_finished();
    test.peer.expect_alert(AlertDescription::unexpected_message);
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

TEST(ScriptedPeers, complain_once_and_do_nothing_more) {
    ClientUnderTest test;
    test.peer.expect_message(HandshakeType::finished);
    EXPECT_EQ(test.peer.complaint(), "expected finished, got client_hello");
    test.peer.send_server_hello();
    test.peer.expect_alert(AlertDescription::close_notify);
    EXPECT_EQ(test.peer.complaint(), "expected finished, got client_hello");
    EXPECT_FALSE(test.connection.error());
}

TEST(ScriptedPeers, complain_of_silence_and_of_other_alerts) {
    ServerUnderTest silent;
    silent.peer.expect_server_hello();
    EXPECT_EQ(silent.peer.complaint(), "expected server_hello, got silence");

    ServerUnderTest loud;
    loud.peer.send_data("too early");
    loud.peer.expect_alert(AlertDescription::decode_error);
    EXPECT_EQ(loud.peer.complaint(), "expected alert decode_error, got alert unexpected_message");
}

TEST(ScriptedPeers, complain_of_keys_that_were_not_derived) {
    ServerUnderTest test;
    test.peer.write_with(peer::Epoch::handshake);
    EXPECT_EQ(test.peer.complaint(), "these keys were not derived");
}

TEST(ScriptedPeers, say_the_same_bytes_on_every_run) {
    const auto run = [] {
        ServerUnderTest test;
        test.peer.connect();
        return test.peer.transcript();
    };
    // ECDSA draws from the connection's generator too.
    EXPECT_EQ(run(), run());
}

// ---------------------------------------------------------------- pre-shared keys

ServerConfig config_with_tickets() {
    ServerConfig config = scripted_server_config();
    static SeededRng rng(5);
    static FixedClock clock;
    config.ticket_keys = *TicketKeys::generate(rng, clock);
    config.max_early_data = 1000;
    config.replay_register = make_replay_register();
    return config;
}

peer::PskOffer ticket_of(ServerUnderTest& test) {
    auto hello = test.peer.client_hello();
    test.peer.allow_psks(hello);
    test.peer.send_client_hello(hello);
    test.peer.expect_flight();
    test.peer.send_second_flight();
    return test.peer.expect_ticket();
}

TEST(ScriptedClient, resumes_with_a_ticket_and_early_data) {
    ServerUnderTest first(config_with_tickets());
    const peer::PskOffer ticket = ticket_of(first);
    ASSERT_TRUE(first.peer.ok()) << first.peer.complaint();

    ServerUnderTest second(first.config, first.peer.script(), {});
    auto hello = second.peer.client_hello();
    hello.extensions.add(messages::EarlyData{});
    second.peer.offer_psk(hello, ticket);
    second.peer.send_client_hello(hello);
    second.peer.write_early_data();
    second.peer.send_data("early ");
    second.peer.expect_flight();
    second.peer.send(messages::EndOfEarlyData{});
    second.peer.send_second_flight();
    second.peer.send_data("late");
    EXPECT_TRUE(second.peer.ok()) << second.peer.complaint();
    EXPECT_TRUE(second.connection.negotiated().resumed);
    EXPECT_EQ(as_text(second.link.application_data()), "early late");
}

TEST(ScriptedClient, uses_an_external_psk) {
    auto config = scripted_server_config();
    const ExternalPsk psk{.identity = ByteVector{1, 2, 3}, .key = ByteVector(32, 9)};
    config.external_psks = {psk};
    ServerUnderTest test(config);
    auto hello = test.peer.client_hello();
    test.peer.offer_psk(hello, {.identity = psk.identity, .key = psk.key});
    test.peer.send_client_hello(hello);
    test.peer.expect_flight();
    test.peer.send_second_flight();
    expect_working(test);
    EXPECT_EQ(test.connection.negotiated().psk_identity, psk.identity);
}

TEST(ScriptedServer, gives_a_ticket_and_takes_it) {
    auto config = scripted_client_config();
    config.sessions = make_session_cache();
    ClientUnderTest first(config);
    first.peer.connect();
    const ByteVector psk = first.peer.send_ticket();
    const auto sessions = first.connection.take_sessions();
    ASSERT_EQ(sessions.size(), 1u);

    ClientUnderTest second(first.config, first.peer.script(), {.session = sessions[0]});
    second.peer.expect_client_hello();
    EXPECT_TRUE(second.peer.client_hello().extensions.contains(ExtensionType::pre_shared_key));
    second.peer.send_server_hello(second.peer.server_hello_with_psk(0, psk));
    second.peer.send_rest_of_flight();
    second.peer.expect_finished();
    expect_working(second);
    EXPECT_TRUE(second.connection.negotiated().resumed);
}

TEST(Drafts, keep_the_order_of_extensions_and_what_was_changed) {
    peer::ExtensionsDraft draft;
    const ByteVector one{1};
    const ByteVector two{2};
    draft.add(ExtensionType::cookie, one);
    draft.add(ExtensionType::padding, two);
    draft.set(ExtensionType::cookie, two);
    EXPECT_EQ(draft.block(), (ByteVector{0, 44, 0, 1, 2, 0, 21, 0, 1, 2}));
    draft.reverse();
    draft.remove(ExtensionType::padding);
    draft.add(ExtensionType::cookie, one);
    EXPECT_EQ(draft.block(), (ByteVector{0, 44, 0, 1, 2, 0, 44, 0, 1, 1}));
}

} // namespace
} // namespace pavise::testing
