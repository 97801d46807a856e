// Standard input to the peer and the peer's data to standard output, both at once.
#pragma once

#include "cli/tls_stream.hpp"

namespace pavise::cli {

// In place of an input: nothing is relayed to the peer, and our side is not closed before the peer's.
inline constexpr int no_input = -1;

// Two descriptors of the caller's, which need not be non-blocking.
struct Terminal {
    int input; // or no_input
    int output;
};

// Runs until both sides have said close_notify, or the peer alone has. The end of `input` closes our side
// only: the peer's answer still comes. Reading from the peer waits while `output` is slow, and never for
// `input`. Errors: the connection's and the socket's; TlsStream::interrupted() where a signal came;
// output_failed (detail: errno) where nobody reads `output` any more.
Status relay(TlsStream& stream, Terminal terminal);

} // namespace pavise::cli
