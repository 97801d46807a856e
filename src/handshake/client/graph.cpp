// The client's transitions, written by hand from RFC 8446 appendix A.1 (and from RFC 5246: graph12.hpp), and
// what must hold of them. Nothing here runs: a difference from the handlers' signatures does not compile.
#include "handshake/client/graph12.hpp"

namespace pavise::handshake::client {

namespace m = messages;

struct Rfc8446AppendixA1
    : Table<
          //  in state                    on                       may go to
          Row<AwaitSessionVerdict, CertificateVerdict, ExpectServerHello>,
          Row<ExpectServerHello, m::ServerHello, ExpectServerHelloAfterRetry, ExpectEncryptedExtensions,
              ExpectEncryptedExtensionsWithPsk>,
          Row<ExpectServerHelloAfterRetry, m::ServerHello, ExpectEncryptedExtensions,
              ExpectEncryptedExtensionsWithPsk>,
          Row<ExpectEncryptedExtensionsWithPsk, m::EncryptedExtensions, ExpectServerFinished>,
          Row<ExpectEncryptedExtensions, m::EncryptedExtensions, ExpectCertificateOrRequest>,
          Row<ExpectCertificateOrRequest, m::CertificateRequest, ExpectCertificate>,
          Row<ExpectCertificateOrRequest, m::Certificate, AwaitCertificateVerdict>,
          Row<ExpectCertificateOrRequest, m::CompressedCertificate, AwaitCertificateVerdict>,
          Row<ExpectCertificate, m::Certificate, AwaitCertificateVerdict>,
          Row<ExpectCertificate, m::CompressedCertificate, AwaitCertificateVerdict>,
          Row<AwaitCertificateVerdict, CertificateVerdict, ExpectCertificateVerify>,
          Row<ExpectCertificateVerify, m::CertificateVerify, ExpectServerFinished>,
          Row<ExpectServerFinished, m::Finished, AwaitSignature, Connected>,
          Row<AwaitSignature, Signature, Connected>, Row<Connected, m::NewSessionTicket, Connected>,
          Row<Connected, m::KeyUpdate, Connected>,
          // §4.6.2
          Row<Connected, m::CertificateRequest, AwaitPostHandshakeSignature, Connected>,
          Row<AwaitPostHandshakeSignature, Signature, Connected>> {};
static_assert(graph_matches<Client, Rfc8446AppendixA1, Rfc5246Section73>());

// Nobody is connected without the server's Finished …
static_assert(reachable<Client, ExpectServerHello, Connected>());
static_assert(!reachable<Client, ExpectServerHello, Connected, ExpectServerFinished>());
// … nor, where certificates authenticate, without a verdict on the chain and a verified CertificateVerify …
static_assert(!reachable<Client, ExpectCertificateOrRequest, Connected, AwaitCertificateVerdict>());
static_assert(!reachable<Client, ExpectCertificateOrRequest, Connected, ExpectCertificateVerify>());
// … nor at all without a CertificateVerify, but by a pre-shared key …
static_assert(!reachable<Client, ExpectServerHello, Connected, ExpectCertificateVerify,
                         ExpectEncryptedExtensionsWithPsk>());
// … and a second HelloRetryRequest has nowhere to go.
static_assert(!reachable<Client, ExpectServerHelloAfterRetry, ExpectServerHello>());

} // namespace pavise::handshake::client
