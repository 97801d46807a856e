// The server's first flight of TLS 1.2, from ServerHello to ServerHelloDone.
#pragma once

#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// ServerHello and Certificate. `message` is the whole ClientHello. What is left to do needs a signature:
// Context::signature says which.
Result<AwaitSignature12> begin_flight12(const messages::ClientHello& hello, Bytes message, Context& context);

} // namespace pavise::handshake::server
