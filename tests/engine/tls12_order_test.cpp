// What must not be left out, sent twice, sent early or interleaved in TLS 1.2 (RFC 5246 §7.3; CVE-2014-6593,
// CVE-2015-0204).
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using Records = std::vector<ByteVector>;

// A handshake with client authentication, flight by flight, one plaintext message a record; each flight
// passes through the hands of the test.
struct Middle {
    Pair pair;

    static PairConfig config() {
        PairConfig config = tls12();
        config.server.client_verification = PeerVerification::required;
        config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
        return config;
    }
    explicit Middle(const PairConfig& config = Middle::config()) : pair(config) {}

    static Records take(Connection& from) { return one_message_a_record(take_output(from)); }
    // The server's first flight, waiting to be delivered; and the client's second one.
    Records server_flight() {
        feed_all(pair.server, take_output(pair.client));
        return take(pair.server);
    }
    Records client_flight() {
        feed_all(pair.client, joined(server_flight()));
        return take(pair.client);
    }
    Records server_finish() {
        feed_all(pair.server, joined(client_flight()));
        return take(pair.server);
    }
};

const ByteVector early_ccs = record(ContentType::change_cipher_spec, change_cipher_spec_content);

void expect_refused(Connection& side, std::initializer_list<ErrorCode> codes) {
    ASSERT_TRUE(side.error());
    bool listed = false;
    for (const ErrorCode code : codes) listed = listed || side.error()->code == code;
    EXPECT_TRUE(listed) << describe(*side.error());
    EXPECT_FALSE(side.handshake_complete());
    EXPECT_TRUE(side.data().empty());
    // Poisoned: the same error again.
    EXPECT_EQ(side.feed(early_ccs).error(), *side.error());
}

TEST(Order12, flights_have_the_messages_of_the_rfc) {
    Middle middle;
    // ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone.
    const Records first = middle.server_flight();
    ASSERT_EQ(first.size(), 5u);
    for (std::size_t i = 0; i < first.size(); ++i)
        EXPECT_EQ(static_cast<int>(first[i][5]), (std::array{2, 11, 12, 13, 14}[i]));
    // Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, Finished.
    feed_all(middle.pair.client, joined(first));
    const Records second = Middle::take(middle.pair.client);
    ASSERT_EQ(second.size(), 5u);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(static_cast<int>(second[i][5]), (std::array{11, 16, 15}[i]));
    EXPECT_EQ(type_of(second[3]), ContentType::change_cipher_spec);
}

TEST(Order12, nothing_of_the_servers_flight_can_be_left_out) {
    for (std::size_t left_out = 0; left_out < 4; ++left_out) { // but ServerHelloDone: the client just waits
        if (left_out == 3) continue;                           // CertificateRequest is the server's choice
        SCOPED_TRACE(left_out);
        Middle middle;
        Records flight = middle.server_flight();
        flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(left_out));
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_message});
    }
}

TEST(Order12, nothing_of_the_clients_flight_can_be_left_out) {
    for (std::size_t left_out = 0; left_out < 4; ++left_out) { // but Finished: the server just waits
        SCOPED_TRACE(left_out);
        Middle middle;
        Records flight = middle.client_flight();
        ASSERT_EQ(flight.size(), 5u);
        flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(left_out));
        feed_all(middle.pair.server, joined(flight));
        expect_refused(middle.pair.server,
                       {ErrorCode::unexpected_message, ErrorCode::unexpected_change_cipher_spec});
    }
}

TEST(Order12, without_a_certificate_verify_a_client_certificate_counts_for_nothing) {
    Middle middle;
    Records flight = middle.client_flight();
    flight.erase(flight.begin() + 2);
    feed_all(middle.pair.server, joined(flight));
    expect_refused(middle.pair.server, {ErrorCode::unexpected_change_cipher_spec});
}

TEST(Order12, nothing_can_come_twice) {
    for (std::size_t i = 0; i < 5; ++i) {
        SCOPED_TRACE(i);
        Middle middle;
        Records flight = middle.server_flight();
        flight.insert(flight.begin() + static_cast<std::ptrdiff_t>(i), flight[i]);
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_message});
    }
    for (std::size_t i = 0; i < 4; ++i) {
        SCOPED_TRACE(i);
        Middle middle;
        Records flight = middle.client_flight();
        flight.insert(flight.begin() + static_cast<std::ptrdiff_t>(i), flight[i]);
        feed_all(middle.pair.server, joined(flight));
        // A second change_cipher_spec is under the new keys, and no record of theirs.
        expect_refused(middle.pair.server, {ErrorCode::unexpected_message, ErrorCode::bad_record_mac});
    }
}

