// By which of TLS's signature schemes a certificate is signed.
#pragma once

#include "trust/certificate.hpp"

#include <pavise/registry.hpp>

#include <vector>

namespace pavise::trust {

// Those that may stand for its signature algorithm in signature_algorithms_cert (RFC 8446 §4.2.3): RSASSA-PSS
// has two names, by the issuer's kind of key, which the certificate does not tell. Empty: none does.
std::vector<SignatureScheme> signature_schemes_of(const Certificate& certificate);

} // namespace pavise::trust
