#include "ssl/misfit.hpp"

#include "ssl/session_slot.hpp"
#include "trust/name_match.hpp"

namespace pavise::ssl {

namespace {

std::optional<Misfit> misfit_of_side(const Settings& settings, Role role) {
    if (role == Role::client && !settings.for_clients())
        return Misfit::of_side("Cannot create a client socket with a PROTOCOL_TLS_SERVER context");
    if (role == Role::server && !settings.for_servers())
        return Misfit::of_side("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context");
    return std::nullopt;
}

std::optional<Misfit> misfit_of_hostname(const std::optional<std::string>& name, const Settings& settings,
                                         Role role) {
    if (role == Role::server) {
        if (name) return Misfit::of_value("server_hostname can only be specified in client mode");
        return std::nullopt;
    }
    if (settings.check_hostname && !name) return Misfit::of_value("check_hostname requires server_hostname");
    if (!name) return std::nullopt;
    const auto reference = trust::ReferenceName::from_host(*name);
    const std::error_code code =
        reference ? std::make_error_code(std::errc::invalid_argument) : make_error_code(reference.error());
    if (name->empty() || name->front() == '.')
        return Misfit::of_value("server_hostname cannot be an empty string or start with a leading dot.",
                                code);
    if (name->find('\0') != std::string::npos)
        return Misfit::of_type("argument must be encoded string without null bytes, not str");
    if (reference) return std::nullopt;
    std::string text = describe(reference.error());
    if (const auto a_label = trust::a_label_of(*name); a_label && *a_label != *name)
        text += ": perhaps '" + *a_label + "'";
    return Misfit::of_value(std::move(text), code);
}

} // namespace

void Misfit::raise() const {
    switch (kind_) {
    case Kind::ssl_error: throw SSLError(text_);
    case Kind::type_error: throw TypeError(text_);
    case Kind::value_error: break;
    }
    throw ValueError(text_);
}

std::optional<Misfit> misfit_of(const SSLSession& session, const SSLContext& context, Role role) {
    if (session.slot()->context != context.state())
        return Misfit::of_value("Session refers to a different SSLContext.");
    if (role == Role::server) return Misfit::of_value("Cannot set session for server-side SSLSocket.");
    return std::nullopt;
}

std::optional<Misfit> misfit_of(const TlsOptions& options, const SSLContext& context) {
    const SettingsPtr settings = context.state()->settings();
    if (auto misfit = misfit_of_side(*settings, options.role)) return misfit;
    if (auto misfit = misfit_of_hostname(options.server_hostname, *settings, options.role)) return misfit;
    if (!options.ech_configs.empty() && options.role == Role::server)
        return Misfit::of_value("ech_configs can only be specified in client mode");
    return options.session ? misfit_of(*options.session, context, options.role) : std::nullopt;
}

} // namespace pavise::ssl
