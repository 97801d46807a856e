// The client's part of TLS 1.2's key exchange: it reads ServerKeyExchange and answers with ClientKeyExchange.
#pragma once

#include "handshake/client/states.hpp"
#include "messages/server_key_exchange.hpp"

namespace pavise::handshake::client {

struct SignedShare12 {
    ServerShare12 share;
    Bytes signed_params; // views into the body
    messages::DigitallySigned signature;
};
// Refuses a curve that we did not offer. The signature is the caller's business.
Result<SignedShare12> read_server_share(Bytes body, const ClientConfig& config);

// Sends our ClientKeyExchange; returns the premaster secret.
Result<SecretVector> send_client_key_exchange(Exchange& exchange, const ServerShare12& server_share,
                                              Transcript12& transcript);

} // namespace pavise::handshake::client
