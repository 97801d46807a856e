// A ServerHello that chose TLS 1.2.
#pragma once

#include "handshake/client/states.hpp"

namespace pavise::handshake::client {

// RFC 8446 §4.1.3: a server that could speak TLS 1.3 says so in its random: somebody made us negotiate less.
Status refuse_downgrade(const messages::ServerHello& message);

// Precondition: legacy_version is that of TLS 1.2, which our config enables, and there is no
// supported_versions.
using AfterServerHello12 =
    Next<ExpectCertificate12, ExpectRawPublicKey12, ExpectPskKeyExchange12, ExpectPskKeyExchangeOrDone12,
         ExpectNewSessionTicket12, ExpectChangeCipherSpec12>;
Result<AfterServerHello12> accept_server_hello12(const messages::ServerHello& message,
                                                 const HelloInFlight& hello, Context& context);

} // namespace pavise::handshake::client
