// The client's transitions in TLS 1.2, written by hand from RFC 5246 §7.3 (figures 1 and 2), RFC 5077
// §3.1, RFC 4279 §2–3, RFC 6066 §8 and RFC 7250 §3. Included where the graph is compared.
#pragma once

#include "handshake/client/states.hpp"
#include "handshake/graph.hpp"

namespace pavise::handshake::client {

struct Rfc5246Section73
    : Table<
          //  in state                            on                               may go to
          Row<ExpectServerHello, messages::ServerHello, ExpectCertificate12, ExpectRawPublicKey12,
              ExpectPskKeyExchange12, ExpectPskKeyExchangeOrDone12, ExpectNewSessionTicket12,
              ExpectChangeCipherSpec12>,
          Row<ExpectCertificate12, messages::Certificate12, ExpectCertificateStatusOrKeyExchange12,
              ExpectServerKeyExchange12>,
          Row<ExpectRawPublicKey12, messages::RawPublicKeyCertificate12, ExpectServerKeyExchange12>,
          Row<ExpectCertificateStatusOrKeyExchange12, messages::CertificateStatus, ExpectServerKeyExchange12>,
          Row<ExpectCertificateStatusOrKeyExchange12, messages::ServerKeyExchange, AwaitCertificateVerdict12>,
          Row<ExpectServerKeyExchange12, messages::ServerKeyExchange, AwaitCertificateVerdict12>,
          Row<AwaitCertificateVerdict12, CertificateVerdict, ExpectCertificateRequestOrDone12>,
          Row<ExpectCertificateRequestOrDone12, messages::CertificateRequest12, ExpectServerHelloDone12>,
          Row<ExpectCertificateRequestOrDone12, messages::ServerHelloDone, ExpectNewSessionTicket12,
              ExpectChangeCipherSpec12>,
          Row<ExpectServerHelloDone12, messages::ServerHelloDone, AwaitSignature12, ExpectNewSessionTicket12,
              ExpectChangeCipherSpec12>,
          Row<ExpectPskKeyExchange12, messages::ServerKeyExchange, ExpectPskServerHelloDone12>,
          Row<ExpectPskKeyExchangeOrDone12, messages::ServerKeyExchange, ExpectPskServerHelloDone12>,
          Row<ExpectPskKeyExchangeOrDone12, messages::ServerHelloDone, ExpectNewSessionTicket12,
              ExpectChangeCipherSpec12>,
          Row<ExpectPskServerHelloDone12, messages::ServerHelloDone, ExpectNewSessionTicket12,
              ExpectChangeCipherSpec12>,
          Row<AwaitSignature12, Signature, ExpectNewSessionTicket12, ExpectChangeCipherSpec12>,
          Row<ExpectNewSessionTicket12, messages::NewSessionTicket12, ExpectChangeCipherSpec12>,
          Row<ExpectChangeCipherSpec12, ChangeCipherSpec, ExpectFinished12>,
          Row<ExpectFinished12, messages::Finished, Connected12>,
          Row<Connected12, messages::HelloRequest, Connected12>> {};

// Nobody is connected without the server's ChangeCipherSpec and Finished …
static_assert(reachable<Client, ExpectServerHello, Connected12>());
static_assert(!reachable<Client, ExpectServerHello, Connected12, ExpectChangeCipherSpec12>());
static_assert(!reachable<Client, ExpectServerHello, Connected12, ExpectFinished12>());
// … nor, where certificates authenticate, without a ServerKeyExchange and a verdict on the chain: what proves
// the server is the signature that the verdict's key verifies.
static_assert(!reachable<Client, ExpectCertificate12, Connected12, ExpectCertificateStatusOrKeyExchange12,
                         ExpectServerKeyExchange12>());
static_assert(!reachable<Client, ExpectCertificate12, Connected12, AwaitCertificateVerdict12>());
static_assert(!reachable<Client, ExpectRawPublicKey12, Connected12, AwaitCertificateVerdict12>());
// A key exchange beside the PSK is not left out.
static_assert(!reachable<Client, ExpectPskKeyExchange12, Connected12, ExpectPskServerHelloDone12>());
// The versions do not meet again after the ServerHello.
static_assert(!reachable<Client, ExpectCertificate12, Connected>());
static_assert(!reachable<Client, ExpectEncryptedExtensions, Connected12>());
static_assert(!reachable<Client, ExpectServerHelloAfterRetry, Connected12>());

} // namespace pavise::handshake::client
