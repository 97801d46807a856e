// Mistakes at the end of a connection, and where two sides talk at once.
#include "regress/support.hpp"

#include "support/pair.hpp"

#include "messages/key_update.hpp"

#include <pavise/testing/transcript.hpp>

namespace pavise::testing {
namespace {

using enum AlertDescription;

template <class Row> void with_both_roles(Row row) {
    ClientUnderTest client;
    expect_connected(client);
    row(client);
    ServerUnderTest server;
    expect_connected(server);
    row(server);
}

// ---------------------------------------------------------------- truncation
// RFC 8446 §6.1.

TEST(Truncation, is_no_orderly_end) {
    with_both_roles([](auto& test) {
        test.peer.send_data("all I have");
        EXPECT_EQ(test.connection.transport_closed().error().code, ErrorCode::truncated_connection);
        EXPECT_FALSE(test.connection.peer_closed());
        expect_poisoned(test.connection, ErrorCode::truncated_connection);
    });
}

TEST(Truncation, in_the_middle_of_a_record_or_of_the_handshake_is_none_either) {
    with_both_roles([](auto& test) {
        const ByteVector record = test.peer.seal(ContentType::application_data, as_bytes("half"));
        test.peer.send_bytes(Bytes(record).first(record.size() - 1));
        EXPECT_EQ(test.connection.transport_closed().error().code, ErrorCode::truncated_connection);
        EXPECT_TRUE(test.link.application_data().empty());
    });
    ServerUnderTest early;
    EXPECT_EQ(early.connection.transport_closed().error().code, ErrorCode::ended_during_handshake);
}

TEST(Truncation, a_close_notify_before_it_makes_it_an_end) {
    with_both_roles([](auto& test) {
        test.peer.send_alert(close_notify, AlertLevel::warning);
        EXPECT_TRUE(test.connection.peer_closed());
        EXPECT_TRUE(test.connection.transport_closed());
        EXPECT_FALSE(test.connection.error());
    });
}

// "Any data received after a closure alert has been received MUST be ignored" (RFC 8446 §6.1).
TEST(DataAfterCloseNotify, is_ignored) {
    with_both_roles([](auto& test) {
        test.peer.send_data("before");
        test.peer.send_alert(close_notify, AlertLevel::warning);
        test.peer.send_data("after");
        test.peer.send(messages::KeyUpdate{});
        test.peer.send_bytes(ByteVector(50, 0xff));
        EXPECT_EQ(as_text(test.link.application_data()), "before");
        EXPECT_FALSE(test.connection.error());
        EXPECT_FALSE(test.connection.wants_input());
        EXPECT_TRUE(test.connection.write(as_bytes("our half is open")));
        test.peer.expect_data("our half is open");
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    });
}

TEST(DataAfterCloseNotify, is_ignored_in_the_same_delivery_too) {
    ServerUnderTest test;
    expect_connected(test);
    const ByteVector before = test.peer.seal(ContentType::application_data, as_bytes("before"));
    const ByteVector close = test.peer.seal(ContentType::alert, ByteVector{1, 0});
    const ByteVector after = test.peer.seal(ContentType::application_data, as_bytes("after"));
    test.peer.send_bytes(joined(joined(before, close), after));
    EXPECT_EQ(as_text(test.link.application_data()), "before");
    EXPECT_FALSE(test.connection.error());
}

// rustls CVE-2024-32650: a close_notify during the handshake made complete_io() spin.
TEST(CloseDuringTheHandshake, ends_it_at_once) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_alert(close_notify, AlertLevel::warning);
    expect_refused(client, ErrorCode::closed_during_handshake, std::nullopt);

    ServerUnderTest server;
    server.peer.send_alert(close_notify, AlertLevel::warning);
    expect_refused(server, ErrorCode::closed_during_handshake, std::nullopt);
}

// ---------------------------------------------------------------- crossing events
// RFC 8446 §6.1, §4.6.3.

TEST(CrossingEvents, both_sides_close_at_once) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    ASSERT_TRUE(pair.server.close());
    pair.pump();
    for (Connection* side : {&pair.client, &pair.server}) {
        EXPECT_TRUE(side->closed());
        EXPECT_TRUE(side->peer_closed());
        EXPECT_FALSE(side->error());
        EXPECT_TRUE(side->transport_closed());
    }
}

