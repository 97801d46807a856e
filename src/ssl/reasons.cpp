#include "ssl/reasons.hpp"

#include "trust/name_match.hpp"

#include <algorithm>

namespace pavise::ssl {

namespace {

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string mnemonic(std::string_view name) {
    std::string out(name);
    std::ranges::transform(out, out.begin(), upper);
    return out;
}

struct FaultRow {
    ErrorCode error;
    Fault fault;
};

constexpr FaultRow faults[] = {
    {ErrorCode::certificate_rejected, {1, "unspecified certificate verification error"}},
    {ErrorCode::anchor_not_self_signed, {2, "unable to get issuer certificate"}},
    {ErrorCode::crl_missing, {3, "unable to get certificate CRL"}},
    {ErrorCode::malformed_certificate, {6, "unable to decode issuer public key"}},
    {ErrorCode::unsupported_key, {6, "unable to decode issuer public key"}},
    {ErrorCode::certificate_signature_invalid, {7, "certificate signature failure"}},
    {ErrorCode::unsupported_certificate_signature, {7, "certificate signature failure"}},
    {ErrorCode::crl_signature_invalid, {8, "CRL signature failure"}},
    {ErrorCode::certificate_not_yet_valid, {9, "certificate is not yet valid"}},
    {ErrorCode::certificate_expired, {10, "certificate has expired"}},
    {ErrorCode::crl_not_yet_valid, {11, "CRL is not yet valid"}},
    {ErrorCode::crl_expired, {12, "CRL has expired"}},
    {ErrorCode::self_signed_certificate, {18, "self-signed certificate"}},
    {ErrorCode::self_signed_in_chain, {19, "self-signed certificate in certificate chain"}},
    {ErrorCode::unknown_issuer, {20, "unable to get local issuer certificate"}},
    {ErrorCode::path_search_exhausted, {20, "unable to get local issuer certificate"}},
    {ErrorCode::chain_too_long, {22, "certificate chain too long"}},
    {ErrorCode::too_many_certificates, {22, "certificate chain too long"}},
    {ErrorCode::certificate_revoked, {23, "certificate revoked"}},
    {ErrorCode::path_length_exceeded, {25, "path length constraint exceeded"}},
    {ErrorCode::wrong_purpose, {26, "unsuitable certificate purpose"}},
    {ErrorCode::key_usage_not_allowed, {26, "unsuitable certificate purpose"}},
    {ErrorCode::issuer_may_not_sign, {32, "key usage does not include certificate signing"}},
    {ErrorCode::unknown_critical_extension, {34, "unhandled critical extension"}},
    {ErrorCode::name_not_permitted, {47, "permitted subtree violation"}},
    {ErrorCode::name_excluded, {48, "excluded subtree violation"}},
    {ErrorCode::name_mismatch, {62, "hostname mismatch"}},
    {ErrorCode::ip_address_mismatch, {64, "IP address mismatch"}},
    {ErrorCode::weak_certificate_signature, {68, "CA signature digest algorithm too weak"}},
    {ErrorCode::issuer_not_a_ca, {79, "invalid CA certificate"}},
    {ErrorCode::path_length_without_ca, {80, "Path length invalid for non-CA cert"}},
    {ErrorCode::path_length_without_key_cert_sign, {81, "Path length given without key usage keyCertSign"}},
    {ErrorCode::key_cert_sign_without_ca, {82, "Key usage keyCertSign invalid for non-CA cert"}},
    {ErrorCode::empty_issuer_name, {83, "Issuer name empty"}},
    {ErrorCode::empty_subject_name, {84, "Subject name empty"}},
    {ErrorCode::authority_key_identifier_missing, {85, "Missing Authority Key Identifier"}},
    {ErrorCode::subject_key_identifier_missing, {86, "Missing Subject Key Identifier"}},
    {ErrorCode::empty_alternative_names, {87, "Empty Subject Alternative Name extension"}},
    {ErrorCode::alternative_names_not_critical,
     {88, "Subject empty and Subject Alt Name extension not critical"}},
    {ErrorCode::basic_constraints_not_critical, {89, "Basic Constraints of CA cert not marked critical"}},
    {ErrorCode::authority_key_identifier_critical, {90, "Authority Key Identifier marked critical"}},
    {ErrorCode::subject_key_identifier_critical, {91, "Subject Key Identifier marked critical"}},
    {ErrorCode::ca_without_key_usage, {92, "CA cert does not include key usage extension"}},
    {ErrorCode::extensions_require_version_3, {93, "Using cert extension requires at least X509v3"}},
    {ErrorCode::raw_key_not_trusted, {95, "Raw public key untrusted, no trusted keys configured"}},
};

struct AlertRow {
    std::uint8_t alert;
    std::string_view reason;
};

constexpr AlertRow alert_reasons[] = {
    {10, "SSLV3_ALERT_UNEXPECTED_MESSAGE"},
    {20, "SSLV3_ALERT_BAD_RECORD_MAC"},
    {21, "TLSV1_ALERT_DECRYPTION_FAILED"},
    {22, "TLSV1_ALERT_RECORD_OVERFLOW"},
    {30, "SSLV3_ALERT_DECOMPRESSION_FAILURE"},
    {40, "SSLV3_ALERT_HANDSHAKE_FAILURE"},
    {41, "SSLV3_ALERT_NO_CERTIFICATE"},
    {42, "SSLV3_ALERT_BAD_CERTIFICATE"},
    {43, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"},
    {44, "SSLV3_ALERT_CERTIFICATE_REVOKED"},
    {45, "SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    {46, "SSLV3_ALERT_CERTIFICATE_UNKNOWN"},
    {47, "SSLV3_ALERT_ILLEGAL_PARAMETER"},
    {48, "TLSV1_ALERT_UNKNOWN_CA"},
    {49, "TLSV1_ALERT_ACCESS_DENIED"},
    {50, "TLSV1_ALERT_DECODE_ERROR"},
    {51, "TLSV1_ALERT_DECRYPT_ERROR"},
    {60, "TLSV1_ALERT_EXPORT_RESTRICTION"},
    {70, "TLSV1_ALERT_PROTOCOL_VERSION"},
    {71, "TLSV1_ALERT_INSUFFICIENT_SECURITY"},
    {80, "TLSV1_ALERT_INTERNAL_ERROR"},
    {86, "TLSV1_ALERT_INAPPROPRIATE_FALLBACK"},
    {90, "TLSV1_ALERT_USER_CANCELLED"},
    {100, "TLSV1_ALERT_NO_RENEGOTIATION"},
    {109, "TLSV13_ALERT_MISSING_EXTENSION"},
    {110, "TLSV1_UNSUPPORTED_EXTENSION"},
    {111, "TLSV1_CERTIFICATE_UNOBTAINABLE"},
    {112, "TLSV1_UNRECOGNIZED_NAME"},
    {113, "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"},
    {114, "TLSV1_BAD_CERTIFICATE_HASH_VALUE"},
    {116, "TLSV13_ALERT_CERTIFICATE_REQUIRED"},
};

struct ReasonRow {
    ErrorCode error;
    std::string_view reason;
};

constexpr ReasonRow reasons[] = {
    {ErrorCode::bad_record_mac, "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"},
    {ErrorCode::record_overflow, "ENCRYPTED_LENGTH_TOO_LONG"},
    {ErrorCode::plaintext_is_http, "HTTP_REQUEST"},
    {ErrorCode::bad_record_version, "WRONG_VERSION_NUMBER"},
    {ErrorCode::unknown_content_type, "WRONG_VERSION_NUMBER"},
    {ErrorCode::unsupported_version, "UNSUPPORTED_PROTOCOL"},
    {ErrorCode::downgrade_detected, "INAPPROPRIATE_FALLBACK"},
    {ErrorCode::unexpected_message, "UNEXPECTED_MESSAGE"},
    {ErrorCode::unexpected_application_data, "UNEXPECTED_MESSAGE"},
    {ErrorCode::unexpected_change_cipher_spec, "UNEXPECTED_CCS_MESSAGE"},
    {ErrorCode::no_common_suite, "NO_SHARED_CIPHER"},
    {ErrorCode::no_common_group, "NO_SUITABLE_KEY_SHARE"},
    {ErrorCode::no_common_signature_scheme, "NO_SUITABLE_SIGNATURE_ALGORITHM"},
    {ErrorCode::no_common_protocol, "NO_APPLICATION_PROTOCOL"},
    {ErrorCode::certificate_required, "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
    {ErrorCode::bad_signature, "BAD_SIGNATURE"},
    {ErrorCode::finished_mismatch, "DIGEST_CHECK_FAILED"},
    {ErrorCode::bad_binder, "BINDER_DOES_NOT_VERIFY"},
    {ErrorCode::refused_by_application, "CALLBACK_FAILED"},
    {ErrorCode::certificate_required12, "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
    {ErrorCode::inappropriate_fallback, "INAPPROPRIATE_FALLBACK"},
    {ErrorCode::no_secure_renegotiation, "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"},
    {ErrorCode::unknown_psk_identity, "PSK_IDENTITY_NOT_FOUND"},
    {ErrorCode::handshake_not_done, "UNINITIALIZED"},
    {ErrorCode::already_closed, "PROTOCOL_IS_SHUTDOWN"},
    {ErrorCode::no_key_update12, "WRONG_SSL_VERSION"},
    {ErrorCode::post_handshake_auth_not_offered, "EXTENSION_NOT_RECEIVED"},
    {ErrorCode::truncated, "LENGTH_MISMATCH"},
    {ErrorCode::trailing_bytes, "LENGTH_MISMATCH"},
    {ErrorCode::config_no_version, "NO_PROTOCOLS_AVAILABLE"},
    {ErrorCode::config_no_suite, "NO_CIPHERS_AVAILABLE"},
    // As OpenSSL has it: without a certificate no suite can be used.
    {ErrorCode::config_no_credential, "NO_SHARED_CIPHER"},
    {ErrorCode::truncated_connection, "UNEXPECTED_EOF_WHILE_READING"},
    {ErrorCode::ended_during_handshake, "UNEXPECTED_EOF_WHILE_READING"},
};

// The certificates whose key is weak have two codes: one for the peer's own.
constexpr Fault weak_leaf{66, "EE certificate key too weak"};
constexpr Fault weak_authority{67, "CA certificate key too weak"};

bool is_address(std::string_view host) {
    const auto name = trust::ReferenceName::from_host(host);
    return name && name->kind() == trust::ReferenceName::Kind::ip;
}

} // namespace

std::optional<Fault> fault_of(Error error) noexcept {
    if (error.code == ErrorCode::weak_certificate_key) return error.detail == 0 ? weak_leaf : weak_authority;
    for (const FaultRow& row : faults)
        if (row.error == error.code) return row.fault;
    return std::nullopt;
}

std::string reason_of_alert(pavise::AlertDescription alert) {
    for (const AlertRow& row : alert_reasons)
        if (row.alert == static_cast<std::uint8_t>(alert)) return std::string(row.reason);
    return "TLS_ALERT_" + mnemonic(name_of(alert));
}

std::string reason_of(Error error) {
    if (error.code == ErrorCode::alert_received)
        return reason_of_alert(static_cast<pavise::AlertDescription>(error.detail));
    if (fault_of(error)) return "CERTIFICATE_VERIFY_FAILED";
    for (const ReasonRow& row : reasons)
        if (row.error == error.code) return std::string(row.reason);
    return mnemonic(name_of(error.code));
}

std::string words_of(std::string_view reason) {
    std::string out(reason);
    std::ranges::transform(out, out.begin(), [](char c) { return c == '_' ? ' ' : lower(c); });
    return out;
}

ErrorDetails details_of(Error error, std::string_view host) {
    ErrorDetails details{.library = "SSL", .reason = reason_of(error), .error = error};
    details.text = words_of(*details.reason);
    const auto fault = fault_of(error);
    if (fault) {
        details.verify_code = fault->code;
        details.verify_message = fault->message;
        if (error.code == ErrorCode::name_mismatch || error.code == ErrorCode::ip_address_mismatch)
            details.verify_message = std::string(is_address(host) ? "IP address" : "Hostname") +
                                     " mismatch, certificate is not valid for '" + std::string(host) + "'.";
    } else if (error.code == ErrorCode::truncated_connection ||
               error.code == ErrorCode::ended_during_handshake) {
        details.text = "EOF occurred in violation of protocol";
    } else if (error.code != ErrorCode::alert_received) {
        // The engine says more than OpenSSL does: which rule was broken, and where it stands.
        details.text += ": " + describe(error);
    }
    return details;
}

} // namespace pavise::ssl
