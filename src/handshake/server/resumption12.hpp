// Resumption of TLS 1.2 on the server's side: session IDs (RFC 5246 §7.3) and tickets (RFC 5077).
#pragma once

#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// The session that the client offers, if we know it and it fits suite, name and policy; nothing: a full
// handshake. Precondition: Negotiated::server_name is set.
Result<std::shared_ptr<const SessionData>> find_session12(const messages::ClientHello& hello,
                                                          const Context& context);

// How this session shall be resumed one day: a promise of a ticket, or a session ID. For the ServerHello of a
// full handshake.
Status promise_session12(const messages::ClientHello& hello, Handshake12& handshake, Context& context);
// Keeps the promise, once the client's Finished is verified.
Status give_session12(Keyed12& keyed, Context& context);

} // namespace pavise::handshake::server