// ---------------------------------------------------------------- HelloRequest in the middle of a handshake

const ByteVector hello_request = record(ContentType::handshake, ByteVector{0, 0, 0, 0});

Records with_hello_requests(const Records& flight) {
    Records more;
    for (const ByteVector& one : flight) {
        more.push_back(hello_request);
        more.push_back(one);
    }
    return more;
}
// "The one message that is not bound by these ordering rules is the HelloRequest message, which can be sent
// at any time, but which SHOULD be ignored by the client if it arrives in the middle of a handshake." (RFC
// 5246 §7.4)
TEST(HelloRequest12, is_ignored_before_every_message_of_the_server) {
    Middle middle;
    const Records flight = with_hello_requests(middle.server_flight());
    ASSERT_EQ(flight.size(), 10u);
    EXPECT_TRUE(feed_all(middle.pair.client, joined(flight)));
    feed_all(middle.pair.server, take_output(middle.pair.client));
    // Before the change_cipher_spec too; the Finished behind it is protected.
    EXPECT_TRUE(feed_all(middle.pair.client, joined({hello_request, take_output(middle.pair.server)})));
    expect_connected12(middle.pair);
}

TEST(HelloRequest12, is_ignored_in_the_record_of_another_message) {
    Middle middle;
    Records flight = middle.server_flight();
    ByteVector content{0, 0, 0, 0};
    content.insert(content.end(), flight.front().begin() + 5, flight.front().end());
    flight.front() = record(ContentType::handshake, content);
    EXPECT_TRUE(feed_all(middle.pair.client, joined(flight)));
    feed_all(middle.pair.server, take_output(middle.pair.client));
    expect_connected12(middle.pair);
}

TEST(HelloRequest12, is_fatal_where_renegotiation_is) {
    for (std::size_t before = 0; before < 5; ++before) {
        PairConfig config = Middle::config();
        config.client.renegotiation = Renegotiation::fatal;
        Middle middle(config);
        Records flight = middle.server_flight();
        flight.insert(flight.begin() + static_cast<std::ptrdiff_t>(before), hello_request);
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_message});
    }
}

TEST(HelloRequest12, floods_run_dry) {
    for (const std::size_t times : {32u, 33u}) { // ProgressBudget::capacity, and one more
        Middle middle;
        feed_all(middle.pair.server, take_output(middle.pair.client));
        const Records requests(times, hello_request);
        EXPECT_EQ(feed_all(middle.pair.client, joined(requests)), times == 32);
        if (times == 33) expect_refused(middle.pair.client, {ErrorCode::no_progress});
    }
}

TEST(HelloRequest12, with_contents_is_none) {
    Middle middle;
    feed_all(middle.pair.client, record(ContentType::handshake, ByteVector{0, 0, 0, 1, 0}));
    expect_refused(middle.pair.client, {ErrorCode::unexpected_message});
}

TEST(HelloRequest12, is_not_for_servers) {
    Middle middle;
    feed_all(middle.pair.server, hello_request);
    expect_refused(middle.pair.server, {ErrorCode::unexpected_message});
}

// TLS 1.3 has none: where it is all there is, or what the server then chooses.
TEST(HelloRequest12, is_refused_in_tls13) {
    for (const ProtocolVersion least : {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_3}) {
        PairConfig config;
        config.client.versions.least = least;
        Pair pair(config);
        feed_all(pair.server, take_output(pair.client));
        const bool taken = feed_all(pair.client, hello_request);
        EXPECT_EQ(taken, least == ProtocolVersion::tls_1_2);
        feed_all(pair.client, take_output(pair.server));
        expect_refused(pair.client, {ErrorCode::unexpected_message});
    }
}

// ---------------------------------------------------------------- what came too early

// A record with a piece of what can only come later behind its message.
ByteVector with_a_byte_more(const ByteVector& one_message) {
    ByteVector content(one_message.begin() + 5, one_message.end());
    content.push_back(4);
    return record(ContentType::handshake, content);
}

TEST(BytesBeforeTheirTurn12, server_at_the_client_hello) {
    Middle middle;
    const Records hello = Middle::take(middle.pair.client);
    ASSERT_EQ(hello.size(), 1u);
    feed_all(middle.pair.server, with_a_byte_more(hello.front()));
    expect_refused(middle.pair.server, {ErrorCode::handshake_before_its_turn});
}

