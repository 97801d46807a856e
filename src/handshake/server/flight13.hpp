// The server's flight of TLS 1.3, from ServerHello to Finished.
#pragma once

#include "handshake/server/negotiation.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// A server that cannot read early data drops what comes of it, up to this much beyond what it would take
// itself (RFC 8446 §4.2.10): one full record's worth, for tickets of another server of the fleet.
inline constexpr std::size_t max_skipped_early_data = 16384;

// Returns the cookie that the client has to echo. We need none ourselves: it is empty unless a Tap put one
// in.
Result<ByteVector> send_hello_retry_request(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                            NamedGroup group, schedule::Transcript& transcript,
                                            Context& context);

// How a client and a server agreed before ServerHello.
struct Agreement {
    const messages::ClientHello& hello;
    crypto::Suite13 suite;
    ChosenGroup group;
    schedule::Transcript transcript; // ends with the ClientHello
};

// ServerHello, EncryptedExtensions, CertificateRequest where our config asks, Certificate. What is left to do
// needs a signature: Context::signature says which.
Result<AwaitSignature> send_certificate_flight(Agreement agreement, Context& context);

// Which PSK was chosen, and what becomes of the early data that came with it.
struct AcceptedPsk {
    std::uint16_t index;
    const Psk& psk;
    EarlyDataStatus early_data;
};

// The whole flight with a PSK, up to Finished. With early data accepted, that is what is read next.
Result<Finishing13> send_psk_flight(Agreement agreement, const AcceptedPsk& accepted, Context& context);

// Our Finished and what follows from it.
Result<Finishing13> finish_flight(Handshake13 handshake, Context& context);

} // namespace pavise::handshake::server
