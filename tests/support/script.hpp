// A connection under test and the scripted peer that it talks to, one class for each role.
//
//     ClientUnderTest test;
//     test.peer.expect_client_hello();
//     test.peer.send_server_hello();
//     …
#pragma once

#include "peer/client.hpp"
#include "peer/connection_link.hpp"
#include "peer/server.hpp"
#include "support/credentials.hpp"
#include "support/environment.hpp"

#include <pavise/testing/connection.hpp>

namespace pavise::testing {

// The scripted peers speak TLS 1.3.
inline constexpr VersionRange scripted_versions{ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};

// What works with the scripted peers' defaults; tests change it.
ClientConfig scripted_client_config(Cryptography cryptography = Cryptography::real);
ServerConfig scripted_server_config(Cryptography cryptography = Cryptography::real);

struct ScriptHooks {
    Hooks hooks{};
    std::size_t step = 0; // bytes that reach the connection in one call; 0: all
    Session session{};    // client: to be resumed
    EarlyData early_data = EarlyData::off;
    ByteVector ech_configs{}; // client: what it knows of the server
};

class ClientUnderTest {
    FixedClock clock_;
    SeededRng rng_{1};
    SeededRng peer_rng_{2};

  public:
    std::shared_ptr<const ClientConfig> config;
    ScriptHooks how;
    Connection connection;
    peer::ConnectionLink link;
    peer::ScriptedServer peer;

    explicit ClientUnderTest(ClientConfig config = scripted_client_config(), const ScriptHooks& how = {});
    ClientUnderTest(ClientConfig config, peer::ServerScript script, const ScriptHooks& how = {});
    // With the config of another one, which lives on: its generator and clock too.
    ClientUnderTest(std::shared_ptr<const ClientConfig> config, peer::ServerScript script,
                    const ScriptHooks& how);
    ClientUnderTest(const ClientUnderTest&) = delete;
    ClientUnderTest& operator=(const ClientUnderTest&) = delete;
};

class ServerUnderTest {
    FixedClock clock_;
    SeededRng rng_{3};
    SeededRng peer_rng_{4};

  public:
    std::shared_ptr<const ServerConfig> config;
    ScriptHooks how;
    Connection connection;
    peer::ConnectionLink link;
    peer::ScriptedClient peer;

    explicit ServerUnderTest(ServerConfig config = scripted_server_config(), const ScriptHooks& how = {});
    ServerUnderTest(ServerConfig config, peer::ClientScript script, const ScriptHooks& how = {});
    ServerUnderTest(std::shared_ptr<const ServerConfig> config, peer::ClientScript script,
                    const ScriptHooks& how);
    ServerUnderTest(const ServerUnderTest&) = delete;
    ServerUnderTest& operator=(const ServerUnderTest&) = delete;
};

} // namespace pavise::testing