TEST(BytesBeforeTheirTurn12, client_at_the_server_hello_done) {
    Middle middle;
    Records flight = middle.server_flight();
    flight.back() = with_a_byte_more(flight.back());
    feed_all(middle.pair.client, joined(flight));
    expect_refused(middle.pair.client, {ErrorCode::handshake_before_its_turn});
}

// CVE-2014-0224: keys before there are any.
TEST(EarlyChangeCipherSpec, is_refused_by_the_server_before_every_message_of_the_client) {
    for (std::size_t i = 0; i < 3; ++i) {
        SCOPED_TRACE(i);
        Middle middle;
        Records flight = middle.client_flight();
        flight.insert(flight.begin() + static_cast<std::ptrdiff_t>(i), early_ccs);
        feed_all(middle.pair.server, joined(flight));
        expect_refused(middle.pair.server, {ErrorCode::unexpected_change_cipher_spec});
    }
    Middle middle;
    feed_all(middle.pair.server, early_ccs); // before the ClientHello
    expect_refused(middle.pair.server, {ErrorCode::unexpected_change_cipher_spec});
}

TEST(EarlyChangeCipherSpec, is_refused_by_the_client_before_every_message_of_the_server) {
    for (std::size_t i = 0; i < 5; ++i) {
        SCOPED_TRACE(i);
        Middle middle;
        Records flight = middle.server_flight();
        flight.insert(flight.begin() + static_cast<std::ptrdiff_t>(i), early_ccs);
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_change_cipher_spec});
    }
}

TEST(EarlyChangeCipherSpec, is_not_forgotten_when_tls_1_3_was_still_possible) {
    PairConfig config = tls12();
    config.client.versions = {};
    Pair pair(config);
    feed_all(pair.client, early_ccs); // dropped, as RFC 8446 §5 wants it
    EXPECT_FALSE(pair.client.error());
    pair.pump();
    expect_refused(pair.client, {ErrorCode::unexpected_change_cipher_spec});
}

TEST(ChangeCipherSpec12, cannot_stand_inside_a_message) {
    Middle middle;
    Records flight = middle.client_flight();
    const ByteVector piece{static_cast<std::uint8_t>(HandshakeType::finished), 0};
    flight.insert(flight.begin() + 3, record(ContentType::handshake, piece));
    feed_all(middle.pair.server, joined(flight));
    expect_refused(middle.pair.server, {ErrorCode::interleaved_handshake});
}

TEST(ChangeCipherSpec12, has_one_byte_that_is_one) {
    for (const ByteVector& content : {ByteVector{2}, ByteVector{1, 1}}) {
        Middle middle;
        Records flight = middle.client_flight();
        flight[3] = record(ContentType::change_cipher_spec, content);
        feed_all(middle.pair.server, joined(flight));
        expect_refused(middle.pair.server, {ErrorCode::unexpected_change_cipher_spec});
    }
}

TEST(ChangeCipherSpec12, after_the_handshake_is_no_record_of_the_keys) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    feed_all(pair.client, early_ccs);
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::bad_record_mac);
}

// CVE-2026-34582: data of a peer that has proved nothing yet.
TEST(Order12, application_data_before_finished) {
    const ByteVector data = record(ContentType::application_data, as_bytes("too early"));
    {
        Middle middle;
        Records flight = middle.client_flight();
        flight.insert(flight.begin() + 3, data);
        feed_all(middle.pair.server, joined(flight));
        expect_refused(middle.pair.server, {ErrorCode::unexpected_application_data});
    }
    {
        Middle middle;
        Records flight = middle.server_finish();
        flight.insert(flight.begin(), data);
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_application_data});
    }
}

TEST(Order12, messages_of_tls_1_3_have_no_place) {
    for (const HandshakeType type :
         {HandshakeType::encrypted_extensions, HandshakeType::key_update, HandshakeType::end_of_early_data}) {
        Middle middle;
        Records flight = middle.server_flight();
        const ByteVector message{static_cast<std::uint8_t>(type), 0, 0, 0};
        flight.insert(flight.begin() + 1, record(ContentType::handshake, message));
        feed_all(middle.pair.client, joined(flight));
        expect_refused(middle.pair.client, {ErrorCode::unexpected_message});
    }
}

} // namespace
} // namespace pavise::testing