TEST(CrossingEvents, key_updates_cross) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    for (int round = 0; round < 5; ++round) {
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
        ASSERT_TRUE(pair.server.update_keys(KeyUpdateScope::both));
        ASSERT_TRUE(pair.client.write(as_bytes("c")));
        ASSERT_TRUE(pair.server.write(as_bytes("s")));
        pair.pump();
        EXPECT_EQ(read_all(pair.client), "s");
        EXPECT_EQ(read_all(pair.server), "c");
        pair.pump();
    }
    EXPECT_FALSE(pair.client.error());
    EXPECT_FALSE(pair.server.error());
}

// Our half is closed; what the peer may still send asks for answers that we cannot give any more.
TEST(CrossingEvents, requests_after_our_close_notify_get_no_answer) {
    with_both_roles([](auto& test) {
        ASSERT_TRUE(test.connection.close());
        test.peer.expect_alert(close_notify);
        test.peer.send_key_update(KeyUpdateRequest::update_requested);
        test.peer.expect_silence();
        test.peer.send_data("still here");
        EXPECT_EQ(as_text(test.link.application_data()), "still here");
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
        EXPECT_FALSE(test.connection.error());
    });
    ClientUnderTest client;
    expect_connected(client);
    ASSERT_TRUE(client.connection.close());
    client.peer.expect_alert(close_notify);
    client.peer.send(peer::NewSessionTicketDraft{});
    EXPECT_FALSE(client.connection.error());
}

// ---------------------------------------------------------------- buffers that are full on both sides
// rustls #2556: each side had its output full and waited for the other one to read.
TEST(FullBuffers, reading_never_waits_for_writing) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    const std::string chunk(16384, 'x');
    std::size_t from_client = 0;
    std::size_t from_server = 0;
    const auto fill = [&](Connection& side, std::size_t& total) {
        for (;;) {
            const auto taken = side.write(as_bytes(chunk));
            ASSERT_TRUE(taken);
            if (*taken == 0) return;
            total += *taken;
        }
    };
    fill(pair.client, from_client);
    fill(pair.server, from_server);
    // Requests that want an answer while there is no room for one.
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    ASSERT_TRUE(pair.server.update_keys(KeyUpdateScope::both));
    std::size_t at_client = 0;
    std::size_t at_server = 0;
    for (bool moved = true; moved;) {
        const std::size_t there = deliver(pair.client, pair.server);
        at_server += read_all(pair.server).size();
        const std::size_t back = deliver(pair.server, pair.client);
        at_client += read_all(pair.client).size();
        moved = there + back > 0;
    }
    EXPECT_EQ(at_server, from_client);
    EXPECT_EQ(at_client, from_server);
    EXPECT_FALSE(pair.client.error());
    EXPECT_FALSE(pair.server.error());
}

// ---------------------------------------------------------------- input cut differently
// A byte at a time must give what one buffer gives.

template <class Test, class Config> std::string transcript_of(const Config& config, std::size_t step) {
    TranscriptTap tap(Secrets::included);
    Test test(config, {.hooks = {.tap = &tap}, .step = step});
    test.peer.connect();
    test.peer.send_data("some data");
    test.peer.send_key_update(KeyUpdateRequest::update_requested);
    test.peer.send_data(std::string(5000, 'x'));
    test.peer.expect_key_update(KeyUpdateRequest::update_not_requested);
    test.peer.send_record(ContentType::alert, ByteVector{1, 0});
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_TRUE(test.connection.peer_closed());
    EXPECT_EQ(test.link.application_data().size(), 5009u);
    return tap.text();
}

TEST(CutInput, gives_the_same_connection_however_it_comes) {
    const std::string client = transcript_of<ClientUnderTest>(scripted_client_config(), 0);
    auto config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    const std::string server = transcript_of<ServerUnderTest>(config, 0);
    for (const std::size_t step : {1u, 2u, 3u, 5u, 7u, 64u, 1000u}) {
        EXPECT_EQ(transcript_of<ClientUnderTest>(scripted_client_config(), step), client) << step;
        EXPECT_EQ(transcript_of<ServerUnderTest>(config, step), server) << step;
    }
}

TEST(CutInput, gives_the_same_refusal_however_it_comes) {
    for (const std::size_t step : {0u, 1u, 2u, 7u}) {
        ServerUnderTest test(scripted_server_config(), {.step = step});
        auto hello = test.peer.client_hello();
        hello.legacy_compression_methods = {1, 0};
        test.peer.send_client_hello(hello);
        expect_refused(test, ErrorCode::compression_offered, illegal_parameter);
    }
}

} // namespace
} // namespace pavise::testing
