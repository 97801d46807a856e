// The client: every state, its data, and what it accepts. Bodies: hello_states.cpp, authentication13.cpp,
// connected.cpp. TLS 1.2's states: states12.hpp.
#pragma once

#include "handshake/certificate13.hpp"
#include "handshake/client/hello.hpp"
#include "handshake/client/states12.hpp"
#include "handshake/credential.hpp"
#include "handshake/decisions.hpp"
#include "handshake/handshake13.hpp"
#include "handshake/machine.hpp"
#include "handshake/proof13.hpp"
#include "messages/certificate13.hpp"
#include "messages/certificate_request13.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/key_update.hpp"
#include "messages/new_session_ticket13.hpp"
#include "messages/server_hello.hpp"

namespace pavise::handshake::client {

struct Context {
    Exchange exchange;
    std::shared_ptr<const ClientConfig> config;
    std::string server_name;    // for SNI; empty where none is sent
    std::string reference_name; // that the server must prove, as sessions are kept by it; empty: none
    Session session;            // to be resumed; empty: none
    EarlyDataStatus early_data; // pending: to be offered
    SharedBytes binding;        // what vouches for the server: see SessionData::binding
    std::optional<PendingSignature> signature; // while AwaitSignature
    std::optional<EchChoice> ech;              // what the first hello is encrypted to
    ByteVector ech_retry_configs{};            // that count once the handshake is complete (RFC 9849 §6.1.6)

