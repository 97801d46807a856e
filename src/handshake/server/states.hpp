// The server: every state, its data, and what it accepts. Bodies: hello_states.cpp, flight13.cpp,
// client_authentication13.cpp, connected.cpp. TLS 1.2's states: states12.hpp.
#pragma once

#include "handshake/credential.hpp"
#include "handshake/decisions.hpp"
#include "handshake/handshake13.hpp"
#include "handshake/machine.hpp"
#include "handshake/proof13.hpp"
#include "handshake/server/ech.hpp"
#include "handshake/server/states12.hpp"
#include "messages/certificate13.hpp"
#include "messages/client_hello.hpp"
#include "messages/compressed_certificate.hpp"
#include "messages/empty_messages.hpp"

namespace pavise::handshake::server {

struct Context {
    Exchange exchange;
    std::shared_ptr<const ServerConfig> config;
    std::optional<PendingSignature> signature; // while AwaitSignature
    ByteVector client_hello;                   // while AwaitConfig and AwaitPsk: the message, header included
    SharedBytes binding;                       // what sessions are bound to: see SessionData::binding
    PskOffer psk_offer;                        // while AwaitPsk
    std::size_t skippable_early_data = 0;      // what its ticket let the client send, at the most
    bool client_resumes = false;               // it knows a PSK mode of ours: a ticket is of use to it
    PostHandshakeAuth post_handshake_auth = PostHandshakeAuth::not_offered; // by the client
    std::unique_ptr<OpenedEch> ech{}; // the inner hello is the one that counts; null: there is none
    ByteVector ech_retry_configs{};   // for a client whose ECH was rejected; empty: we have none
    ByteVector stored_session{};      // TLS 1.2: under which ID the store has this connection's session

