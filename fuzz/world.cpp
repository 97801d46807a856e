#include "world.hpp"

namespace pavise::fuzz {

namespace {

using testing::Pair;
using testing::PairConfig;

TicketKeys ticket_keys() {
    static testing::SeededRng rng(7);
    static testing::FixedClock clock;
    static const TicketKeys keys = *TicketKeys::generate(rng, clock);
    return keys;
}

PairConfig common() {
    PairConfig config;
    config.client.alpn_protocols = {"h2", "http/1.1"};
    config.server.alpn_protocols = {"http/1.1"};
    config.client.grease = Grease::off; // the fuzzer makes its own
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.server.groups = config.client.groups;
    config.client.key_shares = 1;
    config.server.ticket_keys = ticket_keys();
    return config;
}

} // namespace

PairConfig world13() {
    PairConfig config = common();
    config.client.versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    config.server.max_early_data = 4096;
    config.server.replay_register = make_replay_register();
    return config;
}

PairConfig world12() {
    PairConfig config = common();
    config.client.versions = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
    return config;
}

Session session_in(const PairConfig& config) {
    Pair pair(config);
    pair.connect();
    auto sessions = pair.client.take_sessions();
    return sessions.empty() ? Session() : sessions.back();
}

Flights flights_in(const PairConfig& config) {
    Pair pair(config);
    Flights flights;
    const Bytes hello = pair.client.output();
    flights.client_hello.assign(hello.begin(), hello.end());
    (void)pair.server.feed(hello);
    const Bytes answer = pair.server.output();
    flights.server_flight.assign(answer.begin(), answer.end());
    return flights;
}

} // namespace pavise::fuzz
