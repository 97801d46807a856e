// pavise serve
#include "cli/config_options.hpp"
#include "cli/files.hpp"
#include "cli/server.hpp"
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
    option_cert,
    option_key,
    Option{"--ocsp-response", "FILE", "staple the OCSP response in FILE (DER) to the first --cert"},
    option_compress,
    Option{"--bind", "ADDRESS",
           "listen on this address alone, in digits: 127.0.0.1 (every address, IPv4 and IPv6)"},
    Option{"--echo", "", "send back what comes, instead of answering HTTP"},
    option_alpn,
    Option{"--client-ca", "FILE", "demand a client certificate issued by an authority in FILE"},
    option_groups,
    option_cipher_suites,
    option_tls,
    option_ciphers,
    Option{"--dhparams", "FILE",
           "Diffie-Hellman parameters for the DHE suites of TLS 1.2 (those of RFC 7919)"},
    option_psk,
    Option{"--psk-hint", "TEXT", "what TLS 1.2 clients are told to choose their pre-shared key by"},
    Option{"--sessions", "KIND",
           "how clients come back without a full handshake: tickets, ids (kept here), or none (tickets)"},
    Option{"--timeout", "SECONDS", "how long a client may take for its handshake, and for its request (10)"},
    Option{"--quiet", "", "print no line for each connection"},
};
constexpr Usage usage{
    "serve",
    "answer TLS connections: HTTP GET with a page that describes the connection, or an echo",
    {},
    options,
    "Several certificates may be given, for keys of different types: the first that fits a client is used.\n"
    "Prints 'listening on ADDRESS:PORT' when it is ready. SIGINT or SIGTERM ends it.\n\n"
    "exit status: 0  ended by a signal\n"
    "             1  the port cannot be listened on\n"
    "             2  an argument or a file is not right"};

std::optional<Problem> set_sessions(const Arguments& arguments, ServerConfig& config) {
    const std::string kind(arguments.value("--sessions").value_or("tickets"));
    if (kind == "ids") {
        config.session_store = make_session_store();
    } else if (kind == "tickets") {
        auto keys = TicketKeys::generate();
        if (!keys) return misuse("keys for tickets: " + describe(keys.error()));
        config.ticket_keys = *std::move(keys);
    } else if (kind != "none") {
        return misuse("--sessions: there is tickets, ids and none, not '" + kind + "'");
    }
    return std::nullopt;
}

Outcome<std::shared_ptr<const ServerConfig>> config_from(const Arguments& arguments) {
    auto config = std::make_shared<ServerConfig>();
    auto credentials = credentials_from(arguments);
    if (!credentials) return credentials.problem();
    auto psks = psks_from(arguments);
    if (!psks) return psks.problem();
    if (credentials->empty() && psks->empty())
        return misuse("a server needs a certificate: --cert FILE --key FILE\n"
                      "'pavise demo' needs none; 'pavise cert make-ca' and 'pavise cert make-leaf' make one "
                      "to try with");
    if (const auto path = arguments.value("--ocsp-response")) {
        auto response = read_file(*path);
        if (!response) return response.problem();
        const Bytes der = response->view();
        auto stapled = credentials->front().with_ocsp_responses({ByteVector(der.begin(), der.end())});
        if (!stapled) return misuse("--ocsp-response: " + describe(stapled.error()));
        credentials->front() = *std::move(stapled);
    }
    config->certificate_compression = compression_from(arguments);
    auto alpn = alpn_from(arguments);
    if (!alpn) return alpn.problem();
    auto groups = groups_from(arguments);
    if (!groups) return groups.problem();
    auto suites = cipher_suites_from(arguments);
    if (!suites) return suites.problem();
    auto versions = versions_from(arguments);
    if (!versions) return versions.problem();
    if (const auto path = arguments.value("--client-ca")) {
        auto trust = trust_from_file(*path);
        if (!trust) return trust.problem();
        config->client_trust = *std::move(trust);
        config->client_verification = PeerVerification::required;
    }
    config->credentials = *std::move(credentials);
    config->alpn_protocols = *std::move(alpn);
    config->groups = *std::move(groups);
    config->cipher_suites = *std::move(suites);
    config->versions = *versions;
    config->external_psks = *std::move(psks);
    config->psk_identity_hint = std::string(arguments.value("--psk-hint").value_or(""));
    if (const auto path = arguments.value("--dhparams")) {
        auto parameters = dh_parameters_from_file(*path);
        if (!parameters) return parameters.problem();
        config->dh_parameters = *std::move(parameters);
    }
    if (auto problem = set_sessions(arguments, *config)) return *std::move(problem);
    // What is wrong with a config is found by trying it, now and not at the first client.
    const auto trial = Connection::server(config);
    if (!trial) return misuse("the server's configuration: " + describe(trial.error()));
    return std::shared_ptr<const ServerConfig>(std::move(config));
}

// Each client is a descriptor: as many as the system grants us without asking anybody.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Outcome<Exit> run(const Arguments& arguments) {
    const auto port = net::parse_port(*arguments.value("--port"));
    if (!port)
        return misuse("--port wants a number from 0 to 65535, not '" +
                      std::string(*arguments.value("--port")) + "'");
    auto timeout = arguments.number("--timeout", 1, longest_timeout, default_timeout);
    if (!timeout) return timeout.problem();
    auto config = config_from(arguments);
    if (!config) return config.problem();
    const net::Endpoint where{std::string(arguments.value("--bind").value_or("")), *port};
    auto listener = net::Listener::open(where);
    if (!listener)
        return Problem{Exit::connection,
                       net::explain(listener.error(), where.host.empty() ? "port " + std::to_string(*port)
                                                                         : net::to_text(where))};
    allow_many_descriptors();
    ServerOptions how;
    how.patience.request = std::chrono::seconds(*timeout);
    if (arguments.has("--echo")) how.service = Service::echo;
    if (arguments.has("--quiet")) how.verbosity = Verbosity::quiet;
    auto server = Server::open(*std::move(listener), *std::move(config), how);
    if (!server) return server.problem();
    std::printf("listening on %s\n", net::to_text(server->address()).c_str());
    std::fflush(stdout);
    return server->run();
}

} // namespace

const Verb serve_verb{&usage, run};

} // namespace pavise::cli
