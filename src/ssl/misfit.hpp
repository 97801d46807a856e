// Options of wrap_socket() and wrap_bio() that do not fit each other or their context.
#pragma once

#include "ssl/settings.hpp"

#include <optional>
#include <string>
#include <system_error>

namespace pavise::ssl {

struct TlsOptions {
    Role role = Role::client;
    std::optional<std::string> server_hostname{};
    std::optional<SSLSession> session{};
    ByteVector ech_configs{};
};

// Why no connection can be made: as Python raises it, and as a code.
class Misfit {
    enum class Kind : std::uint8_t { ssl_error, value_error, type_error };
    Kind kind_;
    std::string text_;
    std::error_code code_;

    Misfit(Kind kind, std::string text, std::error_code code) :
        kind_(kind),
        text_(std::move(text)),
        code_(code) {}

  public:
    static Misfit of_side(std::string text) {
        return {Kind::ssl_error, std::move(text), std::make_error_code(std::errc::operation_not_supported)};
    }
    static Misfit of_value(std::string text,
                           std::error_code code = std::make_error_code(std::errc::invalid_argument)) {
        return {Kind::value_error, std::move(text), code};
    }
    static Misfit of_type(std::string text) {
        return {Kind::type_error, std::move(text), std::make_error_code(std::errc::invalid_argument)};
    }

    std::error_code code() const noexcept { return code_; }
    [[noreturn]] void raise() const;
};

// Nothing: they fit.
std::optional<Misfit> misfit_of(const TlsOptions& options, const SSLContext& context);
std::optional<Misfit> misfit_of(const SSLSession& session, const SSLContext& context, Role role);

} // namespace pavise::ssl