    void entered(std::size_t from, std::size_t on, std::size_t to) noexcept {
        if (exchange.tap() != nullptr) exchange.tap()->on_transition(from, on, to);
    }
};

struct ExpectClientHello;
struct AwaitConfig;
struct ExpectSecondClientHello;
struct AwaitPsk;
struct AwaitSignature;
struct ExpectEndOfEarlyData;
struct ExpectClientCertificate;
struct AwaitClientCertificateVerdict;
struct ExpectClientCertificateVerify;
struct ExpectClientFinished;
struct Connected;
struct AwaitPostHandshakeVerdict;
struct ExpectPostHandshakeCertificateVerify;
struct ExpectPostHandshakeFinished;

struct ExpectClientHello {
    Result<Next<AwaitConfig>> on(const messages::ClientHello&, Context&) &&;
};

// The hello lies in Context::client_hello; the caller chooses who serves it.
struct AwaitConfig {
    Result<Next<ExpectSecondClientHello, AwaitPsk, AwaitSignature, AwaitSignature12,
                ExpectPskClientKeyExchange12, ExpectChangeCipherSpec12>>
    on(const ConfigChosen&, Context&) &&;
};

// A HelloRetryRequest was sent.
struct ExpectSecondClientHello {
    ByteVector first_hello; // body: what the second may not change (RFC 8446 §4.1.2)
    crypto::Suite13 suite;
    NamedGroup group;
    ByteVector cookie; // of the HelloRetryRequest as it was sent; empty: none
    schedule::Transcript transcript;
    Result<Next<AwaitPsk, AwaitSignature>> on(const messages::ClientHello&, Context&) &&;
};

// The client offers pre-shared keys (Context::psk_offer); the caller finds them.
struct AwaitPsk {
    crypto::Suite13 suite;
    NamedGroup group;
    schedule::Transcript transcript; // up to this hello, which it does not contain
    Result<Next<AwaitSignature, ExpectClientFinished, ExpectEndOfEarlyData>> on(const PskChosen&,
                                                                                Context&) &&;
};

// Everything up to our Certificate is sent; our CertificateVerify waits for its signature.
struct AwaitSignature {
    Handshake13 handshake;
    Result<Next<ExpectClientCertificate, ExpectClientFinished>> on(const Signature&, Context&) &&;
};

// What remains to be known of a client after our Finished.
struct Finishing13 {
    crypto::Suite13 suite;
    schedule::Transcript transcript;
    HashSecret client_handshake_traffic_secret;
    ApplicationSecrets application;
};

// Early data comes in.
struct ExpectEndOfEarlyData {
    Finishing13 finishing;
    PeerAuthenticated client_authenticated;
    Result<Next<ExpectClientFinished>> on(const messages::EndOfEarlyData&, Context&) &&;
};

struct ExpectClientCertificate {
    Finishing13 finishing;
    Result<Next<AwaitClientCertificateVerdict, ExpectClientFinished>> on(const messages::Certificate&,
                                                                         Context&) &&;
    Result<Next<AwaitClientCertificateVerdict, ExpectClientFinished>>
    on(const messages::CompressedCertificate&, Context&) &&;
};

struct AwaitClientCertificateVerdict {
    Finishing13 finishing;
    Result<Next<ExpectClientCertificateVerify>> on(const CertificateVerdict&, Context&) &&;
};

struct ExpectClientCertificateVerify {
    Finishing13 finishing;
    PeerKey client_key;
    Result<Next<ExpectClientFinished>> on(const messages::CertificateVerify&, Context&) &&;
};

struct ExpectClientFinished {
    Finishing13 finishing;
    std::optional<PeerAuthenticated> client_authenticated; // nothing: an anonymous client, by our config
    Result<Next<Connected>> on(const messages::Finished&, Context&) &&;
};

// A CertificateRequest that was sent after the handshake and not answered yet (§4.6.2).
struct OpenRequest {
    ByteVector context;              // certificate_request_context
    schedule::Transcript transcript; // the handshake, and this request
    PeerVerification how;            // optional: an answer without a certificate is one
};

struct Connected {
    FinishedVerified client_finished; // the gate for application data
    crypto::Suite13 suite;
    std::unique_ptr<crypto::Hmac> hmac;
    HashSecret client_application_traffic_secret;
    HashSecret exporter_master_secret;
    HashSecret resumption_master_secret;
    // The handshake up to the client's Finished, where the client offered post_handshake_auth; else null.
    std::unique_ptr<const schedule::Transcript> handshake_transcript;
    CertificateType client_certificate_type; // that a request would be answered with
    std::vector<OpenRequest> requests;
    // A client shows its certificate only where it was asked.
    bool expects(HandshakeType type) const noexcept {
        const bool answers =
            type == HandshakeType::certificate || type == HandshakeType::compressed_certificate;
        return !answers || !requests.empty();
    }
    Result<Next<Connected>> on(const messages::KeyUpdate&, Context&) &&;
    Result<Next<AwaitPostHandshakeVerdict, ExpectPostHandshakeFinished>> on(const messages::Certificate&,
                                                                            Context&) &&;
    Result<Next<AwaitPostHandshakeVerdict, ExpectPostHandshakeFinished>>
    on(const messages::CompressedCertificate&, Context&) &&;
};

// An answer that is under way: nothing of it counts before its Finished.
struct Answer {
    OpenRequest request;
    Negotiated shown; // what the client shows of itself
};

struct AwaitPostHandshakeVerdict {
    Connected connected;
    std::unique_ptr<Answer> answer;
    Result<Next<ExpectPostHandshakeCertificateVerify>> on(const CertificateVerdict&, Context&) &&;
};

struct ExpectPostHandshakeCertificateVerify {
    Connected connected;
    std::unique_ptr<Answer> answer;
    PeerKey client_key;
    Result<Next<ExpectPostHandshakeFinished>> on(const messages::CertificateVerify&, Context&) &&;
};

struct ExpectPostHandshakeFinished {
    Connected connected;
    std::unique_ptr<Answer> answer;
    std::optional<PeerAuthenticated> client_authenticated; // nothing: it has no certificate to show
    Result<Next<Connected>> on(const messages::Finished&, Context&) &&;
};

struct State
    : std::variant<ExpectClientHello, AwaitConfig, ExpectSecondClientHello, AwaitPsk, AwaitSignature,
                   ExpectEndOfEarlyData, ExpectClientCertificate, AwaitClientCertificateVerdict,
                   ExpectClientCertificateVerify, ExpectClientFinished, Connected, AwaitPostHandshakeVerdict,
                   ExpectPostHandshakeCertificateVerify, ExpectPostHandshakeFinished,
                   // TLS 1.2's
                   AwaitSignature12, ExpectClientCertificate12, ExpectClientRawPublicKey12,
                   AwaitClientCertificateVerdict12, ExpectClientKeyExchange12,
                   ExpectClientKeyExchangeWithCertificate12, ExpectClientCertificateVerify12,
                   ExpectPskClientKeyExchange12, AwaitPsk12, ExpectChangeCipherSpec12, ExpectClientFinished12,
                   Connected12, Poisoned> {
    using variant::variant;
};

struct Server {
    using State = server::State;
    using Context = server::Context;
    using Messages =
        List<messages::ClientHello, messages::EndOfEarlyData, messages::Certificate,
             messages::CompressedCertificate, messages::CertificateVerify, messages::Finished,
             messages::KeyUpdate,
             // TLS 1.2's
             messages::Certificate12, messages::RawPublicKeyCertificate12, messages::ClientKeyExchange>;
    using Resumptions = List<ConfigChosen, PskChosen, Signature, CertificateVerdict>;
    using Signals = List<ChangeCipherSpec>;
};

// Asks a connected client for a certificate (§4.6.2): post_handshake_auth_not_offered,
// too_many_certificate_requests.
Status request_certificate(Connected& connected, PeerVerification how, Context& context);

} // namespace pavise::handshake::server
