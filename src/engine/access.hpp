// What the testing library and the facade (for its message callback) may do that applications may not: hooks.
#pragma once

#include "engine/connection_core.hpp"

#include <pavise/quic.hpp>

namespace pavise::testing {

class Access {
  public:
    static Result<Connection> client(std::shared_ptr<const ClientConfig> config, const ClientOptions& options,
                                     const engine::Hooks& hooks);
    static Result<Connection> server(std::shared_ptr<const ServerConfig> config, const engine::Hooks& hooks);
    static Result<QuicHandshake> quic_client(std::shared_ptr<const ClientConfig> config,
                                             const ClientOptions& options, Bytes transport_parameters,
                                             const engine::Hooks& hooks);
    static Result<QuicHandshake> quic_server(std::shared_ptr<const ServerConfig> config,
                                             Bytes transport_parameters, const engine::Hooks& hooks);
    static engine::ConnectionCore& core(Connection& connection) { return *connection.core_; }
};

} // namespace pavise::testing
