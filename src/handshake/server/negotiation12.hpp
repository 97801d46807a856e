// What a server takes from a ClientHello in TLS 1.2.
#pragma once

#include "handshake/credential.hpp"
#include "handshake/handshake12.hpp"
#include "messages/client_hello.hpp"

#include <pavise/config.hpp>

namespace pavise::handshake::server {

struct Negotiation12 {
    crypto::Suite12 suite;
    NamedGroup group{};                         // a curve, or one of RFC 7919's; 0 where neither
    crypto::FiniteFieldGroup field;             // DHE
    std::optional<ChosenCredential> credential; // nothing with a PSK
};

// TLS 1.2's own rules for the hello.
Status check_hello12(const messages::ClientHello& hello);
// The first of our suites that the client offers and that all else goes with: a common group, a credential of
// ours, encrypt_then_mac.
Result<Negotiation12> negotiate12(const messages::ClientHello& hello, const ServerConfig& config);
// Whether the client says that it could tell a renegotiation (RFC 5746 §3.6): we answer in kind.
bool signals_secure_renegotiation(const messages::ClientHello& hello);

} // namespace pavise::handshake::server
