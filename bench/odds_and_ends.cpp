// A ClientHello read, data in the first flight, and an echo over sockets.
#include "conversation.hpp"
#include "identities.hpp"
#include "scenarios.hpp"

#include "messages/client_hello.hpp"
#include "messages/extension_table.hpp"
#include "messages/message.hpp"

#include <pavise/engine.hpp>

namespace pavise::bench {

namespace {

template <class T> T must(Result<T> result) {
    if (!result) give_up(describe(result.error()));
    return *std::move(result);
}

TrustStore trust() {
    return must(TrustStore::from_memory(as_bytes(server_identity(KeyKind::p256).root_pem)));
}

// ---- a ClientHello as our own client sends it

ByteVector own_client_hello() {
    constexpr std::size_t record_header_size = 5;
    ClientConfig config;
    config.trust = trust();
    Connection client =
        must(Connection::client(std::make_shared<const ClientConfig>(config), {.server_name = host}));
    const Bytes output = client.output();
    return {output.begin() + record_header_size, output.end()};
}

Contestant parses_hello() {
    return {"pavise", [message = own_client_hello()] {
                constexpr std::size_t hellos_in_a_turn = 100;
                return typical_of(hellos_in_a_turn, [&]() -> Taken {
                    return {seconds_of([&] {
                        const auto hello = messages::parse_body<messages::ClientHello>(
                            Bytes(message).subspan(messages::handshake_header_size));
                        if (!hello ||
                            !messages::check_allowed(hello->extensions, messages::MessageKind::client_hello))
                            give_up("a ClientHello was refused");
                    })};
                });
            }};
}

// ---- early data (RFC 8446 §2.3): from nothing to a byte that the server can use

struct EarlyConfigs {
    std::shared_ptr<const ClientConfig> client;
    std::shared_ptr<const ServerConfig> server;
};

EarlyConfigs early_configs() {
    ClientConfig client;
    client.trust = trust();
    client.groups = {NamedGroup::x25519};
    ServerConfig server;
    const Identity& identity = server_identity(KeyKind::p256);
    server.credentials = {must(Credential::load(as_bytes(identity.chain_pem), as_bytes(identity.key_pem)))};
    server.ticket_keys = must(TicketKeys::generate());
    server.max_early_data = 1024;
    server.replay_register = make_replay_register();
    return {std::make_shared<const ClientConfig>(std::move(client)),
            std::make_shared<const ServerConfig>(std::move(server))};
}

void pass(Connection& from, Connection& to) {
    while (!from.output().empty()) from.output_sent(must(to.feed(from.output())));
}

Session first_session(const EarlyConfigs& configs) {
    Connection client = must(Connection::client(configs.client, {.server_name = host}));
    Connection server = must(Connection::server(configs.server));
    for (int round = 0; round < 3; ++round) {
        pass(client, server);
        pass(server, client);
    }
    const std::vector<Session> sessions = client.take_sessions();
    if (sessions.empty()) give_up("there is no session for early data");
    return sessions.back();
}

Contestant sends_early() {
    const EarlyConfigs configs = early_configs();
    const ClientOptions options{
        .server_name = host, .session = first_session(configs), .early_data = EarlyData::on};
    return {"pavise", [configs, options] {
                return typical_of(handshakes_in_a_turn, [&]() -> Taken {
                    return {seconds_of([&] {
                        Connection client = must(Connection::client(configs.client, options));
                        if (must(client.write(as_bytes("x"))) != 1) give_up("early data was not taken");
                        Connection server = must(Connection::server(configs.server));
                        pass(client, server);
                        if (server.data().size() != 1) give_up("early data did not arrive");
                    })};
                });
            }};
}

// ---- as applications use the libraries

Contestant echoes(const Library& library, std::size_t size) {
    const std::shared_ptr<Echo> pair = library.echo();
    return {library.name(), [pair, data = ByteVector(size, 'x')] {
                constexpr std::size_t echoes_in_a_turn = 32;
                return typical_of(echoes_in_a_turn,
                                  [&]() -> Taken { return {seconds_of([&] { pair->once(data); })}; });
            }};
}

} // namespace

void register_odds_and_ends() {
    register_scenario({"parse/ClientHello", {"each"}, [] { return std::vector{parses_hello()}; }});
    register_scenario({"first-byte/TLS1.3/early-data", {"both"}, [] { return std::vector{sends_early()}; }});
    for (const std::size_t size : {std::size_t{64}, std::size_t{16384}})
        register_scenario({"echo/TLS1.3/" + std::to_string(size), {"both"}, [size] {
                               std::vector<Contestant> all;
                               for (const auto& library : libraries())
                                   if (library->name() == "pavise" || library->name() == "openssl")
                                       all.push_back(echoes(*library, size));
                               return all;
                           }});
}

} // namespace pavise::bench
