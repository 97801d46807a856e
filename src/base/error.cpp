#include <pavise/error.hpp>

#include <array>
#include <system_error>

namespace pavise {

namespace {

struct Row {
    std::string_view name;
    std::optional<AlertDescription> alert;
    Blame blame;
    std::string_view section;
    std::string_view text;
};

constexpr std::optional<AlertDescription> no_alert = std::nullopt;

constexpr std::array<Row, error_count> make_table() {
    using enum AlertDescription;
    return {{
#define PAVISE_ERROR(name, alert, blame, section, text) Row{#name, alert, Blame::blame, section, text},
#include <pavise/errors.def>
#undef PAVISE_ERROR
    }};
}

constexpr auto table = make_table();

const Row& row(ErrorCode code) noexcept {
    return table[static_cast<std::size_t>(code)];
}

} // namespace

std::optional<AlertDescription> alert_of(Error error) noexcept {
    if (error.code == ErrorCode::refused_by_application && error.detail != 0)
        return static_cast<AlertDescription>(error.detail);
    // "… the server MUST end the connection with a fatal TLS alert of type insufficient_security(71)" (RFC
    // 7919 §4) where the client's finite-field groups, of which the detail is one, were the reason.
    if (error.code == ErrorCode::no_common_suite && error.detail != 0)
        return AlertDescription::insufficient_security;
    return row(error.code).alert;
}
Blame blame_of(Error error) noexcept {
    return row(error.code).blame;
}
std::string_view name_of(ErrorCode code) noexcept {
    return row(code).name;
}
std::string_view section_of(ErrorCode code) noexcept {
    return row(code).section;
}
std::string_view text_of(ErrorCode code) noexcept {
    return row(code).text;
}

namespace {

// What the detail of an error says, in words.
std::string words_of_detail(Error error) {
    const std::string number = std::to_string(error.detail);
    switch (error.code) {
    case ErrorCode::alert_received:
    case ErrorCode::refused_by_application:
        return ": " + std::string(name_of(static_cast<AlertDescription>(error.detail))) + " (" + number + ")";
    case ErrorCode::no_common_suite:
        return ": none of the finite-field groups that the client names is known (" + number + ")";
    case ErrorCode::file_not_read: return ": " + std::generic_category().message(error.detail);
    case ErrorCode::malformed_pem: return " (the block in line " + number + ")";
    case ErrorCode::certificate_not_read:
    case ErrorCode::malformed_crl: return " (number " + number + ")";
    default: break;
    }
    if (blame_of(error) == Blame::certificate)
        return " (certificate " + number + " of its chain, counted from 0)";
    return " (" + number + ")";
}

} // namespace

std::string describe(Error error) {
    const Row& r = row(error.code);
    std::string out(r.text);
    if (error.detail != 0) out += words_of_detail(error);
    if (!r.section.empty()) {
        out += " [RFC ";
        out += r.section;
        out += "]";
    }
    return out;
}

std::string_view name_of(AlertDescription description) noexcept {
    switch (description) {
        using enum AlertDescription;
    case close_notify: return "close_notify";
    case unexpected_message: return "unexpected_message";
    case bad_record_mac: return "bad_record_mac";
    case decryption_failed: return "decryption_failed";
    case record_overflow: return "record_overflow";
    case decompression_failure: return "decompression_failure";
    case handshake_failure: return "handshake_failure";
    case no_certificate: return "no_certificate";
    case bad_certificate: return "bad_certificate";
    case unsupported_certificate: return "unsupported_certificate";
    case certificate_revoked: return "certificate_revoked";
    case certificate_expired: return "certificate_expired";
    case certificate_unknown: return "certificate_unknown";
    case illegal_parameter: return "illegal_parameter";
    case unknown_ca: return "unknown_ca";
    case access_denied: return "access_denied";
    case decode_error: return "decode_error";
    case decrypt_error: return "decrypt_error";
    case export_restriction: return "export_restriction";
    case protocol_version: return "protocol_version";
    case insufficient_security: return "insufficient_security";
    case internal_error: return "internal_error";
    case inappropriate_fallback: return "inappropriate_fallback";
    case user_canceled: return "user_canceled";
    case no_renegotiation: return "no_renegotiation";
    case missing_extension: return "missing_extension";
    case unsupported_extension: return "unsupported_extension";
    case certificate_unobtainable: return "certificate_unobtainable";
    case unrecognized_name: return "unrecognized_name";
    case bad_certificate_status_response: return "bad_certificate_status_response";
    case bad_certificate_hash_value: return "bad_certificate_hash_value";
    case unknown_psk_identity: return "unknown_psk_identity";
    case certificate_required: return "certificate_required";
    case general_error: return "general_error";
    case no_application_protocol: return "no_application_protocol";
    case ech_required: return "ech_required";
    }
    return "unknown";
}

} // namespace pavise
