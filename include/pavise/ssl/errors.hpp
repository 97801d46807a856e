// The exceptions of Python's `ssl`, and the error codes of the calls that do not throw.
#pragma once

#include <pavise/error.hpp>
#include <pavise/exceptions.hpp>
#include <pavise/ssl/constants.hpp>

#include <system_error>

namespace pavise::ssl {

// What all exceptions of TLS say. The strings are OpenSSL's where users match on them: library "SSL", reason
// "CERTIFICATE_VERIFY_FAILED", what() "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: …".
struct ErrorDetails {
    std::optional<std::string> library{};
    std::optional<std::string> reason{};
    std::string text{};           // in words
    int verify_code = 0;          // OpenSSL's X509_V_ERR_…; 0: not about a certificate
    std::string verify_message{}; // in OpenSSL's words
    std::optional<Error> error{}; // the engine's, where it is one
};

class PAVISE_EXPORT SSLError : public OSError {
    ErrorDetails details_;

  protected:
    const ErrorDetails& details() const noexcept { return details_; }

  public:
    SSLError(int number, ErrorDetails details);
    // As Python's errors without reason and library: the text alone.
    explicit SSLError(const std::string& text);

    // The module that failed ("SSL", "PEM", "X509"), and the mnemonic of the reason; nothing where Python has
    // None.
    const std::optional<std::string>& library() const noexcept { return details_.library; }
    const std::optional<std::string>& reason() const noexcept { return details_.reason; }
    // Beyond Python: the engine's error behind it, which names the check that failed, its section and the
    // alert
    // (<pavise/error.hpp>); nothing where the facade itself refused.
    const std::optional<Error>& error() const noexcept { return details_.error; }
};

// The connection was closed cleanly: the peer's close_notify came.
class PAVISE_EXPORT SSLZeroReturnError : public SSLError {
  public:
    using SSLError::SSLError;
};
// A non-blocking operation needs the transport to be readable, or writable, first.
class PAVISE_EXPORT SSLWantReadError : public SSLError {
  public:
    using SSLError::SSLError;
};
class PAVISE_EXPORT SSLWantWriteError : public SSLError {
  public:
    using SSLError::SSLError;
};
class PAVISE_EXPORT SSLSyscallError : public SSLError {
  public:
    using SSLError::SSLError;
};
// The transport ended without close_notify.
class PAVISE_EXPORT SSLEOFError : public SSLError {
  public:
    using SSLError::SSLError;
};

class PAVISE_EXPORT SSLCertVerificationError : public SSLError, public ValueError {
  public:
    SSLCertVerificationError(int number, const ErrorDetails& details);
    // OpenSSL's number for the fault (20: no issuer) and its words for it.
    int verify_code() const noexcept { return details().verify_code; }
    const std::string& verify_message() const noexcept { return details().verify_message; }
};
using CertificateError = SSLCertVerificationError;

// ---- std::error_code
//
// Calls that take a std::error_code& set it to one of
//   - an SSLErrorNumber (`code == SSL_ERROR_WANT_READ`), in this category;
//   - for a failure of TLS, SSL_ERROR_SSL together with the engine's Error: number_of() and error_of() take
//   it
//     apart, and message() says it in words;
//   - an error of the system (std::system_category()), std::errc::timed_out among them.
PAVISE_EXPORT const std::error_category& error_category() noexcept;
PAVISE_EXPORT std::error_code make_error_code(SSLErrorNumber number) noexcept;
PAVISE_EXPORT std::error_code make_error_code(Error error) noexcept;
PAVISE_EXPORT std::error_condition make_error_condition(SSLErrorNumber number) noexcept;
// SSL_ERROR_SYSCALL for codes of other categories.
PAVISE_EXPORT SSLErrorNumber number_of(const std::error_code& code) noexcept;
PAVISE_EXPORT std::optional<Error> error_of(const std::error_code& code) noexcept;

} // namespace pavise::ssl

template <> struct std::is_error_condition_enum<pavise::ssl::SSLErrorNumber> : std::true_type {};
