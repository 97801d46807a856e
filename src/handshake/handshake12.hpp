// What both sides do alike in TLS 1.2: the transcript, the master secret and its keys, ChangeCipherSpec and
// Finished (RFC 5246 §7.3, §7.4.9, §8.1; RFC 7627).
#pragma once

#include "base/fixed_vector.hpp"
#include "handshake/exchange.hpp"
#include "handshake/exporter_secret.hpp"
#include "handshake/proof13.hpp"
#include "handshake/session_data.hpp"
#include "messages/certificate12.hpp"
#include "messages/client_hello.hpp"
#include "schedule/key_schedule12.hpp"

#include <optional>

namespace pavise::handshake {

using ExtendedMasterSecret = SessionData::ExtendedMasterSecret;
using SessionId12 = FixedVector<std::uint8_t, messages::max_session_id_size>;

// The two handshakes of RFC 5246 §7.3: in the second one the server's Finished comes first.
enum class Flow12 : std::uint8_t { full, resumed };
// Whether the server's ServerHello promises a NewSessionTicket (RFC 5077 §3.2).
enum class TicketPromise : std::uint8_t { none, given };

// Whether it announces a CertificateStatus (RFC 6066 §8).
enum class StatusPromise : std::uint8_t { none, given };

// The peer's change_cipher_spec: not a handshake message (RFC 5246 §7.1), but an input of the machine.
struct ChangeCipherSpec {};

struct CredentialData;

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
    SessionId12 session_id;             // under which the session can be resumed; empty: it cannot
    TicketPromise ticket = TicketPromise::none;
    StatusPromise status = StatusPromise::none;
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
    Flow12 flow;
    std::optional<schedule::VerifyData12> first_finished; // tls-unique (RFC 5929 §3)
};
// The transcript ends with the ClientKeyExchange.
Result<Keyed12> derive_keys12(Exchange& exchange, Handshake12 handshake, Bytes pre_master_secret);
// The keys of a resumed session, from its master secret and new randoms (RFC 5246 §7.4.1.3).
Result<Keyed12> resume_keys12(Exchange& exchange, Handshake12 handshake, const SessionData& session);

// RFC 4279 §2, RFC 5489 §2: `other_secret` is that of the (EC)DHE exchange; plain PSK has none.
Result<SecretVector> pre_master_secret_with_psk(const crypto::Suite12& suite, Bytes other_secret, Bytes psk);

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

    // What exporters are made from; no_extended_master_secret where nothing may be (RFC 7627 §5.4).
    Result<ExporterSecret> exporter(const Exchange& exchange) const;
    std::optional<Bytes> tls_unique_binding() const;
};
Established12 establish12(FinishedVerified peer_finished, Keyed12 keyed) noexcept;

// What both sides keep of a session, but for its names. Only one with extended_master_secret may be kept: "if
// the original session did not use the 'extended_master_secret' extension …, [it] MUST NOT" be resumed by one
// that does, which we always do (RFC 7627 §5.3).
SessionData session_data12(const Exchange& exchange, const Keyed12& keyed);
// A resumed session's peer, in Negotiated.
void remember_session(Exchange& exchange, const SessionData& session);

// Keeps the peer's chain in Negotiated, or its raw public key (RFC 7250).
void remember_peer_chain(Exchange& exchange, const messages::Certificate12& message);
Status remember_peer_key(Exchange& exchange, const messages::RawPublicKeyCertificate12& message);
// Null: an empty list, from a client that has nothing that fits.
Status send_certificate12(Exchange& exchange, const CredentialData* credential, Transcript12& transcript);

} // namespace pavise::handshake
