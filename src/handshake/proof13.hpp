// The two proofs of a TLS 1.3 handshake, CertificateVerify and Finished, and the tokens that only proofs hand
// out.
//
// A token cannot be made otherwise: a state that holds one has seen the proof. The gate for application data
// takes a FinishedVerified; a client's ExpectServerFinished holds a ServerAuthenticated (Botan's
// CVE-2026-34582 was the lack of this).
#pragma once

#include "crypto/provider.hpp"
#include "handshake/exchange.hpp"
#include "handshake/psk.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/finished.hpp"
#include "messages/server_key_exchange.hpp"

namespace pavise::handshake {

enum class Signer : std::uint8_t { client, server };
struct Keyed12; // TLS 1.2's proofs hand out the same tokens: proof12.hpp

class PeerAuthenticated {
    PeerAuthenticated() = default;
    friend Result<PeerAuthenticated> verify_certificate_verify(const messages::CertificateVerify&,
                                                               const crypto::PublicKey&, Signer,
                                                               std::span<const SignatureScheme>, Bytes);
    friend PeerAuthenticated authenticated_by_psk(const Psk&) noexcept;
    friend Result<PeerAuthenticated> verify_signature12(const messages::DigitallySigned&,
                                                        const crypto::PublicKey&,
                                                        std::span<const SignatureScheme>, Bytes);
};

// The peer that can go on knows the key; that it does, its Finished proves (RFC 8446 §4.2.11).
PeerAuthenticated authenticated_by_psk(const Psk& psk) noexcept;

class FinishedVerified {
    FinishedVerified() = default;
    friend Result<FinishedVerified> verify_finished(const messages::Finished&, crypto::Hmac&, Bytes, Bytes);
    friend Result<FinishedVerified> verify_finished12(const messages::Finished&, const Keyed12&, Signer);
};

// RFC 8446 §4.4.3: 64 spaces, the context string of the signer's role, a zero byte, the transcript hash.
ByteVector certificate_verify_content(Signer signer, Bytes transcript_hash);

// Refuses a scheme that we did not offer or that TLS 1.3 does not allow here, a key of another type, and a
// signature that does not verify. `transcript_hash` covers everything up to the peer's Certificate.
Result<PeerAuthenticated> verify_certificate_verify(const messages::CertificateVerify& message,
                                                    const crypto::PublicKey& key, Signer signer,
                                                    std::span<const SignatureScheme> offered,
                                                    Bytes transcript_hash);

// Compares in constant time. `base_key`: the sender's handshake traffic secret (RFC 8446 §4.4.4).
Result<FinishedVerified> verify_finished(const messages::Finished& message, crypto::Hmac& hmac,
                                         Bytes base_key, Bytes transcript_hash);

// Sends our Finished over everything that `transcript` holds so far, and adds it.
Status send_finished(Exchange& exchange, crypto::Hmac& hmac, Bytes base_key,
                     schedule::Transcript& transcript);

} // namespace pavise::handshake
