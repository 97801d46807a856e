// What both sides do alike in TLS 1.2: the transcript, the master secret and its keys, ChangeCipherSpec and
// Finished (RFC 5246 §7.3, §7.4.9, §8.1; RFC 7627).
#pragma once

#include "handshake/exchange.hpp"
#include "handshake/proof13.hpp"
#include "handshake/session_data.hpp"
#include "messages/certificate12.hpp"
#include "schedule/key_schedule12.hpp"

#include <optional>

namespace pavise::handshake {

using ExtendedMasterSecret = SessionData::ExtendedMasterSecret;

// The peer's change_cipher_spec: not a handshake message (RFC 5246 §7.1), but an input of the machine.
struct ChangeCipherSpec {};

// All handshake messages so far: hashed for Finished and the master secret and, until nobody is going to sign
// them, kept. A CertificateVerify is over the messages themselves, under a hash that only its scheme names
// (RFC 5246 §7.4.8).
class Transcript12 {
    schedule::Transcript running_;
    std::optional<ByteVector> messages_ = ByteVector();

  public:
    explicit Transcript12(schedule::Transcript running) noexcept : running_(std::move(running)) {}

    void add(Bytes message) {
        running_.add(message);
        if (messages_) messages_->insert(messages_->end(), message.begin(), message.end());
    }
    Result<crypto::Digest> hash() const noexcept { return running_.hash(); }
    // Precondition: forget_messages() was not called.
    const ByteVector& messages() const { return *messages_; }
    void forget_messages() noexcept { messages_.reset(); }
};

// What every TLS 1.2 state after the ServerHello carries.
struct Handshake12 {
    crypto::Suite12 suite;
    ExtendedMasterSecret extended_master_secret;
    Random server_random;
    Transcript12 transcript;
    std::unique_ptr<crypto::Hmac> hmac; // of the PRF's hash
};
// Fails where a change_cipher_spec came before TLS 1.2 was chosen.
Result<Handshake12> begin_handshake12(Exchange& exchange, const crypto::Suite12& suite,
                                      ExtendedMasterSecret extended_master_secret,
                                      const Random& server_random);

template <class Message> Status send12(Exchange& exchange, const Message& message, Transcript12& transcript) {
    PAVISE_TRY(exchange.send(message, nullptr));
    transcript.add(exchange.outgoing());
    return {};
}

// … and after the ClientKeyExchange, or the hellos of a resumption.
struct Keyed12 {
    Handshake12 handshake;
    HashSecret master_secret;
    schedule::KeyBlock keys;
    std::optional<schedule::VerifyData12> first_finished; // tls-unique (RFC 5929 §3)
};
// The transcript ends with the ClientKeyExchange.
Result<Keyed12> derive_keys12(Exchange& exchange, Handshake12 handshake, Bytes pre_master_secret);

// ChangeCipherSpec, our keys, Finished.
Status send_finished12(Exchange& exchange, Keyed12& keyed, Signer ours);
// Takes up the peer's keys.
Status accept_change_cipher_spec(Exchange& exchange, const Keyed12& keyed, Signer theirs);
// Verifies the peer's Finished, which is the message being handled, and adds it to the transcript.
Result<FinishedVerified> accept_finished12(Exchange& exchange, Keyed12& keyed, Signer theirs,
                                           const messages::Finished& message);

// What stays of a handshake.
struct Established12 {
    FinishedVerified peer_finished; // the gate for application data
    crypto::Suite12 suite;
    ExtendedMasterSecret extended_master_secret;
    Random server_random;
    HashSecret master_secret;
    schedule::VerifyData12 tls_unique;
};
Established12 establish12(FinishedVerified peer_finished, Keyed12 keyed) noexcept;

// Keeps the peer's chain in Negotiated.
void remember_peer_chain(Exchange& exchange, const messages::Certificate12& message);

} // namespace pavise::handshake
