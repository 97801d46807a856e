// The proofs of a TLS 1.2 handshake: the signature on the ServerKeyExchange, CertificateVerify, Finished.
// They hand out the same tokens as those of TLS 1.3.
#pragma once

#include "handshake/handshake12.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/server_key_exchange.hpp"

namespace pavise::handshake {

// What a ServerKeyExchange signs: both randoms, then the parameters (RFC 5246 §7.4.3, RFC 8422 §5.4).
ByteVector server_key_exchange_content(const Random& client_random, const Random& server_random,
                                       Bytes params);

// Refuses a scheme that we did not offer or that TLS 1.2 does not allow for this key, and a signature that
// does not verify.
Result<PeerAuthenticated> verify_signature12(const messages::DigitallySigned& signature,
                                             const crypto::PublicKey& key,
                                             std::span<const SignatureScheme> offered, Bytes content);

// RFC 5246 §7.4.9: the verify_data of this sender's Finished over the transcript as it is.
Result<schedule::VerifyData12> verify_data12(const Keyed12& keyed, Signer sender);
// Compares in constant time.
Result<FinishedVerified> verify_finished12(const messages::Finished& message, const Keyed12& keyed,
                                           Signer sender);

} // namespace pavise::handshake
