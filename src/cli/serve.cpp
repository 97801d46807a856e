// pavise serve
#include "cli/client_filters.hpp"
#include "cli/delegated.hpp"
#include "cli/ech.hpp"
#include "cli/server.hpp"
#include "cli/server_config.hpp"
#include "cli/starttls.hpp"
#include "cli/ticket_key_file.hpp"
#include "cli/timestamps.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"

#include <array>
#include <cstdio>

#include <sys/resource.h>

namespace pavise::cli {

namespace {

constexpr std::uint64_t default_timeout = 10; // seconds
constexpr std::uint64_t longest_timeout = 24 * 60 * 60;

constexpr std::array options{
    Option{"--port", "N", "the port to listen on; 0: the system picks one", Occurs::exactly_once},
    Option{"--bind", "ADDRESS",
           "listen on this address alone, in digits: 127.0.0.1 (every address, IPv4 and IPv6)"},
    option_cert,
    option_key,
    option_raw_key,
    option_delegated,
    option_ocsp_files,
    option_timestamp_files,
    Option{"--http", "", "answer HTTP GET with a page about the connection (this is what happens by itself)"},
    Option{"--echo", "", "send back what comes, instead of answering HTTP"},
    Option{"--discard", "", "drop what comes, instead of answering HTTP"},
    Option{"--starttls", "PROTOCOL",
           "begin in the clear, and with TLS when the client asks for it: smtp, imap, pop3, ftp, xmpp, ldap, "
           "postgres, mysql, sieve"},
    option_client_ca,
    option_trusted_key,
    option_require_client_cert,
    option_server_post_handshake_auth,
    option_client_key_usage,
    option_client_purpose,
    option_accept_delegated,
    option_psk,
    option_imported_psk,
    option_psk_hint,
    option_psk_modes,
    option_sessions,
    option_tickets,
    option_ticket_keys,
    option_max_early_data,
    option_ech_key,
    option_alpn,
    option_tls,
    option_ciphers,
    option_cipher_suites,
    option_groups,
    option_sigalgs,
    option_dh_parameters,
    option_compress,
    option_record_size,
    option_update_keys,
    option_keylog,
    Option{"--timeout", "SECONDS", "how long a client may take for its handshake, and for its request (10)"},
    Option{"--quiet", "", "print no line for each connection"},
};
constexpr Usage usage{
    "serve",
    "answer TLS connections: HTTP GET with a page that describes the connection, or an echo, or nothing",
    {},
    options,
    "Several certificates may be given. Those that are valid for the name that a client asks for come first; "
    "of\n"
    "these, the first whose key the client can verify is used.\n\n"
    "Keys of --ticket-keys seal for seven days at the most. To change them, put a new one first into the "
    "file "
    "of\n"
    "each server, keep the old ones until their tickets have expired, and send SIGHUP: the file is read "
    "again.\n\n"
    "Prints 'listening on ADDRESS:PORT' when it is ready. SIGINT or SIGTERM ends it, and SIGHUP without\n"
    "--ticket-keys. Files of secrets that every user of this machine can read are taken, with a warning.\n\n"
    "exit status: 0  ended by a signal\n"
    "             1  the port cannot be listened on\n"
    "             2  an argument or a file is not right"};

// Each client is a descriptor: as many as the system grants us without asking anybody.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Outcome<Service> service_from(const Arguments& arguments) {
    if (int{arguments.has("--http")} + int{arguments.has("--echo")} + int{arguments.has("--discard")} > 1)
        return misuse("--http, --echo and --discard do not go together");
    if (arguments.has("--echo")) return Service::echo;
    return arguments.has("--discard") ? Service::discard : Service::http;
}

Problem no_address(std::string_view given) {
    return misuse("--bind wants an address of this machine in digits, 127.0.0.1 or ::1, not '" +
                  std::string(given) + "'");
}

// What SIGHUP does: it ends the server without --ticket-keys.
std::function<std::string()> on_hangup(const Arguments& arguments, const ServerConfig& config) {
    const auto path = arguments.value(option_ticket_keys.name);
    if (!path) return {};
    return [path = std::string(*path), keys = config.ticket_keys, clock = config.clock]() mutable {
        auto count = read_ticket_keys(path, keys, clock->now());
        if (!count) return count.problem().text + "\nthe ticket keys are as they were";
        return path + ": " + std::to_string(*count) + (*count == 1 ? " ticket key" : " ticket keys");
    };
}

// Without the brackets that an IPv6 address has before a port.
Outcome<std::string> bind_address_from(const Arguments& arguments) {
    const auto given = arguments.value("--bind");
    if (!given) return std::string();
    std::string_view address = *given;
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    // An empty one would be every address.
    if (address.empty()) return no_address(*given);
    return std::string(address);
}

Outcome<Exit> run(const Arguments& arguments) {
    const auto port = net::parse_port(*arguments.value("--port"));
    if (!port)
        return misuse("--port wants a number from 0 to 65535, not '" +
                      std::string(*arguments.value("--port")) + "'");
    ServerOptions how;
    how.starttls = arguments.value("--starttls").value_or("");
    if (!how.starttls.empty() && !is_starttls_protocol(how.starttls))
        return misuse("--starttls: there is " + starttls_protocols() + ", not '" + std::string(how.starttls) +
                      "'");
    std::uint64_t timeout = 0;
    std::shared_ptr<ServerConfig> config;
    Settings settings;
    settings.set(timeout, arguments.number("--timeout", 1, longest_timeout, default_timeout));
    std::string address;
    settings.set(address, bind_address_from(arguments));
    settings.set(how.service, service_from(arguments));
    settings.set(how.conduct, conduct_from(arguments));
    settings.set(config, server_config_from(arguments));
    if (settings.problem()) return *settings.problem();
    how.patience.request = std::chrono::seconds(timeout);
    how.on_hangup = on_hangup(arguments, *config);
    if (arguments.has("--quiet")) how.verbosity = Verbosity::quiet;

    const net::Endpoint where{address, *port};
    auto listener = net::Listener::open(where);
    if (!listener && listener.error().code == ErrorCode::name_resolution_failed)
        return no_address(*arguments.value("--bind"));
    if (!listener)
        return Problem{Exit::connection,
                       net::explain(listener.error(), where.host.empty() ? "port " + std::to_string(*port)
                                                                         : net::to_text(where))};
    allow_many_descriptors();
    auto server = Server::open(*std::move(listener), ConfigByName(std::move(config)), how);
    if (!server) return server.problem();
    std::printf("listening on %s\n", net::to_text(server->address()).c_str());
    std::fflush(stdout);
    return server->run();
}

} // namespace

const Verb serve_verb{&usage, run};

} // namespace pavise::cli
