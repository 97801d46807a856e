// Alert descriptions: IANA "TLS Alerts" registry (RFC 8446 §6, RFC 9846 §6).
#pragma once

#include <pavise/export.hpp>

#include <cstdint>
#include <string_view>

namespace pavise {

// An open enum: a peer can send any of the 256 values.
enum class AlertDescription : std::uint8_t {
    close_notify = 0,
    unexpected_message = 10,
    bad_record_mac = 20,
    decryption_failed = 21, // reserved; never sent
    record_overflow = 22,
    decompression_failure = 30, // TLS 1.2, and RFC 8879's bad_certificate is used instead in TLS 1.3
    handshake_failure = 40,
    no_certificate = 41, // reserved (SSL 3.0)
    bad_certificate = 42,
    unsupported_certificate = 43,
    certificate_revoked = 44,
    certificate_expired = 45,
    certificate_unknown = 46,
    illegal_parameter = 47,
    unknown_ca = 48,
    access_denied = 49,
    decode_error = 50,
    decrypt_error = 51,
    export_restriction = 60, // reserved
    protocol_version = 70,
    insufficient_security = 71,
    internal_error = 80,
    inappropriate_fallback = 86,
    user_canceled = 90,
    no_renegotiation = 100, // TLS 1.2
    missing_extension = 109,
    unsupported_extension = 110,
    certificate_unobtainable = 111, // reserved in TLS 1.3
    unrecognized_name = 112,
    bad_certificate_status_response = 113,
    bad_certificate_hash_value = 114, // reserved in TLS 1.3
    unknown_psk_identity = 115,
    certificate_required = 116,
    general_error = 117, // RFC 9846 §6.2
    no_application_protocol = 120,
    ech_required = 121, // RFC 9849
};

// The registry's name ("bad_record_mac"), or "unknown" for a value without one.
PAVISE_EXPORT std::string_view name_of(AlertDescription description) noexcept;

} // namespace pavise
