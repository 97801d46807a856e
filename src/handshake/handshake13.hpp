// What both sides do alike between ServerHello and Connected in TLS 1.3: the steps of the key schedule, and
// the log of its secrets.
#pragma once

#include "handshake/exchange.hpp"
#include "messages/certificate13.hpp"
#include "messages/key_update.hpp"

namespace pavise::handshake {

// What every TLS 1.3 state after the ServerHello carries.
struct Handshake13 {
    crypto::Suite13 suite;
    schedule::Transcript transcript;
    schedule::HandshakeStage stage;
    schedule::TrafficSecrets secrets; // client_handshake_traffic_secret, server_handshake_traffic_secret
};

// `transcript` ends with the ServerHello.
Result<Handshake13> begin_handshake13(Exchange& exchange, const crypto::Suite13& suite,
                                      schedule::EarlyStage early, Bytes shared_secret,
                                      schedule::Transcript transcript);

struct ApplicationSecrets {
    schedule::MasterStage stage;
    schedule::TrafficSecrets traffic;
    HashSecret exporter_master_secret;
};
// `transcript` ends with the server's Finished.
Result<ApplicationSecrets> begin_application13(Exchange& exchange, schedule::HandshakeStage stage,
                                               const schedule::Transcript& transcript);

// The peer's KeyUpdate (RFC 8446 §4.6.3): the next read keys; an answer is queued when it asks for one.
Status accept_key_update(Exchange& exchange, const messages::KeyUpdate& message, const crypto::Suite13& suite,
                         crypto::Hmac& hmac, HashSecret& read_traffic_secret);

} // namespace pavise::handshake
