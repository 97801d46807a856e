// Input that makes no progress: each piece is legal, and none of them may be sent for ever. All kinds draw on
// one budget, which application data refills slowly.
#include "regress/support.hpp"

#include "handshake/budget.hpp"
#include "messages/key_update.hpp"

namespace pavise::testing {
namespace {

using enum AlertDescription;
using handshake::ProgressBudget;

constexpr std::uint32_t allowed = ProgressBudget::capacity;
// The scripted peer's change_cipher_spec, on the way to the connection, was one of them.
constexpr std::uint32_t allowed_when_connected = allowed - 1;

// As many as are allowed do no harm; one more does. `pause` comes between them: data that must not buy time.
template <class Test, class Send>
void flood(Test& test, Send send, std::string_view pause = {}, std::uint32_t left = allowed_when_connected) {
    const auto step = [&] {
        send(test.peer);
        if (!pause.empty()) test.peer.send_data(pause);
    };
    for (std::uint32_t i = 0; i < left; ++i) step();
    ASSERT_FALSE(test.connection.error()) << describe(*test.connection.error());
    EXPECT_EQ(test.link.application_data().empty(), pause.empty());
    send(test.peer);
}

// A flood that is pure; then one interleaved with single bytes of data (Go CVE-2026-56862).
template <class Test, class Send> void expect_flood_refused(Send send) {
    Test pure;
    expect_connected(pure);
    flood(pure, send);
    while (pure.peer.peek() && pure.peer.peek()->type == ContentType::handshake) pure.peer.next();
    expect_refused(pure, ErrorCode::no_progress, unexpected_message);

    Test interleaved;
    expect_connected(interleaved);
    flood(interleaved, send, "x");
    EXPECT_EQ(interleaved.connection.error(), Error{ErrorCode::no_progress});
}

template <class Send> void expect_flood_refused_by_both(Send send) {
    expect_flood_refused<ClientUnderTest>(send);
    expect_flood_refused<ServerUnderTest>(send);
}

TEST(Floods, of_empty_application_data) {
    expect_flood_refused_by_both([](peer::Peer& peer) { peer.send_data(""); });
}

// CVE-2016-8610. TLS 1.3 has one warning besides close_notify.
TEST(Floods, of_warning_alerts) {
    expect_flood_refused_by_both(
        [](peer::Peer& peer) { peer.send_alert(user_canceled, AlertLevel::warning); });
}

TEST(Floods, of_key_updates) {
    expect_flood_refused_by_both([](peer::Peer& peer) {
        peer.send(peer::written(messages::KeyUpdate{}));
        peer.update_write_keys();
    });
}

TEST(Floods, of_session_tickets) {
    expect_flood_refused<ClientUnderTest>([](peer::Peer& peer) { peer.send(peer::NewSessionTicketDraft{}); });
}

// CVE-2020-25648: change_cipher_spec records are free only once.
TEST(Floods, of_change_cipher_specs_during_the_handshake) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    flood(client, [](peer::Peer& peer) { peer.send_change_cipher_spec(); }, {}, allowed);
    expect_refused(client, ErrorCode::no_progress, unexpected_message);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    flood(server, [](peer::Peer& peer) { peer.send_change_cipher_spec(); }, {}, allowed);
    expect_refused(server, ErrorCode::no_progress, unexpected_message);
}

TEST(Floods, of_everything_in_turn) {
    ClientUnderTest test;
    expect_connected(test);
    int turn = 0;
    flood(test, [&](peer::Peer& peer) {
        switch (turn++ % 4) {
        case 0: return peer.send_data("");
        case 1: return peer.send_alert(user_canceled, AlertLevel::warning);
        case 2: return peer.send(peer::NewSessionTicketDraft{});
        default: peer.send(peer::written(messages::KeyUpdate{})); return peer.update_write_keys();
        }
    });
    expect_refused(test, ErrorCode::no_progress, unexpected_message);
}

// Real work refills it: one unit for so many bytes.
TEST(Floods, are_told_from_rare_events_between_data) {
    ServerUnderTest test;
    expect_connected(test);
    const std::string data(ProgressBudget::bytes_per_unit, 'x');
    for (std::uint32_t i = 0; i < 3 * allowed; ++i) {
        test.peer.send_data("");
        test.peer.send_data(data);
    }
    EXPECT_FALSE(test.connection.error());
    test.peer.send_data(data);                             // as good as new
    test.peer.send_data(std::string_view(data).substr(1)); // a byte short of a unit
    for (std::uint32_t i = 0; i < allowed; ++i) test.peer.send_data("");
    EXPECT_FALSE(test.connection.error());
    test.peer.send_data("");
    EXPECT_EQ(test.connection.error(), Error{ErrorCode::no_progress});
}

// ---------------------------------------------------------------- change_cipher_spec where it has no place
// RFC 8446 §5.

TEST(ChangeCipherSpecs, with_another_value_or_length_are_refused) {
    for (const ByteVector& fragment : {ByteVector{0}, ByteVector{2}, ByteVector{1, 1}, ByteVector{}}) {
        ClientUnderTest client;
        client.peer.expect_client_hello();
        client.peer.send_raw_record(ContentType::change_cipher_spec, ProtocolVersion::tls_1_2, fragment);
        expect_refused(client, ErrorCode::unexpected_change_cipher_spec, unexpected_message);

        ServerUnderTest server;
        server.peer.send_client_hello();
        server.peer.expect_flight();
        server.peer.send_raw_record(ContentType::change_cipher_spec, ProtocolVersion::tls_1_2, fragment);
        expect_refused(server, ErrorCode::unexpected_change_cipher_spec, unexpected_message);
    }
}

TEST(ChangeCipherSpecs, under_protection_are_refused) {
    const ByteVector one{1};
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_record(ContentType::change_cipher_spec, one);
    expect_refused(client, ErrorCode::unexpected_change_cipher_spec, unexpected_message);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send_record(ContentType::change_cipher_spec, one);
    expect_refused(server, ErrorCode::unexpected_change_cipher_spec, unexpected_message);
}

TEST(ChangeCipherSpecs, after_the_finished_are_refused) {
    ClientUnderTest client;
    expect_connected(client);
    client.peer.send_change_cipher_spec();
    expect_refused(client, ErrorCode::unexpected_change_cipher_spec, unexpected_message);

    ServerUnderTest server;
    expect_connected(server);
    server.peer.send_change_cipher_spec();
    expect_refused(server, ErrorCode::unexpected_change_cipher_spec, unexpected_message);
}

// ---------------------------------------------------------------- alerts that are none
// RFC 8446 §6.

TEST(Alerts, of_an_unknown_level_are_refused) {
    ClientUnderTest client;
    expect_connected(client);
    client.peer.send_alert(user_canceled, static_cast<AlertLevel>(3));
    expect_refused(client, ErrorCode::bad_alert_level, illegal_parameter);

    ServerUnderTest server;
    expect_connected(server);
    server.peer.send_alert(user_canceled, static_cast<AlertLevel>(0));
    expect_refused(server, ErrorCode::bad_alert_level, illegal_parameter);
}

TEST(Alerts, fragmented_or_joined_are_refused) {
    for (const ByteVector& content : {ByteVector{1}, ByteVector{1, 90, 1}, ByteVector{1, 90, 1, 90}}) {
        ClientUnderTest client;
        expect_connected(client);
        client.peer.send_record(ContentType::alert, content);
        expect_refused(client, ErrorCode::bad_alert, decode_error);

        ServerUnderTest server;
        expect_connected(server);
        server.peer.send_record(ContentType::alert, content);
        expect_refused(server, ErrorCode::bad_alert, decode_error);
    }
}

// "all the alerts listed in Section 6.2 MUST be sent with AlertLevel=fatal and MUST be treated as error
// alerts when received regardless of the AlertLevel"; unknown ones too (RFC 8446 §6, §6.2).
TEST(Alerts, that_only_warn_of_an_error_end_the_connection) {
    for (const auto description :
         {handshake_failure, no_renegotiation, unrecognized_name, static_cast<AlertDescription>(200)}) {
        ClientUnderTest client;
        client.peer.expect_client_hello();
        client.peer.send_alert(description, AlertLevel::warning);
        expect_refused(client, ErrorCode::alert_received, std::nullopt);
        EXPECT_EQ(client.connection.error()->detail, static_cast<std::uint16_t>(description));

        ServerUnderTest server;
        expect_connected(server);
        server.peer.send_alert(description, AlertLevel::warning);
        expect_refused(server, ErrorCode::alert_received, std::nullopt);
    }
}

// ---------------------------------------------------------------- KeyUpdate

TEST(KeyUpdates, before_the_finished_are_refused) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    client.peer.send(messages::KeyUpdate{});
    expect_refused(client, ErrorCode::unexpected_message, unexpected_message);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send(messages::KeyUpdate{});
    expect_refused(server, ErrorCode::unexpected_message, unexpected_message);
}

