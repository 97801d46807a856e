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
Result<SignedShare12> read_signed_share(Bytes body, const crypto::Suite12& suite, const ClientConfig& config);
// The same for PSK suites, whose parameters nobody signs. The hint is of no use to one who has one key.
Result<ServerShare12> read_psk_share(Bytes body, const crypto::Suite12& suite, const ClientConfig& config);

// The key of the PSK suites: the first that is not for import (RFC 9258); nothing where there is none.
const ExternalPsk* psk12(const ClientConfig& config) noexcept;

// Sends our ClientKeyExchange; returns the premaster secret. Refuses finite-field groups that are too small
// or malformed (RFC 7919 §3.1).
Result<SecretVector> send_client_key_exchange(const crypto::Suite12& suite, const ServerShare12& server_share,
                                              Transcript12& transcript, Context& context);

} // namespace pavise::handshake::client
