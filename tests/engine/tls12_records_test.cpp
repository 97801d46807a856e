// Records, closures and truncation in TLS 1.2, and a version that changes after a HelloRetryRequest.
#include "handshake/budget.hpp"
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using handshake::ProgressBudget;

void expect_failed(Connection& side, ErrorCode code) {
    ASSERT_TRUE(side.error());
    EXPECT_EQ(side.error()->code, code) << describe(*side.error());
    EXPECT_TRUE(side.data().empty());
    // Poisoned: the same error again.
    EXPECT_EQ(side.feed(ByteVector{22}).error(), *side.error());
}

void send_empty_record(Connection& from) {
    ASSERT_TRUE(from.reserve(1));
    ASSERT_TRUE(from.commit(0));
}

// "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or ChangeCipherSpec content
// types" (RFC 5246 §6.2.1)
TEST(Records12, fragments_of_no_length) {
    for (const ContentType type :
         {ContentType::handshake, ContentType::alert, ContentType::change_cipher_spec}) {
        Pair pair(tls12());
        feed_all(pair.client, record(type, {}));
        EXPECT_TRUE(pair.client.error());
        Pair other(tls12());
        feed_all(other.server, record(type, {}));
        EXPECT_TRUE(other.server.error());
    }
}

// "Zero-length fragments of Application data MAY be sent" (RFC 5246 §6.2.1), but not for ever.
TEST(Records12, empty_application_data_runs_dry) {
    for (const Role bad_role : {Role::client, Role::server}) {
        Pair pair(tls12());
        ASSERT_TRUE(pair.connect());
        Connection& bad = bad_role == Role::client ? pair.client : pair.server;
        Connection& good = bad_role == Role::client ? pair.server : pair.client;
        std::uint32_t sent = 0;
        while (!good.error() && sent <= ProgressBudget::capacity) {
            send_empty_record(bad);
            deliver(bad, good);
            ++sent;
        }
        expect_failed(good, ErrorCode::no_progress);
        EXPECT_GE(sent, ProgressBudget::capacity / 2); // some are fine
    }
}

TEST(Records12, in_the_clear_count_for_nothing_once_keys_are_in_use) {
    for (const ByteVector& clear :
         {record(ContentType::alert, ByteVector{1, 0}), record(ContentType::alert, ByteVector{2, 40}),
          record(ContentType::handshake, ByteVector{0, 0, 0, 0}),
          record(ContentType::application_data, as_bytes("plain"))}) {
        Pair pair(tls12());
        ASSERT_TRUE(pair.connect());
        feed_all(pair.client, clear);
        expect_failed(pair.client, ErrorCode::bad_record_mac);
        feed_all(pair.server, clear);
        expect_failed(pair.server, ErrorCode::bad_record_mac);
    }
}

TEST(Closing12, an_end_without_close_notify_is_a_truncation) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.transport_closed().error().code, ErrorCode::truncated_connection);
    ASSERT_TRUE(pair.server.close());
    Pair closed(tls12());
    ASSERT_TRUE(closed.connect());
    ASSERT_TRUE(closed.client.close());
    closed.pump();
    EXPECT_TRUE(closed.server.transport_closed());
    EXPECT_TRUE(closed.client.transport_closed());
}

TEST(Closing12, closes_that_cross) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    ASSERT_TRUE(pair.server.close());
    pair.pump();
    for (Connection* side : {&pair.client, &pair.server}) {
        EXPECT_TRUE(side->peer_closed());
        EXPECT_TRUE(side->closed());
        EXPECT_FALSE(side->error());
    }
}

// The retry fixed TLS 1.3 (RFC 8446 §4.1.4): no session, no key of TLS 1.2 may follow (CVE-2026-34873).
PairConfig with_retry() {
    PairConfig config;
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.client.key_shares = 1;
    config.server.groups = {NamedGroup::secp256r1};
    return config;
}

TEST(Retry, the_second_hello_cannot_be_for_tls_1_2) {
    int hellos = 0;
    RewritingTap tap(HandshakeType::client_hello, [&hellos](ByteVector& hello) {
        if (++hellos == 2) remove_extension(hello, ExtensionType::supported_versions);
    });
    PairConfig config = with_retry();
    config.client_hooks.tap = &tap;
    expect_found_by_server(config, ErrorCode::hello_changed, AlertDescription::illegal_parameter);
    EXPECT_EQ(hellos, 2);
}

TEST(Retry, the_server_hello_cannot_be_of_tls_1_2) {
    int hellos = 0;
    RewritingTap tap(HandshakeType::server_hello, [&hellos](ByteVector& hello) {
        if (++hellos == 2) remove_extension(hello, ExtensionType::supported_versions);
    });
    PairConfig config = with_retry();
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, ErrorCode::version_changed, AlertDescription::illegal_parameter);
    EXPECT_EQ(hellos, 2);
}

} // namespace
} // namespace pavise::testing
