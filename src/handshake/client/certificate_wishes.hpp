// A server's CertificateRequest, for the application to look at.
#pragma once

#include "messages/certificate_request12.hpp"

#include <pavise/negotiated.hpp>

namespace pavise::handshake::client {

std::shared_ptr<const CertificateWishes> wishes_of(const messages::CertificateRequest12& request);
// `extensions`: of a CertificateRequest that was found in order.
Result<std::shared_ptr<const CertificateWishes>> wishes_of(const messages::Extensions& extensions);

} // namespace pavise::handshake::client
