// The client in TLS 1.2, from the ServerHello on: states, their data, and what they accept. Bodies:
// hello12.cpp, authentication12.cpp, finish12.cpp. Included by states.hpp.
#pragma once

#include "handshake/client/client.hpp"
#include "handshake/credential.hpp"
#include "handshake/decisions.hpp"
#include "handshake/handshake12.hpp"
#include "messages/certificate12.hpp"
#include "messages/certificate_request12.hpp"
#include "messages/certificate_status.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/empty_messages.hpp"
#include "messages/finished.hpp"
#include "messages/new_session_ticket12.hpp"
#include "messages/server_key_exchange.hpp"

namespace pavise::handshake::client {

struct ExpectCertificate12;
struct ExpectRawPublicKey12;
struct ExpectCertificateStatusOrKeyExchange12;
struct ExpectServerKeyExchange12;
struct AwaitCertificateVerdict12;
struct ExpectCertificateRequestOrDone12;
struct ExpectServerHelloDone12;
struct AwaitSignature12;
struct ExpectPskKeyExchange12;
struct ExpectPskKeyExchangeOrDone12;
struct ExpectPskServerHelloDone12;
struct ExpectNewSessionTicket12;
struct ExpectChangeCipherSpec12;
struct ExpectFinished12;
struct Connected12;

// A ticket is kept only once the server's Finished has vouched for it.
struct Ticket12 {
    std::uint32_t lifetime_hint;
    ByteVector ticket;
};

// The server's half of the key exchange.
struct ServerShare12 {
    NamedGroup curve{};             // ECDHE
    crypto::FiniteFieldGroup field; // DHE
    ByteVector public_value;        // of either; empty with plain PSK
};

struct ExpectCertificate12 {
    Handshake12 handshake;
    Result<Next<ExpectCertificateStatusOrKeyExchange12, ExpectServerKeyExchange12>>
    on(const messages::Certificate12&, Context&) &&;
};

// The server chose to show a key alone (RFC 7250).
struct ExpectRawPublicKey12 {
    Handshake12 handshake;
    Result<Next<ExpectServerKeyExchange12>> on(const messages::RawPublicKeyCertificate12&, Context&) &&;
};

// The ServerHello announced an OCSP response, which does not have to come: "a server MAY also choose not to
// send a 'CertificateStatus' message, even if [it] has sent a 'status_request' extension" (RFC 6066 §8).
struct ExpectCertificateStatusOrKeyExchange12 {
    Handshake12 handshake;
    Result<Next<ExpectServerKeyExchange12>> on(const messages::CertificateStatus&, Context&) &&;
    Result<Next<AwaitCertificateVerdict12>> on(const messages::ServerKeyExchange&, Context&) &&;
};

struct ExpectServerKeyExchange12 {
    Handshake12 handshake;
    Result<Next<AwaitCertificateVerdict12>> on(const messages::ServerKeyExchange&, Context&) &&;
};

// The signature on the ServerKeyExchange is verified once the chain is accepted.
struct AwaitCertificateVerdict12 {
    Handshake12 handshake;
    ByteVector server_key_exchange; // body
    Result<Next<ExpectCertificateRequestOrDone12>> on(const CertificateVerdict&, Context&) &&;
};

struct ExpectCertificateRequestOrDone12 {
    Handshake12 handshake;
    ServerShare12 server_share;
    PeerAuthenticated server_authenticated;
    Result<Next<ExpectServerHelloDone12>> on(const messages::CertificateRequest12&, Context&) &&;
    Result<Next<ExpectNewSessionTicket12, ExpectChangeCipherSpec12>> on(const messages::ServerHelloDone&,
                                                                        Context&) &&;
};

// The server asked for our certificate.
struct ExpectServerHelloDone12 {
    Handshake12 handshake;
    ServerShare12 server_share;
    PeerAuthenticated server_authenticated;
    std::optional<ChosenCredential> chosen; // nothing: we answer with an empty Certificate
    Result<Next<AwaitSignature12, ExpectNewSessionTicket12, ExpectChangeCipherSpec12>>
    on(const messages::ServerHelloDone&, Context&) &&;
};

// DHE_PSK and ECDHE_PSK: a ServerKeyExchange has to come (RFC 4279 §3, RFC 5489 §2).
struct ExpectPskKeyExchange12 {
    Handshake12 handshake;
    Result<Next<ExpectPskServerHelloDone12>> on(const messages::ServerKeyExchange&, Context&) &&;
};

// Plain PSK: one comes where the server has a hint (RFC 4279 §2).
struct ExpectPskKeyExchangeOrDone12 {
    Handshake12 handshake;
    Result<Next<ExpectPskServerHelloDone12>> on(const messages::ServerKeyExchange&, Context&) &&;
    Result<Next<ExpectNewSessionTicket12, ExpectChangeCipherSpec12>> on(const messages::ServerHelloDone&,
                                                                        Context&) &&;
};

// The server's Finished will prove that it knows the key.
struct ExpectPskServerHelloDone12 {
    Handshake12 handshake;
    ServerShare12 server_share;
    Result<Next<ExpectNewSessionTicket12, ExpectChangeCipherSpec12>> on(const messages::ServerHelloDone&,
                                                                        Context&) &&;
};

// Our Certificate and ClientKeyExchange are sent; our CertificateVerify waits for its signature.
struct AwaitSignature12 {
    Keyed12 keyed;
    Result<Next<ExpectNewSessionTicket12, ExpectChangeCipherSpec12>> on(const Signature&, Context&) &&;
};

// The ServerHello promised one, and then it must come (RFC 5077 §3.3).
struct ExpectNewSessionTicket12 {
    Keyed12 keyed;
    Result<Next<ExpectChangeCipherSpec12>> on(const messages::NewSessionTicket12&, Context&) &&;
};

struct ExpectChangeCipherSpec12 {
    Keyed12 keyed;
    std::optional<Ticket12> ticket;
    Result<Next<ExpectFinished12>> on(const ChangeCipherSpec&, Context&) &&;
};

// Resuming, our own ChangeCipherSpec and Finished follow it.
struct ExpectFinished12 {
    Keyed12 keyed;
    std::optional<Ticket12> ticket;
    Result<Next<Connected12>> on(const messages::Finished&, Context&) &&;
};

struct Connected12 {
    Established12 established;
    Result<Next<Connected12>> on(const messages::HelloRequest&, Context&) &&;
};

} // namespace pavise::handshake::client
