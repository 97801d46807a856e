// A handshake, of either role, as the transports see it: bytes of handshake messages in, decisions out and
// in. It goes on living after the handshake proper, for the messages that come later.
#pragma once

#include "handshake/decisions.hpp"
#include "handshake/ech_config.hpp"
#include "handshake/exchange.hpp"
#include "handshake/exporter_secret.hpp"

#include <memory>
#include <string>

namespace pavise::handshake {

class Handshake {
  public:
    virtual ~Handshake() = default;

    // Sends the client's first hello; a server has nothing to do.
    virtual Status start() = 0;
    // Handshake bytes of the current read level, cut anywhere. Whole messages are handled until the handshake
    // waits for a decision; what is left is kept.
    virtual Status receive(Bytes bytes) = 0;
    // A change_cipher_spec record, of the one form that is allowed. The state decides what it is worth: the
    // next read keys (RFC 5246 §7.1), nothing (RFC 8446 §5), or the end.
    virtual Status receive_change_cipher_spec() = 0;

    // ---- state
    virtual bool complete() const = 0;
    // A message has begun to come in, and other record types may not come between (RFC 8446 §5.1).
    virtual bool message_in_progress() const = 0;
    // The peer's Finished was verified: no change_cipher_spec is tolerated any more (RFC 8446 §5).
    virtual bool peer_finished() const = 0;
    virtual Decision waiting_for() const = 0;
    virtual Level read_level() const = 0;
    virtual Exchange& exchange() = 0;
    // handshake_not_done before its end.
    virtual Result<ExporterSecret> exporter() const = 0;
    // The first Finished of the handshake (RFC 5929 §3.1); nothing where the binding does not exist: in
    // TLS 1.3 (RFC 9266 §3), and without extended_master_secret (RFC 7627 §7).
    virtual std::optional<Bytes> tls_unique() const = 0;

    // After a fatal alert, sent or received: "any connection terminated with a fatal alert MUST NOT be
    // resumed" (RFC 5246 §7.2.2). A client's lie with its caller, tickets with clients.
    virtual void forget_session() {}

    // ---- authentication after the handshake (RFC 8446 §4.6.2)
    // Server: see Connection. Clients have nobody to ask.
    virtual Status request_certificate(PeerVerification) { return fail(ErrorCode::bad_argument); }
    virtual std::size_t open_requests() const { return 0; }
    // The peer is in the middle of its answer: nothing else may come.
    virtual bool peer_authenticating() const { return false; }
    // Whose chain is to be judged: while waiting for that decision.
    virtual Negotiated& judged() { return exchange().negotiated(); }

    // ---- decisions: each fails with nothing_to_decide unless waited for
    virtual Status decide(const CertificateVerdict& verdict) = 0;
    virtual Status decide(const Signature& signature) = 0;
    virtual Status decide(const ConfigChosen& choice) = 0;
    virtual Status decide(const PskChosen& choice) = 0;
    // While waiting for a PSK; else null.
    virtual const PskOffer* psk_offer() const = 0;
    // While waiting for a signature; else null.
    virtual const PendingSignature* pending_signature() const = 0;
    // Server: see Connection.
    virtual Status decline_ech() { return fail(ErrorCode::nothing_to_decide); }
    // While waiting for a config: the ClientHello message, header included.
    virtual Bytes client_hello() const = 0;
};

struct ClientStart {
    std::shared_ptr<const ClientConfig> config;
    std::string sni;            // sent as server_name unless empty
    std::string reference_name; // that the server must prove; empty: none, and then no session is kept
    Session session;            // to be resumed; empty: none
    EarlyDataStatus early_data = EarlyDataStatus::not_offered;
    SharedBytes binding;            // for the sessions that come: see SessionData::binding
    std::optional<EchChoice> ech{}; // to be encrypted to; nothing: no config is known
};
Result<std::unique_ptr<Handshake>> make_client(ClientStart start, const Surroundings& surroundings);
// `config`: the first one, whose keys open hellos.
Result<std::unique_ptr<Handshake>> make_server(std::shared_ptr<const ServerConfig> config,
                                               const Surroundings& surroundings);

} // namespace pavise::handshake
