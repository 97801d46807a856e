// The Certificate message of TLS 1.3, either way, and what is stapled to it (RFC 8446 §4.4.2).
#pragma once

#include "handshake/credential.hpp"
#include "handshake/exchange.hpp"
#include "messages/certificate13.hpp"
#include "messages/extension_table.hpp"

namespace pavise::handshake {

// Refuses extensions of an entry that answer nothing in `asked`, our ClientHello or CertificateRequest; keeps
// the chain and its leaf's staples in Negotiated.
Status accept_chain(Exchange& exchange, const messages::Certificate& message,
                    const messages::ExtensionSet& asked);

// Sends the chain, with those of its staples that the peer asked for. Null: an empty list, from a client that
// has nothing that fits.
Status send_chain(Exchange& exchange, const CredentialData* credential, const messages::ExtensionSet& asked,
                  schedule::Transcript& transcript);

} // namespace pavise::handshake
