// A client and a server of one library in one thread, and what each of them costs.
#pragma once

#include "library.hpp"

#include <chrono>
#include <optional>

namespace pavise::bench {

struct Seconds {
    double client = 0;
    double server = 0;
};

// Adds up what passes while it runs.
class Stopwatch {
    using Clock = std::chrono::steady_clock;
    double& total_;
    Clock::time_point start_ = Clock::now();

  public:
    explicit Stopwatch(double& total) : total_(total) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { total_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
};

// What stands around each call into one side: Stopwatch, or what counts allocations.
class Conversation {
    Wire to_server_;
    Wire to_client_;
    std::unique_ptr<Endpoint> client_;
    std::unique_ptr<Endpoint> server_;

  public:
    // Makes the wires' memory before anything is counted.
    void reserve(std::size_t size) {
        to_server_.reserve(size);
        to_client_.reserve(size);
    }
    Endpoint& client() { return *client_; }
    Endpoint& server() { return *server_; }

    // The whole handshake with its beginning: `on_client` and `on_server` are called with what each side
    // does.
    template <class OnClient, class OnServer>
    void shake_hands(Context& context, OnClient on_client, OnServer on_server) {
        on_client([&] { client_ = context.client(to_client_, to_server_); });
        on_server([&] { server_ = context.server(to_server_, to_client_); });
        constexpr int most_rounds = 10;
        bool client_done = false, server_done = false;
        int round = 0;
        while (!client_done || !server_done) {
            if (round++ == most_rounds) give_up("a handshake stands still");
            if (!client_done) on_client([&] { client_done = client_->handshake(); });
            if (!server_done) on_server([&] { server_done = server_->handshake(); });
        }
        on_client([&] { client_->settle(); });
        on_server([&] { server_->settle(); });
    }
    Seconds shake_hands(Context& context) {
        Seconds spent;
        shake_hands(
            context,
            [&](auto step) {
                const Stopwatch watch(spent.client);
                step();
            },
            [&](auto step) {
                const Stopwatch watch(spent.server);
                step();
            });
        return spent;
    }
    void end_client() { client_.reset(); }
    void end_server() { server_.reset(); }
    // The end belongs to a handshake's costs.
    Seconds end() {
        Seconds spent;
        {
            const Stopwatch watch(spent.client);
            client_.reset();
        }
        const Stopwatch watch(spent.server);
        server_.reset();
        return spent;
    }
};

} // namespace pavise::bench
