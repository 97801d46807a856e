// The ways to the other side over TCP: a server that listens somewhere, and a client program that is started
// anew for each connection.
#pragma once

#include "conform/target.hpp"
#include "net/deadline.hpp"
#include "net/listener.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace pavise::conform {

using Milliseconds = std::chrono::milliseconds;

// A Link over a socket. `patience`: how long the other side may be silent before that is taken for silence.
class SocketLink : public peer::Link {
    net::Socket socket_;
    Milliseconds patience_;
    net::Deadline end_; // of the whole connection: who says a little for ever does not hold a run up
    bool over_ = false;

  public:
    SocketLink(net::Socket socket, Milliseconds patience);
    void send(Bytes bytes) override;
    ByteVector receive() override;
    bool is_over() const override { return over_; }
    // Nothing more will be sent.
    void end_output() { (void)socket_.shutdown_write(); }
    // Nor will anything be read.
    void end() { socket_.close(); }
};

struct Pace {
    Milliseconds patience{2000};
    double connections_per_second = 0; // 0: as fast as they go
};

// Connects to one address, and to no other.
class ServerTarget final : public Target {
    std::vector<net::Address> addresses_;
    Pace pace_;
    std::chrono::steady_clock::time_point next_{};
    std::string complaint_;

  public:
    ServerTarget(std::vector<net::Address> addresses, const Pace& pace) :
        addresses_(std::move(addresses)),
        pace_(pace) {}
    std::unique_ptr<peer::Link> open() override;
    std::string complaint() const override { return complaint_; }
};

// Starts a program for each connection, with {port}, {host} and {cafile} in its words replaced, and waits
// until it connects. The program is ended with the connection.
class Child;

class ClientTarget final : public Target {
    net::Listener listener_;
    std::vector<std::string> words_;
    Pace pace_;
    std::chrono::steady_clock::time_point next_{};
    std::string complaint_;

    // The connection of a program that was started, which may end without one.
    Result<std::optional<net::Accepted>> await(Child& child);

  public:
    ClientTarget(net::Listener listener, std::vector<std::string> command, std::string_view ca_file,
                 const Pace& pace);
    std::unique_ptr<peer::Link> open() override;
    std::string complaint() const override { return complaint_; }
};

} // namespace pavise::conform
