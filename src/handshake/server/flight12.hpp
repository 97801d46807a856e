// The server's first flight of TLS 1.2, from ServerHello on.
#pragma once

#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// A session that is resumed: ServerHello to Finished. Else ServerHello and Certificate, and what is left to
// do needs a signature: Context::signature says which; with a PSK all up to ServerHelloDone. `message` is the
// whole ClientHello.
using AfterHello12 = Next<AwaitSignature12, ExpectPskClientKeyExchange12, ExpectChangeCipherSpec12>;
Result<AfterHello12> begin_flight12(const messages::ClientHello& hello, Bytes message, Context& context);

} // namespace pavise::handshake::server
