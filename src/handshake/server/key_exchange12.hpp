// The server's part of TLS 1.2's key exchange: parameters for the ServerKeyExchange, and what the client's
// answer makes of them.
#pragma once

#include "handshake/server/negotiation12.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// Our ephemeral key, used once (RFC 5246 §8.1.2 allows more; the Raccoon attack, CVE-2020-1968, lives on
// that), and its parameters.
Result<OwnShare12> make_share12(const Negotiation12& negotiation, Exchange& exchange);

// Views into the ClientKeyExchange.
struct ClientShare12 {
    Bytes psk_identity; // PSK suites
    Bytes public_value; // all but plain PSK
};
Result<ClientShare12> read_client_share(const messages::ClientKeyExchange& message,
                                        crypto::KeyExchange12 exchange);

// The (EC)DHE secret; nothing with plain PSK. bad_key_share or bad_dh_value for a value that is no element of
// the group (RFC 8422 §5.11, RFC 7919 §4).
Result<SecretVector> agree12(const OwnShare12& own, Bytes client_value);

} // namespace pavise::handshake::server
