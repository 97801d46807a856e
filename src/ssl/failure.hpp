// What a call of the facade can fail with, before it becomes an exception or a std::error_code: small, and
// made without an allocation, because in a non-blocking loop most calls end here.
#pragma once

#include <pavise/ssl/errors.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

namespace pavise::ssl {

// What the facade itself refuses, beside the engine.
enum class Refusal : std::uint8_t {
    protocol_is_shutdown,                // a write after close_notify was sent
    application_data_after_close_notify, // data came while unwrap() waited for the peer's close_notify
    shutdown_while_in_init,              // unwrap() before the handshake is done
    callback_failed,                     // a callback of the application's refused or threw
    not_server,                          // the operation is a server's
    extension_not_received,              // the client did not say that it knows post-handshake authentication
    wrong_ssl_version,                   // the operation is of another version of TLS
    invalid_config,                      // the context's settings rule the operation out
};

// Which of the exceptions of `ssl` it becomes is number_of().
class Failure {
    struct System {
        int number;
    };
    struct TimedOut {};
    std::variant<SSLErrorNumber, Error, Refusal, System, TimedOut> what_;

  public:
    // WANT_READ, WANT_WRITE or ZERO_RETURN.
    explicit Failure(SSLErrorNumber number) noexcept : what_(number) {}
    explicit Failure(Error error) noexcept : what_(error) {}
    explicit Failure(Refusal refusal) noexcept : what_(refusal) {}
    static Failure system(int number) noexcept {
        Failure failure(SSL_ERROR_SYSCALL);
        failure.what_ = System{number};
        return failure;
    }
    static Failure timed_out() noexcept {
        Failure failure(SSL_ERROR_SYSCALL);
        failure.what_ = TimedOut{};
        return failure;
    }

    bool is(SSLErrorNumber number) const noexcept;
    // The engine's error, where it is one.
    std::optional<Error> error() const noexcept;
    std::error_code code() const noexcept;
    // Throws the exception that Python raises. `host` is the name that a certificate was to be valid for,
    // `operation` what a time-out interrupted ("read").
    [[noreturn]] void raise(std::string_view host, std::string_view operation) const;
};

// A count, or the failure. Like Result, for failures of the facade.
template <class T> class [[nodiscard]] Attempt {
    std::variant<T, Failure> state_;

  public:
    // NOLINTBEGIN(google-explicit-constructor): as a Result is made
    Attempt(T value) : state_(std::move(value)) {}
    Attempt(Failure failure) noexcept : state_(failure) {}
    // NOLINTEND(google-explicit-constructor)
    explicit operator bool() const noexcept { return state_.index() == 0; }
    // Preconditions: there is a value, or a failure.
    T& operator*() noexcept { return *std::get_if<0>(&state_); }
    const Failure& failure() const noexcept { return *std::get_if<1>(&state_); }
};
using Done = Attempt<std::monostate>;

} // namespace pavise::ssl
