// The event loop of `pavise serve`: one thread, any number of clients.
#pragma once

#include "cli/outcome.hpp"
#include "cli/session.hpp"
#include "net/listener.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace pavise::cli {

enum class Verbosity { quiet, lines };

struct ServerOptions {
    Service service = Service::http;
    Conduct conduct;
    Patience patience;
    std::string_view starttls{}; // the protocol that comes before TLS; empty: none
    Verbosity verbosity = Verbosity::lines;
    // What SIGHUP does, and what there is to say of it; none: it ends the server, unless it is ignored.
    std::function<std::string()> on_hangup{};
};

class Server {
    struct Client {
        Session session;
        net::Interest interest;
        net::Deadline deadline;
    };

    net::Listener listener_;
    net::Poller poller_;
    net::Descriptor signals_;
    std::unique_ptr<const ConfigByName> configs_; // sessions point to it
    ServerOptions options_;
    std::map<std::uint64_t, Client> clients_;
    std::set<std::pair<net::Deadline, std::uint64_t>> deadlines_; // of every client
    std::uint64_t next_token_;
    // Set while no connection is accepted because the last attempt failed (too many open files, say).
    net::Deadline accept_again_ = net::Deadline::never();
    bool stopping_ = false;

    Server(net::Listener listener, net::Poller poller, net::Descriptor signals, ConfigByName configs,
           const ServerOptions& options);
    void log(std::string_view text) const;
    void accept_clients();
    Status welcome(net::Accepted accepted);
    void attend(std::uint64_t token);
    void settle(std::map<std::uint64_t, Client>::iterator client);
    void attend_overdue();
    void take_signal();
    void stop();
    net::Deadline next_deadline() const;

  public:
    // Takes SIGINT, SIGTERM and SIGHUP of this thread for itself: call it before other threads are started.
    static Outcome<Server> open(net::Listener listener, ConfigByName configs, const ServerOptions& options);

    const net::Address& address() const noexcept { return listener_.address(); }
    // Serves until a signal ends it; then every client is told goodbye. A second signal ends it at once.
    Outcome<Exit> run();
};

} // namespace pavise::cli
