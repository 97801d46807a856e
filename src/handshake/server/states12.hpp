// The server in TLS 1.2, from its own ServerHello on: states, their data, and what they accept. Bodies:
// flight12.cpp, client_authentication12.cpp, finish12.cpp. Included by states.hpp.
#pragma once

#include "handshake/decisions.hpp"
#include "handshake/handshake12.hpp"
#include "handshake/server/server.hpp"
#include "messages/certificate12.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/client_hello.hpp"
#include "messages/client_key_exchange.hpp"
#include "messages/finished.hpp"

namespace pavise::handshake::server {

struct AwaitSignature12;
struct ExpectClientCertificate12;
struct ExpectClientRawPublicKey12;
struct AwaitClientCertificateVerdict12;
struct ExpectClientKeyExchange12;
struct ExpectClientKeyExchangeWithCertificate12;
struct ExpectClientCertificateVerify12;
struct ExpectPskClientKeyExchange12;
struct AwaitPsk12;
struct ExpectChangeCipherSpec12;
struct ExpectClientFinished12;
struct Connected12;

// Our half of the key exchange.
struct OwnShare12 {
    std::unique_ptr<crypto::KeyShare> share; // null with plain PSK
    ByteVector params;                       // as the ServerKeyExchange carries them
};

// ServerHello and Certificate are sent; the ServerKeyExchange waits for its signature.
struct AwaitSignature12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<ExpectClientCertificate12, ExpectClientRawPublicKey12, ExpectClientKeyExchange12>>
    on(const Signature&, Context&) &&;
};

struct ExpectClientCertificate12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>>
    on(const messages::Certificate12&, Context&) &&;
};

// RFC 7250: one key, or an empty message.
struct ExpectClientRawPublicKey12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>>
    on(const messages::RawPublicKeyCertificate12&, Context&) &&;
};

struct AwaitClientCertificateVerdict12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<ExpectClientKeyExchangeWithCertificate12>> on(const CertificateVerdict&, Context&) &&;
};

// Of an anonymous client, by our config.
struct ExpectClientKeyExchange12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<ExpectChangeCipherSpec12>> on(const messages::ClientKeyExchange&, Context&) &&;
};

// Of a client whose certificate has yet to be proved.
struct ExpectClientKeyExchangeWithCertificate12 {
    Handshake12 handshake;
    OwnShare12 share;
    std::shared_ptr<const crypto::PublicKey> client_key;
    Result<Next<ExpectClientCertificateVerify12>> on(const messages::ClientKeyExchange&, Context&) &&;
};

struct ExpectClientCertificateVerify12 {
    Keyed12 keyed;
    std::shared_ptr<const crypto::PublicKey> client_key;
    Result<Next<ExpectChangeCipherSpec12>> on(const messages::CertificateVerify&, Context&) &&;
};

struct ExpectPskClientKeyExchange12 {
    Handshake12 handshake;
    OwnShare12 share;
    Result<Next<AwaitPsk12>> on(const messages::ClientKeyExchange&, Context&) &&;
};

// The client named its key (Context::psk_offer, a view into this); the caller finds it.
struct AwaitPsk12 {
    Handshake12 handshake;
    OwnShare12 share;
    ByteVector identity;
    ByteVector client_value;
    Result<Next<ExpectChangeCipherSpec12>> on(const PskChosen&, Context&) &&;
};

struct ExpectChangeCipherSpec12 {
    Keyed12 keyed;
    std::optional<PeerAuthenticated> client_authenticated; // nothing: an anonymous client, or a session's
    Result<Next<ExpectClientFinished12>> on(const ChangeCipherSpec&, Context&) &&;
};

struct ExpectClientFinished12 {
    Keyed12 keyed;
    std::optional<PeerAuthenticated> client_authenticated;
    Result<Next<Connected12>> on(const messages::Finished&, Context&) &&;
};

struct Connected12 {
    Established12 established;
    Result<Next<Connected12>> on(const messages::ClientHello&, Context&) &&;
};

} // namespace pavise::handshake::server
