// The server's flight of TLS 1.3, from ServerHello to Finished.
#pragma once

#include "handshake/server/negotiation.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

// Returns the cookie that the client has to echo. We need none ourselves: it is empty unless a Tap put one
// in.
Result<ByteVector> send_hello_retry_request(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                            NamedGroup group, schedule::Transcript& transcript,
                                            Context& context);

// ServerHello, EncryptedExtensions, CertificateRequest where our config asks, Certificate. `transcript` ends
// with the ClientHello. What is left to do needs a signature: Context::signature says which.
Result<AwaitSignature> send_flight(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                   const ChosenGroup& group, schedule::Transcript transcript,
                                   Context& context);

} // namespace pavise::handshake::server