    HelloInputs hello_inputs() const {
        return {*config, server_name, session, early_data, ech ? &*ech : nullptr};
    }
    void entered(std::size_t from, std::size_t on, std::size_t to) noexcept {
        if (exchange.tap() != nullptr) exchange.tap()->on_transition(from, on, to);
    }
};

// How we answer the server's CertificateRequest: nothing chosen means an empty Certificate.
struct ClientAuthentication {
    std::optional<ChosenCredential> chosen;
    CertificateForm form;
};

struct AwaitSessionVerdict;
struct ExpectServerHello;
struct ExpectServerHelloAfterRetry;
struct ExpectEncryptedExtensions;
struct ExpectEncryptedExtensionsWithPsk;
struct ExpectCertificateOrRequest;
struct ExpectCertificate;
struct AwaitCertificateVerdict;
struct ExpectCertificateVerify;
struct ExpectServerFinished;
struct AwaitSignature;
struct Connected;
struct AwaitPostHandshakeSignature;

// Nothing is sent: whether the session is offered depends on the verdict on its chain (SessionPeer).
struct AwaitSessionVerdict {
    Result<Next<ExpectServerHello>> on(const CertificateVerdict&, Context&) &&;
};

struct ExpectServerHello {
    std::unique_ptr<HelloInFlight> hello;
    Result<Next<ExpectServerHelloAfterRetry, ExpectEncryptedExtensions, ExpectEncryptedExtensionsWithPsk,
                ExpectCertificate12, ExpectRawPublicKey12, ExpectPskKeyExchange12,
                ExpectPskKeyExchangeOrDone12, ExpectNewSessionTicket12, ExpectChangeCipherSpec12>>
    on(const messages::ServerHello&, Context&) &&;
};

struct ExpectServerHelloAfterRetry {
    std::unique_ptr<HelloInFlight> hello;
    crypto::Suite13 suite; // chosen in the HelloRetryRequest; may not change (RFC 8446 §4.1.4)
    schedule::Transcript transcript;
    Result<Next<ExpectEncryptedExtensions, ExpectEncryptedExtensionsWithPsk>> on(const messages::ServerHello&,
                                                                                 Context&) &&;
};

struct ExpectEncryptedExtensions {
    Handshake13 handshake;
    messages::ExtensionSet offered; // by our hello: what the server may answer
    Result<Next<ExpectCertificateOrRequest>> on(const messages::EncryptedExtensions&, Context&) &&;
};

// A pre-shared key authenticates both sides: no certificate will come.
struct ExpectEncryptedExtensionsWithPsk {
    Handshake13 handshake;
    messages::ExtensionSet offered;
    PeerAuthenticated server_authenticated;
    std::shared_ptr<const SessionData> session; // nothing: an external PSK
    std::uint16_t selected_identity;
    Result<Next<ExpectServerFinished>> on(const messages::EncryptedExtensions&, Context&) &&;
};

struct ExpectCertificateOrRequest {
    Handshake13 handshake;
    messages::ExtensionSet offered;
    Result<Next<ExpectCertificate>> on(const messages::CertificateRequest&, Context&) &&;
    Result<Next<AwaitCertificateVerdict>> on(const messages::Certificate&, Context&) &&;
    Result<Next<AwaitCertificateVerdict>> on(const messages::CompressedCertificate&, Context&) &&;
};

struct ExpectCertificate {
    Handshake13 handshake;
    messages::ExtensionSet offered;
    ClientAuthentication authentication;
    Result<Next<AwaitCertificateVerdict>> on(const messages::Certificate&, Context&) &&;
    Result<Next<AwaitCertificateVerdict>> on(const messages::CompressedCertificate&, Context&) &&;
};

struct AwaitCertificateVerdict {
    Handshake13 handshake;
    std::optional<ClientAuthentication> authentication; // nothing: the server did not ask
    Result<Next<ExpectCertificateVerify>> on(const CertificateVerdict&, Context&) &&;
};

struct ExpectCertificateVerify {
    Handshake13 handshake;
    std::optional<ClientAuthentication> authentication;
    PeerKey server_key;
    Result<Next<ExpectServerFinished>> on(const messages::CertificateVerify&, Context&) &&;
};

struct ExpectServerFinished {
    Handshake13 handshake;
    std::optional<ClientAuthentication> authentication;
    PeerAuthenticated server_authenticated;
    Result<Next<AwaitSignature, Connected>> on(const messages::Finished&, Context&) &&;
};

// The server is done and proven; our own CertificateVerify waits for its signature.
struct AwaitSignature {
    FinishedVerified server_finished;
    crypto::Suite13 suite;
    schedule::Transcript transcript;
    HashSecret client_handshake_traffic_secret;
    ApplicationSecrets application;
    Result<Next<Connected>> on(const Signature&, Context&) &&;
};

struct Connected {
    FinishedVerified server_finished; // the gate for application data
    crypto::Suite13 suite;
    std::unique_ptr<crypto::Hmac> hmac;
    HashSecret server_application_traffic_secret;
    HashSecret exporter_master_secret;
    HashSecret resumption_master_secret;
    // The handshake up to our Finished, where we offered post_handshake_auth; else null.
    std::unique_ptr<const schedule::Transcript> handshake_transcript;
    CertificateType certificate_type; // with which we answer a request
    // "A client that receives a post-handshake CertificateRequest message without having sent the
    // 'post_handshake_auth' extension MUST send an 'unexpected_message' fatal alert." (§4.6.2)
    bool expects(HandshakeType type) const noexcept {
        return type != HandshakeType::certificate_request || handshake_transcript != nullptr;
    }
    Result<Next<Connected>> on(const messages::NewSessionTicket&, Context&) &&;
    Result<Next<Connected>> on(const messages::KeyUpdate&, Context&) &&;
    Result<Next<AwaitPostHandshakeSignature, Connected>> on(const messages::CertificateRequest&, Context&) &&;
};

// The server asked for our certificate after the handshake (§4.6.2); our CertificateVerify waits for its
// signature.
struct AwaitPostHandshakeSignature {
    Connected connected;
    ByteVector flight; // Certificate
    schedule::Transcript transcript;
    Result<Next<Connected>> on(const Signature&, Context&) &&;
};

struct State
    : std::variant<AwaitSessionVerdict, ExpectServerHello, ExpectServerHelloAfterRetry,
                   ExpectEncryptedExtensions, ExpectEncryptedExtensionsWithPsk, ExpectCertificateOrRequest,
                   ExpectCertificate, AwaitCertificateVerdict, ExpectCertificateVerify, ExpectServerFinished,
                   AwaitSignature, Connected, AwaitPostHandshakeSignature,
                   // TLS 1.2's
                   ExpectCertificate12, ExpectRawPublicKey12, ExpectCertificateStatusOrKeyExchange12,
                   ExpectServerKeyExchange12, AwaitCertificateVerdict12, ExpectCertificateRequestOrDone12,
                   ExpectServerHelloDone12, AwaitSignature12, ExpectPskKeyExchange12,
                   ExpectPskKeyExchangeOrDone12, ExpectPskServerHelloDone12, ExpectNewSessionTicket12,
                   ExpectChangeCipherSpec12, ExpectFinished12, Connected12, Poisoned> {
    using variant::variant;
};

struct Client {
    using State = client::State;
    using Context = client::Context;
    using Messages =
        List<messages::ServerHello, messages::EncryptedExtensions, messages::CertificateRequest,
             messages::Certificate, messages::CompressedCertificate, messages::CertificateVerify,
             messages::Finished, messages::NewSessionTicket, messages::KeyUpdate,
             // TLS 1.2's
             messages::Certificate12, messages::RawPublicKeyCertificate12, messages::CertificateStatus,
             messages::ServerKeyExchange, messages::CertificateRequest12, messages::ServerHelloDone,
             messages::NewSessionTicket12, messages::HelloRequest>;
    using Resumptions = List<CertificateVerdict, Signature>;
    using Signals = List<ChangeCipherSpec>;
};

// How a CertificateRequest is answered (§4.3.2, §4.4.2.3), with a certificate of this type or none.
Result<ClientAuthentication> answer_to(const messages::CertificateRequest& request, CertificateType type,
                                       const ClientConfig& config);

// Sends the first hello, unless a verdict is needed first.
Result<Next<AwaitSessionVerdict, ExpectServerHello>> start(Context& context);

} // namespace pavise::handshake::client
