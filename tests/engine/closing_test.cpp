// The end of connections, and of keys.
#include "support/pair.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

TEST(Closing, is_half_closed_until_both_sides_closed) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    pair.pump();
    EXPECT_TRUE(pair.server.peer_closed());
    EXPECT_FALSE(pair.server.closed());
    EXPECT_EQ(pair.client.write(as_bytes("x")).error().code, ErrorCode::already_closed);
    EXPECT_EQ(pair.carry(pair.server, pair.client, "still talking"), "still talking");
    ASSERT_TRUE(pair.server.close());
    pair.pump();
    EXPECT_TRUE(pair.client.closed());
    EXPECT_TRUE(pair.server.closed());
    EXPECT_FALSE(pair.client.error());
}

TEST(Closing, an_end_without_close_notify_is_an_error) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.transport_closed().error().code, ErrorCode::truncated_connection);
    EXPECT_EQ(pair.client.error()->code, ErrorCode::truncated_connection);
    EXPECT_TRUE(pair.client.output().empty());
}

TEST(Closing, an_end_without_close_notify_is_an_error_during_the_handshake_too) {
    Pair pair{PairConfig()};
    EXPECT_EQ(pair.server.transport_closed().error().code, ErrorCode::ended_during_handshake);
    deliver(pair.client, pair.server);
    EXPECT_EQ(pair.client.transport_closed().error().code, ErrorCode::ended_during_handshake);
}

TEST(Closing, an_end_after_close_notify_is_none) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    pair.pump();
    EXPECT_TRUE(pair.server.transport_closed());
    EXPECT_EQ(pair.client.transport_closed().error().code, ErrorCode::truncated_connection);
}

TEST(Closing, comes_after_everything_that_was_written) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    const std::string text(40000, 'x');
    ASSERT_EQ(*pair.client.write(as_bytes(text)), text.size());
    ASSERT_TRUE(pair.client.close());
    ASSERT_TRUE(pair.client.close()); // again: nothing more
    deliver(pair.client, pair.server);
    EXPECT_FALSE(pair.server.peer_closed());
    const std::string beginning = read_all(pair.server);
    EXPECT_EQ(beginning + pair.carry(pair.client, pair.server, ""), text);
    EXPECT_TRUE(pair.server.peer_closed());
    EXPECT_FALSE(pair.server.wants_input());
}

TEST(Closing, of_both_sides_at_once) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    ASSERT_TRUE(pair.server.close());
    pair.pump();
    EXPECT_TRUE(pair.client.closed() && pair.server.closed());
    EXPECT_FALSE(pair.client.error() || pair.server.error());
}

TEST(Closing, what_follows_a_close_notify_is_ignored) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    deliver(pair.client, pair.server);
    const ByteVector garbage(100, 0xff);
    EXPECT_EQ(*pair.server.feed(garbage), garbage.size());
    EXPECT_TRUE(pair.server.receive_space().empty());
    EXPECT_FALSE(pair.server.error());
    EXPECT_TRUE(pair.server.data().empty());
    EXPECT_EQ(pair.carry(pair.server, pair.client, "half open"), "half open");
}

TEST(Closing, during_the_handshake_ends_it) {
    for (const Role role : {Role::client, Role::server}) {
        Pair pair{PairConfig()};
        Connection& closing = role == Role::client ? pair.client : pair.server;
        Connection& other = role == Role::client ? pair.server : pair.client;
        ASSERT_TRUE(closing.close());
        deliver(closing, other);
        EXPECT_EQ(other.error()->code, ErrorCode::closed_during_handshake);
        EXPECT_FALSE(other.handshake_complete());
        pair.pump();
        EXPECT_FALSE(closing.error()); // a closure is not answered by an alert
    }
}

TEST(Cancelling, during_the_handshake_is_a_closure_that_says_why) {
    Pair pair{PairConfig()};
    deliver(pair.client, pair.server);
    ASSERT_TRUE(pair.client.cancel());
    deliver(pair.client, pair.server);
    EXPECT_EQ(pair.server.error()->code, ErrorCode::closed_during_handshake);
}

TEST(Cancelling, after_the_handshake_closes) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.cancel());
    ASSERT_TRUE(pair.client.cancel());
    EXPECT_EQ(pair.client.write(as_bytes("x")).error().code, ErrorCode::already_closed);
    pair.pump();
    EXPECT_TRUE(pair.server.peer_closed());
    EXPECT_FALSE(pair.server.error());
}

TEST(KeyUpdate, both_scopes_and_crossing_requests_keep_the_data_flowing) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::ours));
        EXPECT_EQ(pair.carry(pair.client, pair.server, "one"), "one");
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
        ASSERT_TRUE(pair.server.update_keys(KeyUpdateScope::both));
        pair.pump();
        EXPECT_EQ(pair.carry(pair.client, pair.server, "two"), "two");
        EXPECT_EQ(pair.carry(pair.server, pair.client, "three"), "three");
    }
    EXPECT_FALSE(pair.client.error());
}

} // namespace
} // namespace pavise::testing
