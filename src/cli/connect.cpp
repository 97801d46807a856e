// pavise connect HOST:PORT
#include "cli/config_options.hpp"
#include "cli/describe.hpp"
#include "cli/drive.hpp"
#include "cli/files.hpp"
#include "cli/relay.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"

#include <array>
#include <cstdio>

#include <unistd.h>

namespace pavise::cli {

namespace {

constexpr std::uint64_t default_timeout = 15; // seconds
constexpr std::uint64_t longest_timeout = 24 * 60 * 60;

constexpr std::array operands{Operand{"HOST:PORT", "the server; an IPv6 address in brackets: [::1]:443"}};
constexpr std::array options{
    Option{"--cafile", "FILE", "trust the certificates in FILE (PEM or DER), and not those of the system"},
    Option{"--servername", "NAME",
           "the name that the server must prove and is asked for (SNI), instead of HOST"},
    Option{"--insecure", "", "go on whoever the server is: nothing is verified"},
    option_cert,
    option_key,
    Option{"--post-handshake-auth", "", "let the server ask for our certificate after the handshake, too"},
    Option{"--ocsp", "POLICY",
           "ask for proof that the certificate is not revoked: checked (if it comes), required"},
    option_compress,
    option_alpn,
    option_groups,
    option_cipher_suites,
    option_tls,
    option_ciphers,
    option_psk,
    Option{"--session-in", "FILE", "resume the session that --session-out left in FILE"},
    Option{"--session-out", "FILE", "leave the session in FILE, which must not be there; it is a secret"},
    Option{"--timeout", "SECONDS", "how long connecting and the handshake may take (15)"},
    Option{"--quiet", "", "do not print what was negotiated"},
};
constexpr Usage usage{
    "connect",
    "open a TLS connection to a server, show what was negotiated, and relay standard input and output",
    operands, options,
    "What was negotiated goes to standard error; standard output gets the server's data alone. The end of "
    "standard\n"
    "input closes our side (close_notify); the command ends when the server has closed its side too.\n\n"
    "exit status: 0  the server was verified (or --insecure given) and the connection closed properly\n"
    "             1  no connection, or it was cut\n"
    "             2  an argument or a file is not right\n"
    "             3  the handshake failed, or the peer broke the protocol or sent a fatal alert\n"
    "             4  the server's certificate was not accepted"};

Exit exit_of(Error error) {
    switch (blame_of(error)) {
    case Blame::peer:
    case Blame::negotiation: return Exit::handshake;
    case Blame::certificate: return Exit::certificate;
    case Blame::transport:
    case Blame::local: return Exit::connection;
    }
    return Exit::connection;
}

std::string_view advice_for(ErrorCode code) {
    switch (code) {
        using enum ErrorCode;
    case self_signed_certificate:
    case self_signed_in_chain:
    case anchor_not_self_signed:
    case unknown_issuer:
        return "\nif you know who issued it, name that authority's certificate with --cafile";
    case name_mismatch:
    case ip_address_mismatch: return "\nif you meant another name, give it with --servername";
    case certificate_expired:
    case certificate_not_yet_valid:
        return "\ncheck this machine's clock; if it is right, the server needs a new certificate";
    case truncated_connection:
        return "\nsome servers leave it out when our side is closed first; only the data's own format can "
               "tell "
               "whether it is whole";
    default: return "";
    }
}

Problem problem_of(Error error, const std::string& server) {
    if (blame_of(error) == Blame::certificate)
        return {Exit::certificate, server + ": the server's certificate was not accepted: " +
                                       in_words(error) + std::string(advice_for(error.code))};
    return {exit_of(error), net::explain(error, server) + std::string(advice_for(error.code))};
}

Outcome<TrustStore> trust_from(const Arguments& arguments) {
    if (arguments.has("--insecure")) return TrustStore();
    if (const auto path = arguments.value("--cafile")) return trust_from_file(*path);
    auto store = TrustStore::system();
    if (!store)
        return misuse("the system's trust store: " + describe(store.error()) + "\nname one with --cafile");
    return *std::move(store);
}

Outcome<std::optional<OcspPolicy>> ocsp_from(const Arguments& arguments) {
    const auto policy = arguments.value("--ocsp");
    if (!policy) return std::optional<OcspPolicy>();
    if (*policy == "checked") return std::optional(OcspPolicy::checked);
    if (*policy == "required") return std::optional(OcspPolicy::required);
    return misuse("--ocsp wants checked or required, not '" + std::string(*policy) + "'");
}

Outcome<std::shared_ptr<const ClientConfig>> config_from(const Arguments& arguments) {
    auto config = std::make_shared<ClientConfig>();
    auto alpn = alpn_from(arguments);
    if (!alpn) return alpn.problem();
    auto groups = groups_from(arguments);
    if (!groups) return groups.problem();
    auto suites = cipher_suites_from(arguments);
    if (!suites) return suites.problem();
    auto versions = versions_from(arguments);
    if (!versions) return versions.problem();
    auto psks = psks_from(arguments);
    if (!psks) return psks.problem();
    auto credentials = credentials_from(arguments);
    if (!credentials) return credentials.problem();
    auto trust = trust_from(arguments);
    if (!trust) return trust.problem();
    auto ocsp = ocsp_from(arguments);
    if (!ocsp) return ocsp.problem();
    if (*ocsp) {
        config->ocsp_response = Staple::requested;
        config->ocsp_policy = **ocsp;
    }
    if (arguments.has("--post-handshake-auth")) config->post_handshake_auth = PostHandshakeAuth::offered;
    config->certificate_compression = compression_from(arguments);
    config->trust = *std::move(trust);
    config->credentials = *std::move(credentials);
    config->alpn_protocols = *std::move(alpn);
    config->groups = *std::move(groups);
    config->cipher_suites = *std::move(suites);
    config->versions = *versions;
    config->external_psks = *std::move(psks);
    if (arguments.has("--insecure")) config->verification = PeerVerification::none;
    return std::shared_ptr<const ClientConfig>(std::move(config));
}

std::string_view verdict_on(const Negotiated& negotiated, PeerVerification verification) {
    if (negotiated.peer_chain.empty()) return "both sides proved that they know the pre-shared key\n";
    return verification == PeerVerification::none ? "the certificate was NOT verified (--insecure)\n"
                                                  : "the certificate was verified\n";
}

void print_negotiated(const Negotiated& negotiated, PeerVerification verification) {
    std::string out = "connected\n" + description_of(negotiated);
    out += description_of_chain(negotiated.peer_chain);
    out += verdict_on(negotiated, verification);
    std::fwrite(out.data(), 1, out.size(), stderr);
}

Outcome<Session> session_from(const Arguments& arguments) {
    const auto path = arguments.value("--session-in");
    if (!path) return Session();
    auto file = read_file(*path);
    if (!file) return file.problem();
    auto session = Session::deserialise(file->view());
    if (!session) return misuse(std::string(*path) + ": " + describe(session.error()));
    return *std::move(session);
}

// The newest that the server gave. Where it gave none, there is no file.
Outcome<std::monostate> keep_session(const Arguments& arguments, Connection& connection) {
    const auto path = arguments.value("--session-out");
    const std::vector<Session> sessions = connection.take_sessions();
    if (!path || sessions.empty()) return std::monostate();
    ByteVector bytes = sessions.back().serialise();
    auto written = write_new_file(*path, as_text(bytes), Readers::owner);
    secure_wipe(bytes);
    return written;
}

Outcome<Exit> run(const Arguments& arguments) {
    const std::string server(arguments.operand(0));
    const auto endpoint = net::parse_endpoint(server);
    if (!endpoint) return misuse(net::explain(endpoint.error(), "'" + server + "'"));
    auto timeout = arguments.number("--timeout", 1, longest_timeout, default_timeout);
    if (!timeout) return timeout.problem();
    auto config = config_from(arguments);
    if (!config) return config.problem();

    const std::string_view name = arguments.value("--servername").value_or(endpoint->host);
    auto session = session_from(arguments);
    if (!session) return session.problem();
    auto connection = Connection::client(*config, ClientOptions{std::string(name), *std::move(session)});
    if (!connection) return misuse("'" + std::string(name) + "': " + describe(connection.error()));

    const auto deadline = net::Deadline::after(std::chrono::seconds(*timeout));
    auto socket = net::connect(*endpoint, deadline);
    if (!socket) return problem_of(socket.error(), server);
    Stream stream(*std::move(connection), *std::move(socket));
    Status status = stream.shake_hands(deadline);
    if (status && !arguments.has("--quiet"))
        print_negotiated(stream.connection().negotiated(), (*config)->verification);
    if (status) status = relay(stream.connection(), stream.socket(), {STDIN_FILENO, STDOUT_FILENO});
    const auto kept = keep_session(arguments, stream.connection());
    stream.part();
    if (!status) return problem_of(status.error(), server);
    if (!kept) return kept.problem();
    return Exit::ok;
}

} // namespace

const Verb connect_verb{&usage, run};

} // namespace pavise::cli
