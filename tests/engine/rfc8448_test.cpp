// RFC 8448 end to end: each side in turn is a Connection, whose every record is compared with
// the trace's, while the other side's records come from the trace.
#include "engine/rfc8448_side.hpp"
#include "schedule/key_log.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pavise::testing {
namespace {

using vectors::rfc8448::Record;

struct Case {
    const char* name;
    const Trace& trace;
    friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};
const Case cases[] = {{"section_3", vectors::rfc8448::simple_1rtt},
                      {"section_4", vectors::rfc8448::resumed_0rtt},
                      {"section_5", vectors::rfc8448::hello_retry_request},
                      {"section_6", vectors::rfc8448::client_authentication},
                      {"section_7", vectors::rfc8448::compatibility_mode}};

class Rfc8448 : public ::testing::TestWithParam<Case> {
  protected:
    const Trace& trace = GetParam().trace;

    // What the application does once connected, in the order of the trace.
    std::vector<std::function<void(TraceSide&)>> actions(Role role) const {
        std::vector<std::function<void(TraceSide&)>> all;
        const std::string_view data =
            role == Role::client ? trace.client_application_data : trace.server_application_data;
        for (const std::string_view one : {role == Role::client ? trace.early_data : "", data})
            if (!one.empty())
                all.emplace_back([one](TraceSide& side) {
                    const ByteVector bytes = from_hex(one);
                    EXPECT_EQ(*side.connection().write(bytes), bytes.size());
                });
        all.emplace_back([](TraceSide& side) { EXPECT_TRUE(side.connection().close()); });
        return all;
    }

    // A trace that resumes begins with what the first one left.
    Resumption before(Role role) const {
        if (trace.psk.empty()) return {};
        TraceSide first(vectors::rfc8448::simple_1rtt, role);
        for (const Record& record : vectors::rfc8448::simple_1rtt.records)
            if (!is_ours(record, role)) {
                EXPECT_TRUE(first.feed(from_hex(record.bytes)));
            }
        return first.resumption();
    }

    void play(TraceSide& side, Role role, std::size_t step) const {
        Connection& connection = side.connection();
        const auto todo = actions(role);
        std::size_t done = 0;
        for (const Record& record : trace.records) {
            const ByteVector bytes = from_hex(record.bytes);
            if (is_ours(record, role)) {
                if (connection.output().empty() && done < todo.size()) todo[done++](side);
                const Bytes output = connection.output();
                const std::size_t count = std::min(output.size(), bytes.size());
                ASSERT_EQ(to_hex(output.first(count)), record.bytes);
                connection.output_sent(count);
                continue;
            }
            for (Bytes rest = bytes; !rest.empty();) {
                const std::size_t count = std::min(step, rest.size());
                const Status fed = side.feed(rest.first(count));
                ASSERT_TRUE(fed) << describe(fed.error());
                rest = rest.subspan(count);
            }
        }
        EXPECT_EQ(done, todo.size());
        EXPECT_TRUE(connection.output().empty());
        EXPECT_TRUE(connection.closed());
        EXPECT_FALSE(connection.error());
    }

    void expect_outcome(const TraceSide& side, const Connection& connection, Role role) const {
        EXPECT_EQ(to_hex(side.received()),
                  role == Role::client
                      ? std::string(trace.server_application_data)
                      : std::string(trace.early_data) + std::string(trace.client_application_data));
        const Negotiated& negotiated = connection.negotiated();
        EXPECT_EQ(negotiated.cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
        EXPECT_EQ(negotiated.group, trace.group);
        EXPECT_EQ(negotiated.server_name, "server");
        EXPECT_EQ(negotiated.hello_retry, !trace.hello_retry_request.empty());
        EXPECT_EQ(negotiated.resumed, !trace.psk.empty());
        EXPECT_EQ(negotiated.early_data,
                  trace.early_data.empty() ? EarlyDataStatus::not_offered : EarlyDataStatus::accepted);
        EXPECT_EQ(negotiated.local_signature.has_value(),
                  !(role == Role::client ? trace.client_certificate : trace.server_certificate).empty());
        namespace label = schedule::key_log_label;
        const std::map<std::string_view, std::string_view> expected{
            {label::client_early_traffic_secret, trace.client_early_traffic_secret},
            {label::client_handshake_traffic_secret, trace.client_handshake_traffic_secret},
            {label::server_handshake_traffic_secret, trace.server_handshake_traffic_secret},
            {label::client_application_traffic_secret_0, trace.client_application_traffic_secret},
            {label::server_application_traffic_secret_0, trace.server_application_traffic_secret},
            {label::exporter_master_secret, trace.exporter_master_secret}};
        EXPECT_EQ(side.tap().secrets.size(), expected.size() - (trace.psk.empty() ? 1u : 0u));
        for (const auto& [name, secret] : side.tap().secrets) EXPECT_EQ(secret, expected.at(name)) << name;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Rfc8448, ::testing::ValuesIn(cases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(Rfc8448, every_record_of_the_client) {
    TraceSide client(trace, Role::client, before(Role::client));
    play(client, Role::client, SIZE_MAX);
    expect_outcome(client, client.connection(), Role::client);
}

TEST_P(Rfc8448, every_record_of_the_server) {
    TraceSide server(trace, Role::server, before(Role::server));
    play(server, Role::server, SIZE_MAX);
    expect_outcome(server, server.connection(), Role::server);
}

TEST_P(Rfc8448, every_record_when_the_peers_bytes_come_one_by_one) {
    for (const Role role : {Role::client, Role::server}) {
        TraceSide side(trace, role, before(role));
        play(side, role, 1);
        expect_outcome(side, side.connection(), role);
    }
}

} // namespace
} // namespace pavise::testing
