// What the handshake wants to know of a certificate, which it does not read itself.
#pragma once

#include "handshake/credential.hpp"
#include "trust/certificate.hpp"

namespace pavise::engine {

handshake::CertificateUses uses_of(const trust::Certificate& certificate);

// Fills in issuers, chain_signatures and uses. A certificate that cannot be read is sent as it is; it is
// nobody's, and by no scheme that we could name.
void read_facts(handshake::CredentialData& credential);

} // namespace pavise::engine
