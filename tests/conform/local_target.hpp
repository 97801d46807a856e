// Targets in this process: Pavise's own server, or client, behind a Link, with an application that answers.
#pragma once

#include "conform/target.hpp"
#include "peer/connection_link.hpp"
#include "support/credentials.hpp"
#include "support/environment.hpp"

#include <pavise/testing/connection.hpp>

namespace pavise::testing {

// A connection and the application above it: a server answers what it hears, a client speaks first; both
// close when the other side does.
class LocalLink final : public peer::Link {
    Connection connection_;
    peer::ConnectionLink link_;
    std::size_t answered_ = 0;
    bool spoke_ = false;

  public:
    explicit LocalLink(Connection connection) : connection_(std::move(connection)), link_(connection_) {}
    void send(Bytes bytes) override {
        link_.send(bytes);
        act();
    }
    ByteVector receive() override {
        act();
        return link_.receive();
    }
    bool is_over() const override { return connection_.closed() || connection_.error().has_value(); }

  private:
    void act() {
        if (!connection_.handshake_complete() || connection_.error()) return;
        const bool speaks = connection_.role() == Role::client ? !std::exchange(spoke_, true)
                                                               : link_.application_data().size() > answered_;
        answered_ = link_.application_data().size();
        if (speaks) (void)connection_.write(as_bytes("hello\n"));
        if (connection_.peer_closed() && !connection_.closed()) (void)connection_.close();
    }
};

class LocalServer final : public conform::Target {
    std::shared_ptr<const ServerConfig> config_;

  public:
    explicit LocalServer(ServerConfig config) :
        config_(std::make_shared<const ServerConfig>(std::move(config))) {}
    std::unique_ptr<peer::Link> open() override {
        auto connection = Connection::server(config_);
        return connection ? std::make_unique<LocalLink>(*std::move(connection)) : nullptr;
    }
    std::string complaint() const override { return {}; }
};

class LocalClient final : public conform::Target {
    std::shared_ptr<const ClientConfig> config_;
    ClientOptions options_;

  public:
    LocalClient(ClientConfig config, ClientOptions options) :
        config_(std::make_shared<const ClientConfig>(std::move(config))),
        options_(std::move(options)) {}
    std::unique_ptr<peer::Link> open() override {
        auto connection = Connection::client(config_, options_);
        return connection ? std::make_unique<LocalLink>(*std::move(connection)) : nullptr;
    }
    std::string complaint() const override { return {}; }
};

} // namespace pavise::testing
