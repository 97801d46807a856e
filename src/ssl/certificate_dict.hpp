#pragma once

#include "trust/certificate.hpp"

#include <pavise/ssl/certificate.hpp>

namespace pavise::ssl {

CertificateDict dict_of(const trust::Certificate& certificate);

// repr() of a str.
std::string quoted(const std::string& text);

} // namespace pavise::ssl
