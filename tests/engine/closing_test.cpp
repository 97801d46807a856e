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
