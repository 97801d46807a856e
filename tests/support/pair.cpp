#include "support/pair.hpp"

#include "engine/access.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pavise::testing {

namespace {

Connection must(Result<Connection> made) {
    if (!made) {
        std::fprintf(stderr, "making a connection: %s\n", describe(made.error()).c_str());
        std::abort();
    }
    return *std::move(made);
}

std::shared_ptr<const ClientConfig> with(ClientConfig config, Rng& rng, Clock& clock) {
    config.rng = &rng;
    config.clock = &clock;
    return std::make_shared<const ClientConfig>(std::move(config));
}

std::shared_ptr<const ServerConfig> with(ServerConfig config, Rng& rng, Clock& clock) {
    config.rng = &rng;
    config.clock = &clock;
    return std::make_shared<const ServerConfig>(std::move(config));
}

} // namespace

PairConfig::PairConfig(crypto::KeyType server_key) {
    client.trust = trust_in(authority());
    server.credentials = {server_credential(server_key)};
    server.client_trust = trust_in(authority());
}

std::unique_ptr<Pair::World> Pair::make_world(PairConfig& config) {
    std::unique_ptr<World> world(
        new World{FixedClock(config.time), SeededRng(config.seed), SeededRng(~config.seed)});
    world->client_transcript = TranscriptFiles::before(config.client_hooks.tap, Role::client);
    world->server_transcript = TranscriptFiles::before(config.server_hooks.tap, Role::server);
    return world;
}

Pair::Pair(PairConfig config) :
    world_(make_world(config)),
    step_(config.step),
    client(must(Access::client(with(std::move(config.client), world_->client_rng, world_->clock),
                               {.server_name = config.name,
                                .session = config.session,
                                .early_data = config.early_data,
                                .ech_configs = config.ech_configs},
                               config.client_hooks))),
    server(must(Access::server(with(std::move(config.server), world_->server_rng, world_->clock),
                               config.server_hooks))) {}

std::string errors_of(const Pair& pair) {
    const auto words = [](const Connection& connection) {
        return connection.error() ? describe(*connection.error()) : "fine";
    };
    return "client: " + words(pair.client) + ", server: " + words(pair.server);
}

std::size_t deliver(Connection& from, Connection& to, Step step) {
    Bytes output = from.output();
    if (step != 0) output = output.first(std::min(step, output.size()));
    const auto taken = to.feed(output);
    // A failed connection takes nothing more; its peer's output goes nowhere.
    const std::size_t count = taken ? *taken : output.size();
    from.output_sent(count);
    return count;
}

void Pair::pump() {
    while (deliver(client, server, step_) + deliver(server, client, step_) > 0) {
    }
}

bool Pair::connect() {
    pump();
    return client.handshake_complete() && server.handshake_complete() && !client.error() && !server.error();
}

std::string read_all(Connection& connection) {
    std::string text;
    while (!connection.data().empty()) {
        text += as_text(connection.data());
        if (!connection.data_read(connection.data().size())) break;
    }
    return text;
}

std::string Pair::carry(Connection& from, Connection& to, std::string_view text) {
    std::string received;
    for (Bytes rest = as_bytes(text); !rest.empty();) {
        const auto taken = from.write(rest);
        if (!taken) break;
        rest = rest.subspan(*taken);
        while (deliver(from, to, step_) > 0) received += read_all(to);
    }
    while (deliver(from, to, step_) > 0) received += read_all(to);
    return received + read_all(to);
}

} // namespace pavise::testing
