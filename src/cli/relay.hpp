// Standard input to the peer and the peer's data to standard output, both at once.
#pragma once

#include "net/socket.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

// Two descriptors of the caller's, which need not be non-blocking.
struct Terminal {
    int input;
    int output;
};

// Runs until both sides have said close_notify, or the peer alone has. The end of `input` closes our side
// only: the peer's answer still comes. Reading from the peer waits while `output` is slow, and never for
// `input`. Errors: the connection's and the socket's; output_failed (detail: errno) where nobody reads
// `output` any more.
Status relay(Connection& connection, net::Socket& socket, Terminal terminal);

} // namespace pavise::cli
