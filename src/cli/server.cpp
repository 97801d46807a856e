#include "cli/server.hpp"

#include "net/failure.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/signalfd.h>

namespace pavise::cli {

namespace {

constexpr std::uint64_t listener_token = 0;
constexpr std::uint64_t signals_token = 1;
constexpr std::uint64_t first_client_token = 2;

// How many connections are accepted before those that are there get their turn again.
constexpr int accepted_at_once = 64;
// Accepting fails when descriptors or memory have run out. Clients that leave set some free.
constexpr std::chrono::milliseconds accept_pause{200};

Problem no_loop(Error error) {
    return {Exit::connection, net::explain(error, "the event loop")};
}

Result<net::Descriptor> open_signals(const ServerOptions& options) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    struct sigaction hangup{};
    ::sigaction(SIGHUP, nullptr, &hangup);
    // Whoever ignores it on purpose (nohup) goes on ignoring it, unless it does something.
    if (options.on_hangup || hangup.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);
    const int problem = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    if (problem != 0) return fail(ErrorCode::poll_failed, static_cast<std::uint16_t>(problem));
    net::Descriptor descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor) return net::fail_with_errno(ErrorCode::poll_failed);
    return descriptor;
}

} // namespace

Server::Server(net::Listener listener, net::Poller poller, net::Descriptor signals, ConfigByName configs,
               const ServerOptions& options) :
    listener_(std::move(listener)),
    poller_(std::move(poller)),
    signals_(std::move(signals)),
    configs_(std::make_unique<const ConfigByName>(std::move(configs))),
    options_(options),
    next_token_(first_client_token) {}

Outcome<Server> Server::open(net::Listener listener, ConfigByName configs, const ServerOptions& options) {
    auto poller = net::Poller::create();
    if (!poller) return no_loop(poller.error());
    auto signals = open_signals(options);
    if (!signals) return no_loop(signals.error());
    for (const auto& [fd, token] :
         {std::pair{listener.fd(), listener_token}, {signals->get(), signals_token}}) {
        const Status added = poller->add(fd, net::Interest::read, token);
        if (!added) return no_loop(added.error());
    }
    return Server(std::move(listener), *std::move(poller), *std::move(signals), std::move(configs), options);
}

void Server::log(std::string_view text) const {
    if (options_.verbosity == Verbosity::quiet || text.empty()) return;
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void Server::accept_clients() {
    for (int i = 0; i < accepted_at_once; ++i) {
        auto accepted = listener_.try_accept();
        if (accepted && !*accepted) return;
        const Status welcomed =
            accepted ? welcome(**std::move(accepted)) : Status(Unexpected(accepted.error()));
        if (welcomed) continue;
        log(net::explain(welcomed.error(), "a new connection") + "\n");
        (void)poller_.change(listener_.fd(), net::Interest::none, listener_token);
        accept_again_ = net::Deadline::after(accept_pause);
        return;
    }
}

Status Server::welcome(net::Accepted accepted) {
    auto connection = Connection::server(configs_->first());
    if (!connection) return Unexpected(connection.error());
    Session session(*std::move(connection), std::move(accepted.socket), net::to_text(accepted.peer),
                    *configs_, {options_.service, options_.conduct, options_.patience, options_.starttls});
    const std::uint64_t token = next_token_++;
    const net::Interest interest = session.interest();
    const Status added = poller_.add(session.fd(), interest, token);
    if (!added) return added;
    const net::Deadline deadline = session.deadline();
    clients_.emplace(token, Client{std::move(session), interest, deadline});
    deadlines_.emplace(deadline, token);
    return {};
}

void Server::attend(std::uint64_t token) {
    const auto client = clients_.find(token);
    if (client == clients_.end()) return;
    client->second.session.advance();
    settle(client);
}

// Brings the watch and the timetable in line with what the session wants now.
void Server::settle(std::map<std::uint64_t, Client>::iterator client) {
    auto& [token, entry] = *client;
    log(entry.session.take_report());
    const net::Interest interest = entry.session.interest();
    bool watched = true;
    if (!entry.session.finished() && interest != entry.interest)
        watched = poller_.change(entry.session.fd(), interest, token).has_value();
    deadlines_.erase({entry.deadline, token});
    if (entry.session.finished() || !watched) {
        clients_.erase(client);
        return;
    }
    entry.interest = interest;
    entry.deadline = entry.session.deadline();
    deadlines_.emplace(entry.deadline, token);
}

void Server::attend_overdue() {
    while (!deadlines_.empty() && deadlines_.begin()->first.passed()) attend(deadlines_.begin()->second);
    if (!accept_again_.passed()) return;
    accept_again_ = net::Deadline::never();
    if (!stopping_) (void)poller_.change(listener_.fd(), net::Interest::read, listener_token);
}

void Server::take_signal() {
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return;
    if (signal.ssi_signo == SIGHUP && options_.on_hangup)
        log(options_.on_hangup() + "\n");
    else
        stop();
}

void Server::stop() {
    if (stopping_) {
        clients_.clear();
        deadlines_.clear();
        return;
    }
    stopping_ = true;
    listener_.close();
    for (auto client = clients_.begin(); client != clients_.end();) {
        const auto next = std::next(client);
        client->second.session.shut_down();
        settle(client);
        client = next;
    }
}

net::Deadline Server::next_deadline() const {
    return deadlines_.empty() ? accept_again_ : std::min(accept_again_, deadlines_.begin()->first);
}

Outcome<Exit> Server::run() {
    while (!stopping_ || !clients_.empty()) {
        const auto count = poller_.wait(next_deadline(), [this](const net::Poller::Event& event) {
            if (event.token == listener_token) {
                if (!stopping_) accept_clients();
            } else if (event.token == signals_token) {
                take_signal();
            } else {
                attend(event.token);
            }
        });
        if (!count) return no_loop(count.error());
        attend_overdue();
    }
    return Exit::ok;
}

} // namespace pavise::cli
