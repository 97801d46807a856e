// The object identifiers that Pavise reads, as contents octets (for comparison) or dotted (to write them).
#pragma once

#include <string_view>

namespace pavise::trust::oids {

using namespace std::string_view_literals;

// Extensions (RFC 5280 §4.2, RFC 7633).
inline constexpr auto subject_key_identifier = "\x55\x1d\x0e"sv;   // 2.5.29.14
inline constexpr auto key_usage = "\x55\x1d\x0f"sv;                // 2.5.29.15
inline constexpr auto subject_alternative_name = "\x55\x1d\x11"sv; // 2.5.29.17
inline constexpr auto basic_constraints = "\x55\x1d\x13"sv;        // 2.5.29.19
inline constexpr auto name_constraints = "\x55\x1d\x1e"sv;         // 2.5.29.30
inline constexpr auto crl_distribution_points = "\x55\x1d\x1f"sv;  // 2.5.29.31
inline constexpr auto certificate_policies = "\x55\x1d\x20"sv;     // 2.5.29.32
inline constexpr auto authority_key_identifier = "\x55\x1d\x23"sv; // 2.5.29.35
inline constexpr auto policy_constraints = "\x55\x1d\x24"sv;       // 2.5.29.36
inline constexpr auto extended_key_usage = "\x55\x1d\x25"sv;       // 2.5.29.37
inline constexpr auto authority_information_access =
    "\x2b\x06\x01\x05\x05\x07\x01\x01"sv;                                 // 1.3.6.1.5.5.7.1.1
inline constexpr auto tls_feature = "\x2b\x06\x01\x05\x05\x07\x01\x18"sv; // 1.3.6.1.5.5.7.1.24

// Access methods (RFC 5280 §4.2.2.1).
inline constexpr auto access_ocsp = "\x2b\x06\x01\x05\x05\x07\x30\x01"sv;       // 1.3.6.1.5.5.7.48.1
inline constexpr auto access_ca_issuers = "\x2b\x06\x01\x05\x05\x07\x30\x02"sv; // 1.3.6.1.5.5.7.48.2

// Extended key usages (RFC 5280 §4.2.1.12).
inline constexpr auto any_extended_key_usage = "\x55\x1d\x25\x00"sv;      // 2.5.29.37.0
inline constexpr auto server_auth = "\x2b\x06\x01\x05\x05\x07\x03\x01"sv; // 1.3.6.1.5.5.7.3.1
inline constexpr auto client_auth = "\x2b\x06\x01\x05\x05\x07\x03\x02"sv; // 1.3.6.1.5.5.7.3.2

// Public keys (RFC 3279, RFC 4055, RFC 5480, RFC 8410).
inline constexpr auto rsa_encryption = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv; // 1.2.840.113549.1.1.1
inline constexpr auto rsassa_pss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"sv;     // 1.2.840.113549.1.1.10
inline constexpr auto dsa = "\x2a\x86\x48\xce\x38\x04\x01"sv;                    // 1.2.840.10040.4.1
inline constexpr auto ec_public_key = "\x2a\x86\x48\xce\x3d\x02\x01"sv;          // 1.2.840.10045.2.1

// Attributes of names (RFC 5280 §4.1.2.4).
inline constexpr auto common_name = "\x55\x04\x03"sv; // 2.5.4.3

} // namespace pavise::trust::oids
