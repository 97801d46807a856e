// What the server made of the client's Encrypted Client Hello, and what follows from it (RFC 9849 §6.1.4 to
// §6.1.6).
#pragma once

#include "handshake/client/states.hpp"

namespace pavise::handshake::client {

// Shows in Negotiated that ECH is offered, if it is.
void note_ech_offer(const HelloInFlight& hello, Context& context);

// The server's first message tells whether it took the inner hello: `hello` is that one from then on, or the
// outer one. Nothing to do where none was offered.
Status settle_ech(const messages::ServerHello& message, const crypto::Suite13& suite, HelloInFlight& hello,
                  Context& context);
// The server used the outer hello: the handshake goes on with it, for the public name.
void reject_ech(HelloInFlight& hello, Context& context);

// Of the ServerHello that follows a HelloRetryRequest by which the inner hello was accepted (§6.1.5).
// `transcript`: up to it.
Status check_ech_confirmation(const messages::ServerHello& message, const HelloInFlight& hello,
                              const schedule::Transcript& transcript, const Context& context);

// Checks the retry configs in EncryptedExtensions, and keeps them where they count (§6.1.6, §6.2.1).
Status accept_ech_retry_configs(const messages::Extensions& extensions, Context& context);

// At the very end of a handshake with the outer hello: ech_rejected, with what there is to try again
// (§6.1.6).
Status end_rejected_ech(Context& context);

// Whether the server used the outer hello: then no certificate of ours is shown (§6.1.7).
inline bool ech_was_rejected(const Context& context) {
    return context.exchange.negotiated().ech == EchStatus::rejected;
}

} // namespace pavise::handshake::client
