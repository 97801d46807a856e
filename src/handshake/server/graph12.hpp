// The server's transitions in TLS 1.2, written by hand from RFC 5246 §7.3 (figures 1 and 2) and RFC 7250 §3.
// Included where the graph is compared.
#pragma once

#include "handshake/graph.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

struct Rfc5246Section73
    : Table<
          //  in state                         on                         may go to
          Row<AwaitConfig, ConfigChosen, AwaitSignature12, ExpectPskClientKeyExchange12,
              ExpectChangeCipherSpec12>,
          Row<AwaitSignature12, Signature, ExpectClientCertificate12, ExpectClientRawPublicKey12,
              ExpectClientKeyExchange12>,
          Row<ExpectClientCertificate12, messages::Certificate12, AwaitClientCertificateVerdict12,
              ExpectClientKeyExchange12>,
          Row<ExpectClientRawPublicKey12, messages::RawPublicKeyCertificate12,
              AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>,
          Row<AwaitClientCertificateVerdict12, CertificateVerdict, ExpectClientKeyExchangeWithCertificate12>,
          Row<ExpectClientKeyExchange12, messages::ClientKeyExchange, ExpectChangeCipherSpec12>,
          Row<ExpectClientKeyExchangeWithCertificate12, messages::ClientKeyExchange,
              ExpectClientCertificateVerify12>,
          Row<ExpectClientCertificateVerify12, messages::CertificateVerify, ExpectChangeCipherSpec12>,
          Row<ExpectPskClientKeyExchange12, messages::ClientKeyExchange, AwaitPsk12>,
          Row<AwaitPsk12, PskChosen, ExpectChangeCipherSpec12>,
          Row<ExpectChangeCipherSpec12, ChangeCipherSpec, ExpectClientFinished12>,
          Row<ExpectClientFinished12, messages::Finished, Connected12>,
          Row<Connected12, messages::ClientHello, Connected12>> {};

// Nobody is connected without the client's ChangeCipherSpec and Finished …
static_assert(reachable<Server, ExpectClientHello, Connected12>());
static_assert(!reachable<Server, ExpectClientHello, Connected12, ExpectChangeCipherSpec12>());
static_assert(!reachable<Server, ExpectClientHello, Connected12, ExpectClientFinished12>());
// … nor does a client's certificate count without a verdict and a verified CertificateVerify: a state that
// has one has no other way out.
static_assert(
    !reachable<Server, AwaitClientCertificateVerdict12, Connected12, ExpectClientCertificateVerify12>());
static_assert(!reachable<Server, AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>());
// A full handshake has a ClientKeyExchange.
static_assert(!reachable<Server, AwaitSignature12, Connected12, ExpectClientKeyExchange12,
                         ExpectClientKeyExchangeWithCertificate12>());
static_assert(!reachable<Server, ExpectPskClientKeyExchange12, Connected12, AwaitPsk12>());
// The versions do not meet again after the hellos; a second ClientHello leads nowhere.
static_assert(!reachable<Server, AwaitSignature12, Connected>());
static_assert(!reachable<Server, AwaitSignature, Connected12>());
static_assert(!reachable<Server, ExpectSecondClientHello, Connected12>());
static_assert(!reachable<Server, Connected12, ExpectClientHello>());

} // namespace pavise::handshake::server
