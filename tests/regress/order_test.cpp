// Mistakes of order: messages that could be left out, came too early or from the wrong side.
#include "regress/support.hpp"

#include "messages/key_update.hpp"

#include <functional>

namespace pavise::testing {
namespace {

using enum AlertDescription;

// ---------------------------------------------------------------- change_cipher_spec before keys
// EarlyCCS (CVE-2014-0224): a change_cipher_spec that came too early made the receiver use empty keys. In
// TLS 1.3 it must mean nothing at all.

TEST(EarlyChangeCipherSpec, server_refuses_one_before_the_client_hello) {
    ServerUnderTest test;
    test.peer.send_change_cipher_spec();
    expect_refused(test, ErrorCode::unexpected_change_cipher_spec, unexpected_message);
}

TEST(EarlyChangeCipherSpec, client_drops_one_before_the_server_hello_and_changes_no_key) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_change_cipher_spec();
    test.peer.send_server_hello(); // still read in the clear
    test.peer.send_rest_of_flight();
    test.peer.expect_finished();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_TRUE(test.connection.handshake_complete());
}

TEST(EarlyChangeCipherSpec, client_takes_no_protected_record_after_one) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_change_cipher_spec();
    test.peer.send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, ByteVector(32, 0));
    expect_refused(test, ErrorCode::unexpected_application_data, unexpected_message);
}

// ---------------------------------------------------------------- messages left out
// SMACK, SKIP-TLS, FREAK ("A Messy State of the Union", 2015; CVE-2014-6593, CVE-2015-0204): optional and
// mandatory messages could be skipped, up to the whole key exchange and Finished. CVE-2020-24613 and
// CVE-2022-25640 (wolfSSL): no CertificateVerify.

struct FlightOf {
    bool encrypted_extensions, certificate, certificate_verify;
};

// The client gets to the Finished without the messages that are false here.
void skip_from_server_flight(const FlightOf& flight) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    if (flight.encrypted_extensions) test.peer.send_encrypted_extensions();
    if (flight.certificate) test.peer.send_certificate();
    if (flight.certificate_verify) test.peer.send_certificate_verify();
    test.peer.send_finished();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

TEST(SkippedMessages, client_wants_encrypted_extensions) {
    skip_from_server_flight({false, true, true});
}
TEST(SkippedMessages, client_wants_a_certificate) {
    skip_from_server_flight({true, false, true});
}
TEST(SkippedMessages, client_wants_a_certificate_verify) {
    skip_from_server_flight({true, true, false});
}
TEST(SkippedMessages, client_wants_to_know_who_the_server_is) {
    skip_from_server_flight({true, false, false});
}
TEST(SkippedMessages, client_wants_more_than_a_finished) {
    skip_from_server_flight({false, false, false});
}

TEST(SkippedMessages, client_wants_a_server_hello) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_encrypted_extensions();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

ServerConfig asking_for_certificates(PeerVerification verification = PeerVerification::required) {
    ServerConfig config = scripted_server_config();
    config.client_verification = verification;
    return config;
}

TEST(SkippedMessages, server_that_asked_wants_a_certificate) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_finished();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

TEST(SkippedMessages, server_wants_a_certificate_verify_for_a_certificate) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_certificate();
    test.peer.send_finished();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

TEST(SkippedMessages, server_wants_a_certificate_before_its_certificate_verify) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_certificate_verify();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

// ---------------------------------------------------------------- a certificate that does not count
// CVE-2015-0205: a client certificate without CertificateVerify; a CertificateVerify where there is nothing
// to verify.

TEST(EmptyClientCertificate, is_refused_where_one_is_required) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send(peer::CertificateDraft{});
    expect_refused(test, ErrorCode::certificate_required, certificate_required);
}

