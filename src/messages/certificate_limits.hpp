// Limits of certificate messages, for TLS 1.2 and 1.3.
#pragma once

#include <cstddef>

namespace pavise::messages {

// Four ML-DSA-87 certificates with their OCSP responses and SCTs stay under 64 KiB; OpenSSL's default is 100
// KiB.
inline constexpr std::size_t max_certificate_message_size = 128 * 1024;
// Public chains have at most five. Each costs hundreds of allocations to parse (CVE-2016-6307's kin).
inline constexpr std::size_t max_certificates = 32;

} // namespace pavise::messages