TEST(KeyUpdates, of_another_value_or_length_are_refused) {
    ServerUnderTest value;
    expect_connected(value);
    value.peer.send(peer::written(HandshakeType::key_update, ByteVector{2}));
    expect_refused(value, ErrorCode::bad_key_update, illegal_parameter);

    ClientUnderTest longer;
    expect_connected(longer);
    longer.peer.send(peer::written(HandshakeType::key_update, ByteVector{0, 0}));
    expect_refused(longer, ErrorCode::message_too_long, decode_error);

    ClientUnderTest shorter;
    expect_connected(shorter);
    shorter.peer.send(peer::written(HandshakeType::key_update, {}));
    expect_refused(shorter, ErrorCode::truncated, decode_error);
}

// "an endpoint MUST NOT have more than one outstanding request" (RFC 9846 §4.7.3; OpenSSL PR #32501).
TEST(KeyUpdates, are_requested_once_until_answered) {
    ServerUnderTest test;
    expect_connected(test);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(test.connection.update_keys(KeyUpdateScope::both));
    test.peer.expect_key_update(KeyUpdateRequest::update_requested);
    test.peer.expect_key_update(KeyUpdateRequest::update_not_requested);
    test.peer.expect_key_update(KeyUpdateRequest::update_not_requested);
    test.peer.send_key_update(KeyUpdateRequest::update_not_requested);
    ASSERT_TRUE(test.connection.update_keys(KeyUpdateScope::both));
    test.peer.expect_key_update(KeyUpdateRequest::update_requested);
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

// Requests that come faster than we send are one request: our output does not grow with them.
TEST(KeyUpdates, many_requests_get_one_answer) {
    ClientUnderTest test;
    expect_connected(test);
    for (int i = 0; i < 20; ++i) test.peer.send_key_update(KeyUpdateRequest::update_requested);
    test.peer.expect_key_update(KeyUpdateRequest::update_not_requested);
    test.peer.expect_silence();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

// ---------------------------------------------------------------- large and slow messages
// CVE-2016-6307, CVE-2016-6308: a header can announce 16 MiB.

TEST(HugeMessages, are_refused_by_their_header) {
    const ByteVector sixteen_mebibytes{11, 0xff, 0xff, 0xff};
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    client.peer.send_record(ContentType::handshake, sixteen_mebibytes);
    expect_refused(client, ErrorCode::message_too_long, decode_error);

    ServerUnderTest server;
    server.peer.send_record(ContentType::handshake, ByteVector{1, 0xff, 0xff, 0xff});
    expect_refused(server, ErrorCode::message_too_long, decode_error);
}

// A byte a record is a strange way to send a message, and costs the sender more than us.
TEST(DrippingMessages, are_taken_whole) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    for (const ByteVector& message :
         {client.peer.encrypted_extensions().message(), client.peer.certificate().message()})
        client.peer.send_fragmented(message, std::vector<std::size_t>(message.size() - 1, 1));
    client.peer.send_certificate_verify();
    client.peer.send_finished();
    client.peer.expect_finished();
    EXPECT_TRUE(client.connection.handshake_complete());

    // CVE-2014-3511, RUSTSEC-2024-0399: a ClientHello in tiny records led to a lower version, or to a panic.
    ServerUnderTest server;
    const auto hello = server.peer.client_hello();
    server.peer.send_fragmented(hello, std::vector<std::size_t>(hello.message().size() - 1, 1));
    server.peer.expect_flight();
    server.peer.send_second_flight();
    EXPECT_TRUE(server.peer.ok()) << server.peer.complaint();
    EXPECT_EQ(server.connection.negotiated().version, ProtocolVersion::tls_1_3);
}

// tldr.fail: a post-quantum ClientHello does not fit one TCP segment.
TEST(DrippingMessages, post_quantum_client_hello_in_many_segments) {
    for (const std::size_t step : {1u, 500u, 1448u}) {
        auto config = scripted_server_config();
        config.groups = {NamedGroup::x25519_ml_kem_768};
        peer::ClientScript script;
        script.groups = {NamedGroup::x25519_ml_kem_768};
        ServerUnderTest test(config, script, {.step = step});
        test.peer.connect();
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
        EXPECT_EQ(test.connection.negotiated().group, NamedGroup::x25519_ml_kem_768);
        EXPECT_FALSE(test.connection.negotiated().hello_retry);
    }
}

TEST(CertificateBomb, more_certificates_than_the_limit_are_refused) {
    const auto chain_of = [](std::size_t count, const peer::CertificateDraft& real) {
        peer::CertificateDraft draft;
        for (std::size_t i = 0; i < count; ++i) draft.certificate_list.push_back(real.certificate_list[0]);
        return draft;
    };
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    client.peer.send(chain_of(messages::max_certificates + 1, client.peer.certificate()));
    expect_refused(client, ErrorCode::too_many_certificates, bad_certificate);

    auto config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    ServerUnderTest server(config);
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send(chain_of(messages::max_certificates + 1, server.peer.certificate()));
    expect_refused(server, ErrorCode::too_many_certificates, bad_certificate);

    ClientUnderTest many;
    many.peer.expect_client_hello();
    many.peer.send_server_hello();
    many.peer.send_encrypted_extensions();
    many.peer.send(chain_of(messages::max_certificates, many.peer.certificate()));
    many.peer.send_certificate_verify();
    many.peer.send_finished();
    many.peer.expect_finished();
    EXPECT_TRUE(many.connection.handshake_complete());
}

} // namespace
} // namespace pavise::testing