TEST(EmptyClientCertificate, takes_no_certificate_verify) {
    ServerUnderTest test(asking_for_certificates(PeerVerification::optional));
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send(peer::CertificateDraft{});
    test.peer.send_certificate_verify();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

TEST(UnwantedClientCertificate, server_that_did_not_ask_refuses_one) {
    ServerUnderTest test;
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_certificate();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

// CVE-2026-55962: what post-handshake authentication is exempt from must not leak into connections that did
// not offer it (RFC 8446 §4.6.2).
TEST(PostHandshakeAuthentication, client_that_did_not_offer_it_refuses_the_request) {
    ClientUnderTest test;
    expect_connected(test);
    auto request = test.peer.certificate_request();
    request.certificate_request_context = {1, 2, 3};
    test.peer.send(request);
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

TEST(PostHandshakeAuthentication, server_that_did_not_ask_refuses_a_certificate) {
    ServerUnderTest test;
    expect_connected(test);
    test.peer.send_certificate();
    expect_refused(test, ErrorCode::unexpected_message, unexpected_message);
}

// ---------------------------------------------------------------- application data before Finished
// Botan CVE-2026-34582: data was taken before the peer's Finished, and so mutual TLS could be bypassed.

TEST(DataBeforeFinished, client_takes_none_under_the_handshake_keys) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send_certificate_verify();
    test.peer.send_data("trust me");
    expect_refused(test, ErrorCode::unexpected_application_data, unexpected_message);
}

TEST(DataBeforeFinished, client_takes_none_under_the_application_keys) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send_certificate_verify();
    test.peer.add_to_transcript(test.peer.finished().message()); // never sent
    test.peer.derive_application_keys();
    test.peer.write_with(peer::Epoch::application);
    test.peer.send_data("trust me");
    expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
}

TEST(DataBeforeFinished, server_takes_none_under_the_handshake_keys) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_data("trust me");
    expect_refused(test, ErrorCode::unexpected_application_data, unexpected_message);
}

TEST(DataBeforeFinished, server_takes_none_under_the_application_keys) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.write_with(peer::Epoch::application);
    test.peer.send_data("trust me");
    expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
}

TEST(DataBeforeFinished, neither_side_takes_any_in_the_clear) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_data("trust me");
    expect_refused(client, ErrorCode::unexpected_application_data, unexpected_message);

    ServerUnderTest server;
    server.peer.send_data("trust me");
    expect_refused(server, ErrorCode::unexpected_application_data, unexpected_message);
}

// Nor does our own application get a word in before the peer is known (RFC 8446 §4.4.4).
TEST(DataBeforeFinished, nothing_can_be_written_before_the_handshake_is_done) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    EXPECT_EQ(test.connection.write(as_bytes("x")).error().code, ErrorCode::handshake_not_done);
    EXPECT_FALSE(test.connection.error()); // a mistake of the caller's, not of the peer's
}

// ---------------------------------------------------------------- messages of the other side

TEST(MessagesOfTheOtherSide, are_refused_before_and_after_the_handshake) {
    ServerUnderTest server;
    server.peer.send(peer::ServerHelloDraft{});
    expect_refused(server, ErrorCode::unexpected_message, unexpected_message);

    ClientUnderTest client;
    const auto hello = client.peer.expect_client_hello();
    client.peer.send(peer::ClientHelloDraft::from(hello));
    expect_refused(client, ErrorCode::unexpected_message, unexpected_message);

    ServerUnderTest connected;
    expect_connected(connected);
    connected.peer.send(peer::NewSessionTicketDraft{});
    expect_refused(connected, ErrorCode::unexpected_message, unexpected_message);
}

// Renegotiation does not exist in TLS 1.3 (RFC 8446 §4.1.2).
TEST(Renegotiation, does_not_exist) {
    ServerUnderTest server;
    expect_connected(server);
    server.peer.send(server.peer.client_hello());
    expect_refused(server, ErrorCode::unexpected_message, unexpected_message);

    ClientUnderTest client;
    expect_connected(client);
    client.peer.send(peer::written(HandshakeType::hello_request, {}));
    expect_refused(client, ErrorCode::unexpected_message, unexpected_message);
}

} // namespace
} // namespace pavise::testing
