// Handshake bytes beyond a key change in the same record: "Handshake messages MUST NOT span key changes"
// (RFC 8446 §5.1). What stands behind the message that changes the keys, a whole message or a part of one,
// was protected by the wrong keys or not at all (Go CVE-2025-61730, RUSTSEC-2026-0285).
#include "regress/support.hpp"

#include "messages/key_update.hpp"

namespace pavise::testing {
namespace {

using enum AlertDescription;

enum class Behind { whole_message, part_of_a_message, part_of_a_header };
constexpr Behind every_kind[] = {Behind::whole_message, Behind::part_of_a_message, Behind::part_of_a_header};

Bytes cut(const ByteVector& message, Behind behind) {
    switch (behind) {
    case Behind::whole_message: return message;
    case Behind::part_of_a_message: return Bytes(message).first(message.size() - 1);
    case Behind::part_of_a_header: return Bytes(message).first(1);
    }
    return {};
}

template <class Test> void expect_refused_for_span(Test& test) {
    expect_refused(test, ErrorCode::handshake_across_key_change, unexpected_message);
}

TEST(BytesBeyondAKeyChange, client_at_the_server_hello) {
    for (const Behind behind : every_kind) {
        ClientUnderTest test;
        test.peer.expect_client_hello();
        const ByteVector hello = test.peer.server_hello().message();
        const ByteVector next = test.peer.encrypted_extensions().message();
        test.peer.send_record(ContentType::handshake, joined(hello, cut(next, behind)));
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, client_at_the_finished) {
    for (const Behind behind : every_kind) {
        ClientUnderTest test;
        test.peer.expect_client_hello();
        test.peer.send_server_hello();
        test.peer.send_encrypted_extensions();
        test.peer.send_certificate();
        test.peer.send_certificate_verify();
        const ByteVector finished = test.peer.finished().message();
        const ByteVector next = peer::NewSessionTicketDraft{}.message();
        test.peer.send_record(ContentType::handshake, joined(finished, cut(next, behind)));
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, client_at_a_key_update) {
    for (const Behind behind : every_kind) {
        ClientUnderTest test;
        expect_connected(test);
        const ByteVector update = peer::written(messages::KeyUpdate{});
        const ByteVector next = peer::NewSessionTicketDraft{}.message();
        test.peer.send_record(ContentType::handshake, joined(update, cut(next, behind)));
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, server_at_the_client_hello) {
    for (const Behind behind : every_kind) {
        ServerUnderTest test;
        const ByteVector hello = test.peer.client_hello().message();
        const ByteVector next = peer::FinishedDraft{ByteVector(32, 1)}.message();
        test.peer.add_to_transcript(hello);
        test.peer.send_record(ContentType::handshake, joined(hello, cut(next, behind)));
        test.peer.expect_server_hello(); // sent before it was known what is behind
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, server_at_the_second_client_hello) {
    for (const Behind behind : every_kind) {
        auto config = scripted_server_config();
        config.groups = {NamedGroup::secp256r1};
        ServerUnderTest test(config);
        test.peer.send_client_hello();
        const ByteVector hello =
            test.peer.second_client_hello(test.peer.expect_hello_retry_request()).message();
        const ByteVector next = peer::FinishedDraft{ByteVector(32, 1)}.message();
        test.peer.add_to_transcript(hello);
        test.peer.send_record(ContentType::handshake, joined(hello, cut(next, behind)));
        test.peer.expect_server_hello();
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, server_at_the_finished) {
    for (const Behind behind : every_kind) {
        ServerUnderTest test;
        test.peer.send_client_hello();
        test.peer.expect_flight();
        test.peer.begin_second_flight();
        const ByteVector finished = test.peer.finished().message();
        const ByteVector next = peer::written(messages::KeyUpdate{});
        test.peer.send_record(ContentType::handshake, joined(finished, cut(next, behind)));
        expect_refused_for_span(test);
    }
}

TEST(BytesBeyondAKeyChange, server_at_a_key_update) {
    for (const Behind behind : every_kind) {
        ServerUnderTest test;
        expect_connected(test);
        const ByteVector update = peer::written(messages::KeyUpdate{});
        test.peer.send_record(ContentType::handshake, joined(update, cut(update, behind)));
        expect_refused_for_span(test);
    }
}

// A message that waits for a decision of ours changes keys when that is made, and no earlier.
TEST(BytesBeyondAKeyChange, are_found_after_a_deferred_decision_too) {
    auto config = scripted_server_config();
    config.deferred.config = true;
    ServerUnderTest test(config);
    const ByteVector hello = test.peer.client_hello().message();
    const ByteVector next = peer::FinishedDraft{ByteVector(32, 1)}.message();
    test.peer.add_to_transcript(hello);
    test.peer.send_record(ContentType::handshake, joined(hello, next));
    ASSERT_EQ(test.connection.waiting_for(), Decision::config);
    EXPECT_EQ(test.connection.choose_config(test.config).error().code,
              ErrorCode::handshake_across_key_change);
    test.peer.expect_server_hello();
    test.peer.expect_alert(unexpected_message);
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    expect_poisoned(test.connection, test.connection.error()->code);
}

// The keys stay, but nobody could know what to say yet: what comes next answers what was not sent before.
TEST(BytesBeforeTheirTurn, client_at_the_retry) {
    for (const Behind behind : every_kind) {
        ClientUnderTest test;
        test.peer.expect_client_hello();
        const ByteVector retry = test.peer.hello_retry_request(NamedGroup::secp256r1).message();
        const ByteVector next = test.peer.server_hello().message();
        test.peer.send_record(ContentType::handshake, joined(retry, cut(next, behind)));
        expect_refused(test, ErrorCode::handshake_before_its_turn, unexpected_message);
    }
}

TEST(BytesBeforeTheirTurn, server_at_the_client_hello_that_it_has_to_have_again) {
    for (const Behind behind : every_kind) {
        auto config = scripted_server_config();
        config.groups = {NamedGroup::secp256r1};
        ServerUnderTest test(config);
        const ByteVector hello = test.peer.client_hello().message();
        test.peer.send_record(ContentType::handshake, joined(hello, cut(hello, behind)));
        expect_refused(test, ErrorCode::handshake_before_its_turn, unexpected_message);
    }
}

// The rest of a message that began before the keys changed, under the new keys or in the clear.
TEST(MessagesThatSpanAKeyChange, are_refused_whichever_keys_the_rest_has) {
    ClientUnderTest clear;
    clear.peer.expect_client_hello();
    clear.peer.send_server_hello();
    clear.peer.send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                               clear.peer.encrypted_extensions().message());
    expect_refused(clear, ErrorCode::record_not_protected, unexpected_message);

    ServerUnderTest old_keys;
    old_keys.peer.send_client_hello();
    old_keys.peer.expect_flight();
    old_keys.peer.begin_second_flight();
    old_keys.peer.send(old_keys.peer.finished()); // and goes on under the handshake keys
    old_keys.peer.send_data("x");
    expect_refused(old_keys, ErrorCode::bad_record_mac, bad_record_mac);
}

} // namespace
} // namespace pavise::testing
