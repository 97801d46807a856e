// The server's transitions, written by hand from RFC 8446 appendix A.2 (and from RFC 5246: graph12.hpp), and
// what must hold of them. Nothing here runs: a difference from the handlers' signatures does not compile.
#include "handshake/server/graph12.hpp"

namespace pavise::handshake::server {

namespace m = messages;

struct Rfc8446AppendixA2
    : Table<
          //  in state            on                may go to
          Row<ExpectClientHello, m::ClientHello, AwaitConfig>,
          Row<AwaitConfig, ConfigChosen, ExpectSecondClientHello, AwaitPsk, AwaitSignature>,
          Row<ExpectSecondClientHello, m::ClientHello, AwaitPsk, AwaitSignature>,
          Row<AwaitPsk, PskChosen, AwaitSignature, ExpectClientFinished, ExpectEndOfEarlyData>,
          Row<ExpectEndOfEarlyData, m::EndOfEarlyData, ExpectClientFinished>,
          Row<AwaitSignature, Signature, ExpectClientCertificate, ExpectClientFinished>,
          Row<ExpectClientCertificate, m::Certificate, AwaitClientCertificateVerdict, ExpectClientFinished>,
          Row<ExpectClientCertificate, m::CompressedCertificate, AwaitClientCertificateVerdict,
              ExpectClientFinished>,
          Row<AwaitClientCertificateVerdict, CertificateVerdict, ExpectClientCertificateVerify>,
          Row<ExpectClientCertificateVerify, m::CertificateVerify, ExpectClientFinished>,
          Row<ExpectClientFinished, m::Finished, Connected>, Row<Connected, m::KeyUpdate, Connected>,
          // §4.6.2
          Row<Connected, m::Certificate, AwaitPostHandshakeVerdict, ExpectPostHandshakeFinished>,
          Row<Connected, m::CompressedCertificate, AwaitPostHandshakeVerdict, ExpectPostHandshakeFinished>,
          Row<AwaitPostHandshakeVerdict, CertificateVerdict, ExpectPostHandshakeCertificateVerify>,
          Row<ExpectPostHandshakeCertificateVerify, m::CertificateVerify, ExpectPostHandshakeFinished>,
          Row<ExpectPostHandshakeFinished, m::Finished, Connected>> {};
static_assert(graph_matches<Server, Rfc8446AppendixA2, Rfc5246Section73>());

// Nobody is connected without the client's Finished …
static_assert(reachable<Server, ExpectClientHello, Connected>());
static_assert(!reachable<Server, ExpectClientHello, Connected, ExpectClientFinished>());
// … nor does a client's certificate count without a verdict and a verified CertificateVerify …
static_assert(!reachable<Server, AwaitClientCertificateVerdict, Connected, ExpectClientCertificateVerify>());
static_assert(
    !reachable<Server, AwaitPostHandshakeVerdict, Connected, ExpectPostHandshakeCertificateVerify>());
// … nor without the Finished that binds it to the connection …
static_assert(!reachable<Server, AwaitPostHandshakeVerdict, Connected, ExpectPostHandshakeFinished>());
// … and nobody is asked to retry twice.
static_assert(!reachable<Server, ExpectSecondClientHello, AwaitConfig>());

} // namespace pavise::handshake::server
