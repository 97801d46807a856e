// Targets in this process: Pavise's own server, or client, behind a Link, with an application that answers.
#pragma once

#include "conform/target.hpp"
#include "peer/connection_link.hpp"
#include "support/credentials.hpp"
#include "support/environment.hpp"

#include <pavise/testing/connection.hpp>

#include <utility>

namespace pavise::testing {

// What a test changes in a target.
class TargetHook : public Tap {
  public:
    // Bytes as the target has sent them.
    virtual void change_sent(ByteVector& /*bytes*/) {}
};

// A connection and the application above it: a server answers what it hears, a client speaks first; both
// close when the other side does.
class LocalLink final : public peer::Link {
    Connection connection_;
    peer::ConnectionLink link_;
    TargetHook* hook_;
    std::size_t answered_ = 0;
    bool spoke_ = false;
    bool spoke_early_ = false;

  public:
    LocalLink(Connection connection, TargetHook* hook) :
        connection_(std::move(connection)),
        link_(connection_),
        hook_(hook) {}
    void send(Bytes bytes) override {
        link_.send(bytes);
        act();
    }
    ByteVector receive() override {
        act();
        ByteVector bytes = link_.receive();
        if (hook_ != nullptr && !bytes.empty()) hook_->change_sent(bytes);
        return bytes;
    }
    bool is_over() const override { return connection_.closed() || connection_.error().has_value(); }

  private:
    void act() {
        if (connection_.role() == Role::client && connection_.early_data_room() > 0 &&
            !std::exchange(spoke_early_, true))
            (void)connection_.write(as_bytes("early\n"));
        if (!connection_.handshake_complete() || connection_.error()) return;
        const bool speaks = connection_.role() == Role::client ? !std::exchange(spoke_, true)
                                                               : link_.application_data().size() > answered_;
        answered_ = link_.application_data().size();
        if (speaks) (void)connection_.write(as_bytes("hello\n"));
        if (connection_.peer_closed() && !connection_.closed()) (void)connection_.close();
    }
};

class LocalTarget : public conform::Target {
  protected:
    Hooks hooks_;
    TargetHook* hook_ = nullptr;

    std::unique_ptr<peer::Link> link_of(Result<Connection> connection) {
        return connection ? std::make_unique<LocalLink>(*std::move(connection), hook_) : nullptr;
    }

  public:
    // Of the connections that are opened from now on. Not owned; nullptr: nothing is changed.
    void set_hook(TargetHook* hook) {
        hook_ = hook;
        hooks_.tap = hook;
    }
    std::string complaint() const override { return {}; }
};

class LocalServer final : public LocalTarget {
    std::shared_ptr<const ServerConfig> config_;

  public:
    explicit LocalServer(ServerConfig config) :
        config_(std::make_shared<const ServerConfig>(std::move(config))) {}
    std::unique_ptr<peer::Link> open() override { return link_of(server(config_, hooks_)); }
};

class LocalClient final : public LocalTarget {
    std::shared_ptr<const ClientConfig> config_;
    ClientOptions options_;

  public:
    LocalClient(ClientConfig config, ClientOptions options) :
        config_(std::make_shared<const ClientConfig>(std::move(config))),
        options_(std::move(options)) {}
    std::unique_ptr<peer::Link> open() override { return link_of(client(config_, options_, hooks_)); }
};

} // namespace pavise::testing
