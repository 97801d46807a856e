#include "ssl/failure.hpp"

#include "ssl/reasons.hpp"

#include <cerrno>

namespace pavise::ssl {

namespace {

std::string text_of(const ErrorDetails& details) {
    std::string out;
    if (details.library) out = "[" + *details.library + (details.reason ? ": " + *details.reason : "") + "] ";
    out += details.text;
    if (!details.verify_message.empty()) out += ": " + details.verify_message;
    return out;
}

std::string_view reason_of(Refusal refusal) {
    switch (refusal) {
    case Refusal::protocol_is_shutdown: return "PROTOCOL_IS_SHUTDOWN";
    case Refusal::application_data_after_close_notify: return "APPLICATION_DATA_AFTER_CLOSE_NOTIFY";
    case Refusal::shutdown_while_in_init: return "SHUTDOWN_WHILE_IN_INIT";
    case Refusal::callback_failed: return "CALLBACK_FAILED";
    case Refusal::not_server: return "NOT_SERVER";
    case Refusal::extension_not_received: return "EXTENSION_NOT_RECEIVED";
    case Refusal::wrong_ssl_version: return "WRONG_SSL_VERSION";
    case Refusal::invalid_config: return "INVALID_CONFIG";
    }
    return "INTERNAL_ERROR";
}

// Outside of I/O Python's errno is OpenSSL's number of the reason.
int number_of(Refusal refusal) {
    switch (refusal) {
    case Refusal::wrong_ssl_version: return 266;
    case Refusal::extension_not_received: return 279;
    case Refusal::invalid_config: return 283;
    case Refusal::not_server: return 284;
    default: return static_cast<int>(SSL_ERROR_SSL);
    }
}

bool ends_early(Error error) {
    return error.code == ErrorCode::truncated_connection || error.code == ErrorCode::ended_during_handshake;
}

// An error_code's value: the SSLErrorNumber, above it the detail of the engine's error, above that its code
// (plus one). Where the engine has no part in it, a refusal of the facade's (plus one) stands in the detail's
// place.
constexpr int detail_shift = 4;
constexpr int error_shift = 20;
constexpr int number_mask = 0xf;
constexpr int detail_mask = 0xffff;
static_assert(error_count < (1u << (31 - error_shift)));

SSLErrorNumber number_of(Error error) {
    if (error.code == ErrorCode::closed_during_handshake) return SSL_ERROR_ZERO_RETURN;
    return ends_early(error) ? SSL_ERROR_EOF : SSL_ERROR_SSL;
}

std::string_view words_of(SSLErrorNumber number) {
    switch (number) {
    case SSL_ERROR_WANT_READ: return "The operation did not complete (read)";
    case SSL_ERROR_WANT_WRITE: return "The operation did not complete (write)";
    case SSL_ERROR_WANT_X509_LOOKUP: return "The operation did not complete (X509 lookup)";
    case SSL_ERROR_WANT_CONNECT: return "The operation did not complete (connect)";
    case SSL_ERROR_ZERO_RETURN: return "TLS/SSL connection has been closed (EOF)";
    case SSL_ERROR_EOF: return "EOF occurred in violation of protocol";
    case SSL_ERROR_SYSCALL: return "Some I/O error occurred";
    case SSL_ERROR_SSL: return "A failure in the SSL library occurred";
    case SSL_ERROR_INVALID_ERROR_CODE: break;
    }
    return "Invalid error code";
}

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "ssl"; }
    std::string message(int value) const override {
        const std::error_code code(value, *this);
        if (const auto error = error_of(code); error && !ends_early(*error)) return describe(*error);
        if (const int refusal = value >> detail_shift; refusal != 0 && value >> error_shift == 0)
            return ssl::words_of(reason_of(static_cast<Refusal>(refusal - 1)));
        return std::string(words_of(ssl::number_of(code)));
    }
    // Whoever compares with an SSLErrorNumber need not care what the engine said.
    bool equivalent(const std::error_code& code, int condition) const noexcept override {
        return code.category() == *this && condition <= number_mask &&
               (code.value() & number_mask) == condition;
    }
};

[[noreturn]] void raise_number(SSLErrorNumber number, const ErrorDetails& details) {
    const int value = static_cast<int>(number);
    switch (number) {
    case SSL_ERROR_ZERO_RETURN: throw SSLZeroReturnError(value, details);
    case SSL_ERROR_WANT_READ: throw SSLWantReadError(value, details);
    case SSL_ERROR_WANT_WRITE: throw SSLWantWriteError(value, details);
    case SSL_ERROR_SYSCALL: throw SSLSyscallError(value, details);
    case SSL_ERROR_EOF: throw SSLEOFError(value, details);
    default: throw SSLError(value, details);
    }
}

