#pragma once

#include "trust/certificate.hpp"

#include <pavise/ssl/certificate.hpp>

namespace pavise::ssl {

CertificateDict dict_of(const trust::Certificate& certificate);

} // namespace pavise::ssl
