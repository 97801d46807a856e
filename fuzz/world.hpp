// Connections whose every byte repeats itself: one server key, one clock, seeded randomness.
#pragma once

#include "support/pair.hpp"

namespace pavise::fuzz {

// The credentials of all worlds, in this order: seeds are the same whichever target is asked for first.
void make_credentials();

// A config per version; sessions, ALPN and early data on, so that their code is reached.
testing::PairConfig world13();
testing::PairConfig world12();
// The same in which a session is resumed; in TLS 1.3 with early data.
testing::PairConfig resuming13();
testing::PairConfig resuming12();
// The server asks for a certificate and the client has one.
testing::PairConfig with_client_certificate();
// The server wants a group for which the client sent no share: a HelloRetryRequest.
testing::PairConfig with_retry();
// An external pre-shared key on both sides.
testing::PairConfig with_psk();
// Whatever is optional, at once: compressed certificates, staples, limits, client authentication at any time.
testing::PairConfig with_everything();

// The same world under the null provider: nothing is computed, so whatever a fuzzer changes stays valid.
testing::PairConfig without_cryptography(testing::PairConfig config);

// A session of a first connection in this world.
Session session_in(const testing::PairConfig& config);

// A whole conversation: handshake, data both ways, a key update, the end; as each side got it.
struct Conversation {
    ByteVector to_server;
    ByteVector to_client;
};
Conversation conversation_in(testing::PairConfig config);

} // namespace pavise::fuzz
