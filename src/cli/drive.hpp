// The engine's Connection over a Socket: the steps that the loop of `serve` (session.hpp) is made of, the
// blocking loop of `scan`, and the limits of parting. Both look below the facade; `connect` and `demo` are
// written on it.
#pragma once

#include "net/socket.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

// ---- steps that never wait

// Sends of the connection's output what the socket takes. Errors: those of the socket.
Status push(Connection& connection, net::Socket& socket);

enum class Pulled { nothing, bytes, end };
// One read of the socket into the connection. The end of the stream is told to the connection. Errors: those
// of the socket and the connection's fatal error.
Result<Pulled> pull(Connection& connection, net::Socket& socket);

// ---- the blocking loop

// A connection and its socket, used by one thread as a stream. Every call is bounded by its deadline.
// Errors are the connection's, or those of the socket.
class Stream {
    Connection connection_;
    net::Socket socket_;

    Status send_output(net::Deadline deadline);

  public:
    Stream(Connection connection, net::Socket socket) noexcept;

    Connection& connection() noexcept { return connection_; }
    net::Socket& socket() noexcept { return socket_; }

    // Sends what there is, then reads once from the socket. A sending side that failed does not keep us from
    // reading: the reason, an alert, may be waiting there.
    Status exchange(net::Deadline deadline);
    Status shake_hands(net::Deadline deadline);
    Status write_all(Bytes bytes, net::Deadline deadline);
    // At least one byte, or 0 after the peer's close_notify.
    Result<std::size_t> read(MutableBytes into, net::Deadline deadline);
    // Says close_notify, unless the connection has failed, and lets go of the socket so that our last words,
    // an alert perhaps, reach the peer: the sending side is shut and the input drained, both within bounds.
    void part();
};

// How much of a peer's input is dropped, and for how long, before the socket is closed: enough for what was
// on its way when we stopped listening, too little for a peer to keep us busy with.
inline constexpr std::size_t drain_limit = 1u << 20;
inline constexpr std::chrono::milliseconds drain_time{2000};

} // namespace pavise::cli
