// Mistakes in what connections share and keep: caches without a bound, keys of tickets that do not change,
// configs that change underneath, values that are handed out too early.
#include "regress/support.hpp"

#include "support/pair.hpp"

#include <thread>

namespace pavise::testing {
namespace {

// Five sessions of one connection.
std::vector<Session> some_sessions() {
    ClientUnderTest test;
    test.peer.connect();
    for (std::uint8_t i = 0; i < 5; ++i) {
        peer::NewSessionTicketDraft ticket;
        ticket.ticket_nonce = {i};
        ticket.ticket = ByteVector(32, i);
        test.peer.send_ticket(ticket);
    }
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    return test.connection.take_sessions();
}

// ---------------------------------------------------------------- caches without a bound
// OpenSSL CVE-2024-2511: sessions of TLS 1.3 were added to a cache and never left it.

constexpr Timestamp tomorrow = test_time + std::chrono::days(1);

ByteVector id_of(std::uint32_t number) {
    return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
            static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

TEST(UnboundedSessionCache, server_keeps_no_more_sessions_than_its_capacity) {
    constexpr std::size_t capacity = 64;
    constexpr std::uint32_t connections = 10'000;
    const auto store = make_session_store(capacity);
    const ByteVector state(100, 7);
    for (std::uint32_t i = 0; i < connections; ++i) store->put(id_of(i), state, tomorrow);
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < connections; ++i) kept += store->get(id_of(i), test_time) ? 1u : 0u;
    EXPECT_EQ(kept, capacity);
    EXPECT_TRUE(store->get(id_of(connections - 1), test_time)); // the newest stay
}

TEST(UnboundedSessionCache, client_keeps_no_more_servers_and_sessions_than_its_capacity) {
    const auto sessions = some_sessions();
    ASSERT_EQ(sessions.size(), 5u);
    const auto cache = make_session_cache(4, 2);
    for (int server = 0; server < 5; ++server)
        for (const Session& session : sessions) cache->put("server" + std::to_string(server), session);
    EXPECT_FALSE(cache->take("server0", test_time)); // used longest ago
    for (int server = 1; server < 5; ++server) {
        int kept = 0;
        while (cache->take("server" + std::to_string(server), test_time)) ++kept;
        EXPECT_EQ(kept, 2) << server;
    }
}

// A server that sends tickets for as long as the connection lasts, to an application that never asks.
TEST(UnboundedSessionCache, connection_keeps_no_more_sessions_than_a_few) {
    ClientUnderTest test;
    expect_connected(test);
    for (int i = 0; i < 60; ++i) test.peer.send_ticket();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_EQ(test.connection.take_sessions().size(), 16u);
}

// A register that forgets to make room would let early data in twice (RFC 8446 §8.2): it refuses instead.
TEST(UnboundedReplayRegister, takes_no_more_tokens_than_its_capacity) {
    constexpr std::size_t capacity = 64;
    const auto seen = make_replay_register(capacity);
    std::uint32_t number = 0;
    std::size_t taken = 0;
    for (; number < 10'000; ++number) taken += seen->first_use(id_of(number), test_time, tomorrow) ? 1u : 0u;
    EXPECT_EQ(taken, capacity);
    for (std::uint32_t i = 0; i < number; ++i) EXPECT_FALSE(seen->first_use(id_of(i), test_time, tomorrow));
    EXPECT_TRUE(seen->first_use(id_of(0), tomorrow, tomorrow + Milliseconds(1))); // the window is past
}

// ---------------------------------------------------------------- ticket keys
// GnuTLS CVE-2020-13777: keys that all servers had alike. Two that were made by themselves share nothing, so
// that a ticket of one context says nothing in another.

TEST(ReusedTicketKey, two_servers_do_not_open_each_others_tickets) {
    SeededRng rng(1);
    FixedClock clock;
    PairConfig config;
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    Pair first(config);
    ASSERT_TRUE(first.connect());
    const auto sessions = first.client.take_sessions();
    ASSERT_FALSE(sessions.empty());
    config.session = sessions.back();
    Pair same(config);
    ASSERT_TRUE(same.connect());
    EXPECT_TRUE(same.server.negotiated().resumed);

    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    Pair other(config);
    ASSERT_TRUE(other.connect());
    EXPECT_FALSE(other.server.negotiated().resumed);
}

// ---------------------------------------------------------------- configs that change underneath
// CPython #134698, Go CVE-2025-68121: a context was changed, or copied with its keys, while connections used
// it. Ours cannot be changed; what in it can (ticket keys, caches) is made for many threads. Under
// ThreadSanitizer this test finds more than it says.

void connect_and_resume(const std::shared_ptr<const ClientConfig>& client_config,
                        const std::shared_ptr<const ServerConfig>& server_config, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        auto client = Connection::client(client_config, {.server_name = std::string(server_name)});
        auto server = Connection::server(server_config);
        ASSERT_TRUE(client && server);
        while (deliver(*client, *server) + deliver(*server, *client) > 0) {
        }
        ASSERT_TRUE(client->handshake_complete() && server->handshake_complete());
        ASSERT_TRUE(client->write(as_bytes("hello")));
        deliver(*client, *server);
        EXPECT_EQ(read_all(*server), "hello");
    }
}

TEST(SharedConfig, serves_many_threads_while_its_ticket_keys_change) {
    FixedClock clock;
    PairConfig config;
    TicketKeys keys = *TicketKeys::generate(system_rng(), clock);
    config.server.ticket_keys = keys;
    config.client.sessions = make_session_cache();
    config.client.rng = config.server.rng = &system_rng();
    config.client.clock = config.server.clock = &clock;
    const auto client = std::make_shared<const ClientConfig>(config.client);
    const auto server = std::make_shared<const ServerConfig>(config.server);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { connect_and_resume(client, server, 4); });
    for (std::uint8_t i = 1; i < 100; ++i) {
        TicketKeys::Key key{};
        key.name.fill(i);
        key.secret.fill(i);
        EXPECT_TRUE(keys.set({&key, 1}, test_time));
        std::this_thread::yield();
    }
    for (std::thread& thread : threads) thread.join();
}

// ---------------------------------------------------------------- values that are handed out too early
// CPython #95341, quiche #2577: a channel binding or exported key of a handshake whose peer is not known yet
// (RFC 9266 §4.2; RFC 8446 §7.5).

template <class Test> void expect_nothing_exported(Test& test) {
    ByteVector key(32);
    EXPECT_EQ(test.connection.export_keying_material("label", {}, key).error().code,
              ErrorCode::handshake_not_done);
    EXPECT_EQ(key, ByteVector(32));
    for (const std::string_view type : {"tls-exporter", "tls-server-end-point", "tls-unique"})
        EXPECT_FALSE(test.connection.channel_binding(type)) << type;
}

TEST(EarlyExporter, client_exports_nothing_before_the_servers_finished) {
    ClientUnderTest test;
    expect_nothing_exported(test);
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send_certificate_verify();
    expect_nothing_exported(test);
    test.peer.send_finished();
    EXPECT_TRUE(test.connection.channel_binding("tls-exporter"));
}

TEST(EarlyExporter, server_exports_nothing_before_the_clients_finished) {
    auto config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    ServerUnderTest test(config);
    expect_nothing_exported(test);
    test.peer.send_client_hello();
    test.peer.expect_flight(); // its own keys are there, and its own Finished is sent
    expect_nothing_exported(test);
    test.peer.send_second_flight();
    EXPECT_TRUE(test.connection.channel_binding("tls-exporter"));
}

TEST(EarlyExporter, tls_unique_does_not_exist_in_tls_1_3) {
    ClientUnderTest client;
    expect_connected(client);
    EXPECT_EQ(client.connection.channel_binding("tls-unique").error().code, ErrorCode::no_channel_binding);
    ServerUnderTest server;
    expect_connected(server);
    EXPECT_EQ(server.connection.channel_binding("tls-unique").error().code, ErrorCode::no_channel_binding);
}

} // namespace
} // namespace pavise::testing
