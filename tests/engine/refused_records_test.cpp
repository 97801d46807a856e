// Records, and messages after the handshake, that break a rule: refused with the RFC's alert, for good.
#include "handshake/budget.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "wire/writer.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using handshake::ProgressBudget;

ByteVector record(std::uint8_t type, const ByteVector& fragment, std::uint8_t major = 3) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.u8(type);
    writer.u8(major);
    writer.u8(3);
    writer.vector16(fragment);
    return bytes;
}
ByteVector text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}
ByteVector operator+(ByteVector a, const ByteVector& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

constexpr std::uint8_t ccs = 20, alert = 21, handshake_type = 22, data = 23, heartbeat = 24;

struct Row {
    const char* name;
    ByteVector bytes;
    ErrorCode refusal;
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

std::string name_of_row(const ::testing::TestParamInfo<Row>& row) {
    return row.param.name;
}

// ---------------------------------------------------------------- before any key

const Row first_bytes[] = {
    {"unknown_type", record(31, {0}), ErrorCode::unknown_content_type},
    {"heartbeat", record(heartbeat, {1, 0, 1, 0}), ErrorCode::unknown_content_type},
    {"http", text("GET / HTTP/1.1\r\n\r\n"), ErrorCode::plaintext_is_http},
    {"ssl_2_hello", {0x80, 0x2e, 1, 0, 2}, ErrorCode::bad_record_version},
    {"version_2", record(handshake_type, {1}, 2), ErrorCode::bad_record_version},
    {"empty_handshake_record", record(handshake_type, {}), ErrorCode::empty_record},
    {"empty_alert", record(alert, {}), ErrorCode::empty_record},
    {"one_byte_over_the_limit", {22, 3, 3, 0x40, 1}, ErrorCode::record_overflow},
    {"application_data", record(data, {0}), ErrorCode::unexpected_application_data},
    {"empty_application_data", record(data, {}), ErrorCode::unexpected_application_data},
    {"half_an_alert", record(alert, {2}), ErrorCode::bad_alert},
    {"an_alert_and_a_half", record(alert, {1, 90, 1}), ErrorCode::bad_alert},
    {"alert_of_unknown_level", record(alert, {3, 40}), ErrorCode::bad_alert_level},
    {"fatal_alert", record(alert, {2, 40}), ErrorCode::alert_received},
    {"closure", record(alert, {1, 0}), ErrorCode::closed_during_handshake},
    {"message_of_unknown_type", record(handshake_type, {99, 0, 0, 0}), ErrorCode::unexpected_message},
    {"finished", record(handshake_type, {20, 0, 0, 32}), ErrorCode::unexpected_message},
    {"change_cipher_spec_of_two_bytes", record(ccs, {1, 1}), ErrorCode::unexpected_change_cipher_spec},
    {"change_cipher_spec_of_value_two", record(ccs, {2}), ErrorCode::unexpected_change_cipher_spec},
};
const Row first_bytes_for_a_server[] = {
    {"change_cipher_spec_before_the_hello", record(ccs, {1}), ErrorCode::unexpected_change_cipher_spec},
    {"error_alert_as_a_warning", record(alert, {1, 40}), ErrorCode::alert_received},
    {"hello_without_a_body", record(handshake_type, {1, 0, 0, 0}), ErrorCode::truncated},
    {"hello_longer_than_any", record(handshake_type, {1, 2, 1, 0x45}), ErrorCode::message_too_long},
    {"server_hello", record(handshake_type, {2, 0, 0, 0}), ErrorCode::unexpected_message},
    {"hello_request", record(handshake_type, {0, 0, 0, 0}), ErrorCode::unexpected_message},
    {"data_within_a_message", record(handshake_type, {1, 0}) + record(data, {0}),
     ErrorCode::interleaved_handshake},
    {"change_cipher_spec_within_a_message", record(handshake_type, {1, 0}) + record(ccs, {1}),
     ErrorCode::interleaved_handshake},
    {"harmless_alert_within_a_message", record(handshake_type, {1, 0}) + record(alert, {1, 90}),
     ErrorCode::interleaved_handshake},
    {"closure_within_a_message", record(handshake_type, {1, 0}) + record(alert, {1, 0}),
     ErrorCode::interleaved_handshake},
    {"fatal_alert_within_a_message", record(handshake_type, {1, 0}) + record(alert, {2, 40}),
     ErrorCode::alert_received},
};
const Row first_bytes_for_a_client[] = {
    {"client_hello", record(handshake_type, {1, 0, 0, 0}), ErrorCode::unexpected_message},
    {"server_hello_without_a_body", record(handshake_type, {2, 0, 0, 0}), ErrorCode::truncated},
    {"server_hello_longer_than_any", record(handshake_type, {2, 0, 0x40, 1}), ErrorCode::message_too_long},
    // An empty one a client may drop (RFC 5246 §7.4).
    {"hello_request_with_a_body", record(handshake_type, {0, 0, 0, 1, 0}), ErrorCode::unexpected_message},
    {"certificate_first", record(handshake_type, {11, 0, 0, 0}), ErrorCode::unexpected_message},
};

// What the other side would read: the alert's level and description, or nothing.
ByteVector alert_in(Bytes output) {
    const ByteVector header{21, 3, 3, 0, 2};
    if (output.size() != 7 || !std::equal(header.begin(), header.end(), output.begin())) return {};
    return {output[5], output[6]};
}

void expect_refused(Connection& connection, const Row& row, std::size_t step) {
    connection.output_sent(connection.output().size());
    for (Bytes rest = row.bytes; !rest.empty() && !connection.error();) {
        const auto taken = connection.feed(rest.first(std::min(step, rest.size())));
        if (!taken) break;
        rest = rest.subspan(*taken);
    }
    expect_poisoned(connection, row.refusal);
    ByteVector expected;
    if (const auto description = alert_of(*connection.error()))
        expected = {2, static_cast<std::uint8_t>(*description)};
    EXPECT_EQ(alert_in(connection.output()), expected);
    connection.output_sent(connection.output().size());
    EXPECT_TRUE(connection.output().empty());
}

class FirstBytes : public ::testing::TestWithParam<Row> {};
class FirstBytesForServer : public ::testing::TestWithParam<Row> {};
class FirstBytesForClient : public ::testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(All, FirstBytes, ::testing::ValuesIn(first_bytes), name_of_row);
INSTANTIATE_TEST_SUITE_P(All, FirstBytesForServer, ::testing::ValuesIn(first_bytes_for_a_server),
                         name_of_row);
INSTANTIATE_TEST_SUITE_P(All, FirstBytesForClient, ::testing::ValuesIn(first_bytes_for_a_client),
                         name_of_row);

constexpr std::size_t steps[] = {SIZE_MAX, 1};

TEST_P(FirstBytes, are_refused_by_both_sides) {
    for (const std::size_t step : steps) {
        Pair pair{PairConfig()};
        expect_refused(pair.client, GetParam(), step);
        expect_refused(pair.server, GetParam(), step);
    }
}
TEST_P(FirstBytesForServer, are_refused) {
    for (const std::size_t step : steps) {
        Pair pair{PairConfig()};
        expect_refused(pair.server, GetParam(), step);
    }
}
TEST_P(FirstBytesForClient, are_refused) {
    for (const std::size_t step : steps) {
        Pair pair{PairConfig()};
        expect_refused(pair.client, GetParam(), step);
    }
}

// ---------------------------------------------------------------- between connected peers

// Both sides in turn as the one that misbehaves.
template <class Misbehave> void expect_refused_when_connected(Misbehave misbehave, ErrorCode refusal) {
    for (const Role role : {Role::client, Role::server}) {
        SCOPED_TRACE(role == Role::client ? "the client misbehaves" : "the server misbehaves");
        Pair pair{PairConfig()};
        ASSERT_TRUE(pair.connect());
        Connection& bad = role == Role::client ? pair.client : pair.server;
        Connection& good = role == Role::client ? pair.server : pair.client;
        misbehave(bad, good);
        pair.pump();
        expect_poisoned(good, refusal);
        const auto description = alert_of(*good.error());
        if (!description) continue;
        expect_poisoned(bad, ErrorCode::alert_received);
        EXPECT_EQ(bad.error()->detail, static_cast<std::uint16_t>(*description));
    }
}

ByteVector take_output(Connection& connection) {
    const Bytes output = connection.output();
    ByteVector bytes(output.begin(), output.end());
    connection.output_sent(bytes.size());
    return bytes;
}

// Sends handshake bytes under the present keys.
auto sending(ByteVector message) {
    return [=](Connection& bad, Connection&) { Access::core(bad).sending().queue_handshake(message); };
}
// Feeds bytes as if they came from the other side.
auto injecting(ByteVector bytes) {
    return [=](Connection&, Connection& good) { EXPECT_FALSE(good.feed(bytes)); };
}

TEST(RefusedWhenConnected, messages_of_the_handshake) {
    for (const std::uint8_t type : ByteVector{1, 2, 5, 8, 11, 13, 15, 20, 99}) {
        SCOPED_TRACE("message type " + std::to_string(type));
        expect_refused_when_connected(sending({type, 0, 0, 1, 0}), ErrorCode::unexpected_message);
    }
    expect_refused_when_connected(sending({0, 0, 0, 0}), ErrorCode::unexpected_message); // HelloRequest
}

TEST(RefusedWhenConnected, key_updates_that_are_malformed) {
    expect_refused_when_connected(sending({24, 0, 0, 1, 2}), ErrorCode::bad_key_update);
    expect_refused_when_connected(sending({24, 0, 0, 0}), ErrorCode::truncated);
    expect_refused_when_connected(sending({24, 0, 0, 2, 0, 0}), ErrorCode::message_too_long);
}

TEST(RefusedWhenConnected, handshake_bytes_behind_a_key_update) {
    const ByteVector update{24, 0, 0, 1, 0};
    expect_refused_when_connected(sending(update + update), ErrorCode::handshake_across_key_change);
    expect_refused_when_connected(sending(update + ByteVector{24}), ErrorCode::handshake_across_key_change);
}

TEST(RefusedWhenConnected, data_within_a_message) {
    expect_refused_when_connected(
        [](Connection& bad, Connection&) {
            Access::core(bad).sending().queue_handshake(ByteVector{24, 0, 0});
            EXPECT_TRUE(bad.write(as_bytes("in between")));
        },
        ErrorCode::interleaved_handshake);
    expect_refused_when_connected(
        [](Connection& bad, Connection&) {
            Access::core(bad).sending().queue_handshake(ByteVector{24, 0, 0});
            EXPECT_TRUE(bad.close());
        },
        ErrorCode::interleaved_handshake);
}

TEST(RefusedWhenConnected, records_without_protection) {
    for (const std::uint8_t type : ByteVector{handshake_type, alert}) {
        const ByteVector fragment{2, 40};
        expect_refused_when_connected(injecting(record(type, fragment)), ErrorCode::record_not_protected);
    }
    expect_refused_when_connected(injecting(record(ccs, {1})), ErrorCode::unexpected_change_cipher_spec);
    expect_refused_when_connected(injecting(record(heartbeat, {1})), ErrorCode::unknown_content_type);
    expect_refused_when_connected(injecting({23, 3, 3, 0x41, 1}), ErrorCode::record_overflow);
    expect_refused_when_connected(injecting(record(data, ByteVector(16, 0))), ErrorCode::bad_record_mac);
    expect_refused_when_connected(injecting(record(data, {})), ErrorCode::bad_record_mac);
}

TEST(RefusedWhenConnected, data_that_was_changed_repeated_or_taken_out) {
    const auto refuses = [](auto change) {
        expect_refused_when_connected(
            [&](Connection& bad, Connection& good) {
                EXPECT_TRUE(bad.write(as_bytes("one")));
                const ByteVector one = take_output(bad);
                EXPECT_TRUE(bad.write(as_bytes("two")));
                const ByteVector two = take_output(bad);
                for (const ByteVector& bytes : change(one, two)) {
                    if (!good.feed(bytes)) break;
                    EXPECT_NE(read_all(good), "two");
                }
            },
            ErrorCode::bad_record_mac);
    };
    using Records = std::vector<ByteVector>;
    refuses([](ByteVector one, const ByteVector& two) {
        one.back() ^= 1;
        return Records{one, two};
    });
    refuses([](ByteVector one, const ByteVector& two) {
        one[5] ^= 1;
        return Records{one, two};
    });
    refuses([](const ByteVector& one, const ByteVector&) { return Records{one, one}; });
    refuses([](const ByteVector&, const ByteVector& two) { return Records{two}; });
}

TEST(RefusedWhenConnected, an_alert_of_unknown_level) {
    // Alerts are made by the engine alone: this one is a change_cipher_spec's neighbour in the clear, before
    // the peer has proven that it has keys.
    Pair pair{PairConfig()};
    deliver(pair.client, pair.server);
    EXPECT_EQ(pair.server.feed(record(alert, {3, 40})).error().code, ErrorCode::bad_alert_level);
}

// A server that has sent its flight hears from a client that could not follow it, in the clear.
TEST(RefusedWhenConnected, an_alert_in_the_clear_counts_until_the_peer_has_used_its_keys) {
    Pair pair{PairConfig()};
    deliver(pair.client, pair.server);
    EXPECT_EQ(pair.server.feed(record(alert, {2, 40})).error(), (Error{ErrorCode::alert_received, 40}));
    expect_poisoned(pair.server, ErrorCode::alert_received);
}

// ---------------------------------------------------------------- floods

// `send` draws one unit of the receiver's budget each time.
template <class Send> void expect_budget(Send send) {
    for (const Role role : {Role::client, Role::server}) {
        Pair pair{PairConfig()};
        ASSERT_TRUE(pair.connect());
        Connection& bad = role == Role::client ? pair.client : pair.server;
        Connection& good = role == Role::client ? pair.server : pair.client;
        // What the handshake itself has cost, a change_cipher_spec in its midst, is not given back by time.
        const std::uint32_t left = ProgressBudget::capacity - 1;
        for (std::uint32_t i = 0; i < left; ++i) {
            send(bad);
            deliver(bad, good);
            EXPECT_EQ(read_all(good).size(), 0u);
        }
        EXPECT_FALSE(good.error());
        send(bad);
        pair.pump();
        expect_poisoned(good, ErrorCode::no_progress);
        expect_poisoned(bad, ErrorCode::alert_received);
    }
}

TEST(Flood, of_key_updates) {
    expect_budget([](Connection& bad) { ASSERT_TRUE(bad.update_keys(KeyUpdateScope::ours)); });
}

TEST(Flood, of_empty_records) {
    expect_budget([](Connection& bad) {
        ASSERT_TRUE(bad.reserve(1));
        ASSERT_TRUE(bad.commit(0));
    });
}

TEST(Flood, of_change_cipher_specs_before_the_servers_answer) {
    Pair pair{PairConfig()};
    for (std::uint32_t i = 0; i < ProgressBudget::capacity; ++i)
        ASSERT_TRUE(pair.client.feed(record(ccs, {1})));
    EXPECT_FALSE(pair.client.feed(record(ccs, {1})));
    expect_poisoned(pair.client, ErrorCode::no_progress);
}

TEST(Flood, of_cancellations_without_a_closure) {
    Pair pair{PairConfig()};
    for (std::uint32_t i = 0; i < ProgressBudget::capacity; ++i)
        ASSERT_TRUE(pair.client.feed(record(alert, {1, 90})));
    EXPECT_FALSE(pair.client.feed(record(alert, {1, 90})));
    expect_poisoned(pair.client, ErrorCode::no_progress);
}

TEST(Flood, single_bytes_in_between_do_not_help) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    std::size_t rounds = 0;
    for (; rounds < 2 * ProgressBudget::capacity && !pair.server.error(); ++rounds) {
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::ours));
        pair.carry(pair.client, pair.server, "x");
    }
    EXPECT_EQ(rounds, ProgressBudget::capacity);
    expect_poisoned(pair.server, ErrorCode::no_progress);
}

TEST(Flood, is_none_where_data_flows) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    const std::string much(ProgressBudget::bytes_per_unit, 'x');
    for (std::size_t i = 0; i < 3 * ProgressBudget::capacity; ++i) {
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::ours));
        ASSERT_EQ(pair.carry(pair.client, pair.server, much), much);
    }
}

} // namespace
} // namespace pavise::testing
