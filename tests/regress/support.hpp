// What every regression test asserts of a connection that has refused its peer.
#pragma once

#include "support/poisoned.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

// A new connection of the same config, with a peer that keeps to the rules.
template <class Test> void expect_fresh_connection_works(const Test& failed) {
    Test fresh(failed.config, failed.peer.script(), failed.how);
    fresh.peer.connect();
    fresh.peer.send_data("as it should be");
    EXPECT_TRUE(fresh.peer.ok()) << fresh.peer.complaint();
    EXPECT_EQ(as_text(fresh.link.application_data()), "as it should be");
}

// The connection failed with this error before it gave anything to its application, said so with this alert
// (nothing: with none), stays failed, and has left nothing behind that others share.
template <class Test> void expect_refused(Test& test, ErrorCode code, std::optional<AlertDescription> alert) {
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    ASSERT_TRUE(test.connection.error()) << "expected " << name_of(code) << ", but nothing is wrong";
    EXPECT_EQ(test.connection.error()->code, code) << describe(*test.connection.error());
    if (alert)
        test.peer.expect_alert(*alert);
    else
        test.peer.expect_silence();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_EQ(as_text(test.link.application_data()), "");
    EXPECT_TRUE(test.connection.data().empty());
    expect_poisoned(test.connection, code);
    EXPECT_TRUE(test.connection.output().empty());
    expect_fresh_connection_works(test);
}
template <class Test> void expect_refused(Test& test, ErrorCode code, AlertDescription alert) {
    expect_refused(test, code, std::optional(alert));
}

// For rows that start from an established connection.
template <class Test> void expect_connected(Test& test) {
    test.peer.connect();
    ASSERT_TRUE(test.peer.ok()) << test.peer.complaint();
    ASSERT_TRUE(test.connection.handshake_complete());
}

// What a message and the bytes behind it look like in one record.
inline ByteVector joined(ByteVector first, Bytes second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

} // namespace pavise::testing