[[noreturn]] void raise_error(Error error, std::string_view host) {
    const SSLErrorNumber number = number_of(error);
    if (number == SSL_ERROR_ZERO_RETURN)
        raise_number(number, {.text = std::string(words_of(SSL_ERROR_ZERO_RETURN)), .error = error});
    const ErrorDetails details = details_of(error, host);
    if (details.verify_code != 0) throw SSLCertVerificationError(static_cast<int>(number), details);
    raise_number(number, details);
}

} // namespace

// ---------------------------------------------------------------- exceptions

SSLError::SSLError(int number, ErrorDetails details) :
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): a base class
    OSError(std::optional(number), text_of(details)),
    details_(std::move(details)) {
    set_text(strerror());
}

// NOLINTNEXTLINE(bugprone-throw-keyword-missing): a base class
SSLError::SSLError(const std::string& text) : OSError(std::nullopt, text), details_{.text = text} {
    set_text(text);
}

SSLCertVerificationError::SSLCertVerificationError(int number, const ErrorDetails& details) :
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): a base class
    SSLError(number, details),
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): a base class
    ValueError(text_of(details)) {}

// ---------------------------------------------------------------- error codes

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

std::error_code make_error_code(SSLErrorNumber number) noexcept {
    return {static_cast<int>(number), error_category()};
}

std::error_condition make_error_condition(SSLErrorNumber number) noexcept {
    return {static_cast<int>(number), error_category()};
}

std::error_code make_error_code(Error error) noexcept {
    const int value = static_cast<int>(number_of(error)) | int{error.detail} << detail_shift |
                      (static_cast<int>(error.code) + 1) << error_shift;
    return {value, error_category()};
}

SSLErrorNumber number_of(const std::error_code& code) noexcept {
    if (code.category() != error_category()) return SSL_ERROR_SYSCALL;
    return static_cast<SSLErrorNumber>(code.value() & number_mask);
}

std::optional<Error> error_of(const std::error_code& code) noexcept {
    const int error = code.value() >> error_shift;
    if (code.category() != error_category() || error == 0) return std::nullopt;
    return Error{static_cast<ErrorCode>(error - 1),
                 static_cast<std::uint16_t>(code.value() >> detail_shift & detail_mask)};
}

// ---------------------------------------------------------------- failures

bool Failure::is(SSLErrorNumber number) const noexcept {
    if (const auto* mine = std::get_if<SSLErrorNumber>(&what_)) return *mine == number;
    if (const auto* error = std::get_if<Error>(&what_)) return number_of(*error) == number;
    return false;
}

std::optional<Error> Failure::error() const noexcept {
    if (const auto* error = std::get_if<Error>(&what_)) return *error;
    return std::nullopt;
}

std::error_code Failure::code() const noexcept {
    if (const auto* number = std::get_if<SSLErrorNumber>(&what_)) return make_error_code(*number);
    if (const auto* error = std::get_if<Error>(&what_)) return make_error_code(*error);
    if (const auto* system = std::get_if<System>(&what_)) return {system->number, std::system_category()};
    if (std::holds_alternative<TimedOut>(what_)) return std::make_error_code(std::errc::timed_out);
    const auto* refused = std::get_if<Refusal>(&what_);
    const int refusal = refused == nullptr ? 0 : static_cast<int>(*refused) + 1;
    return {static_cast<int>(SSL_ERROR_SSL) | refusal << detail_shift, error_category()};
}

void Failure::raise(std::string_view host, std::string_view operation) const {
    if (const auto* number = std::get_if<SSLErrorNumber>(&what_))
        raise_number(*number, {.text = std::string(words_of(*number))});
    if (const auto* error = std::get_if<Error>(&what_)) raise_error(*error, host);
    if (const auto* system = std::get_if<System>(&what_)) raise_os_error(system->number);
    if (const auto* refusal = std::get_if<Refusal>(&what_)) {
        const std::string_view reason = reason_of(*refusal);
        throw SSLError(number_of(*refusal),
                       {.library = "SSL", .reason = std::string(reason), .text = ssl::words_of(reason)});
    }
    throw TimeoutError("The " + std::string(operation) + " operation timed out");
}

} // namespace pavise::ssl
