// pavise connect HOST:PORT
#include "base/pem.hpp"
#include "base/try.hpp"
#include "cli/client_config.hpp"
#include "cli/colour.hpp"
#include "cli/delegated.hpp"
#include "cli/describe.hpp"
#include "cli/drive.hpp"
#include "cli/ech.hpp"
#include "cli/files.hpp"
#include "cli/message_trace.hpp"
#include "cli/relay.hpp"
#include "cli/report_json.hpp"
#include "cli/starttls.hpp"
#include "cli/timestamps.hpp"
#include "cli/tls_stream.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"

#include <pavise/ssl/connection.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

#include <sys/stat.h>
#include <unistd.h>

namespace pavise::cli {

namespace {

constexpr std::uint64_t default_timeout = 15; // seconds
constexpr std::uint64_t longest_timeout = 24 * 60 * 60;

constexpr std::array operands{Operand{"HOST:PORT", "the server; an IPv6 address in brackets: [::1]:443"}};
constexpr std::array options{
    Option{"--servername", "NAME",
           "the name that the server must prove and is asked for (SNI), instead of HOST"},
    option_cafile,
    option_capath,
    option_insecure,
    option_trusted_key,
    option_ocsp,
    option_timestamps,
    option_log_key,
    option_accept_delegated,
    option_cert,
    option_key,
    option_raw_key,
    option_delegated,
    option_post_handshake_auth,
    option_psk,
    option_imported_psk,
    option_psk_modes,
    Option{"--session-in", "FILE", "resume the session that --session-out left in FILE"},
    Option{"--session-out", "FILE", "leave the session in FILE, which must not be there; it is a secret"},
    Option{"--early-data", "FILE",
           "send FILE's contents before the handshake is done, and again after it where the server does not "
           "take that; needs --session-in. An attacker can make the server see it twice"},
    option_ech,
    option_alpn,
    option_tls,
    option_ciphers,
    option_cipher_suites,
    option_groups,
    option_sigalgs,
    option_compress,
    option_record_size,
    option_max_fragment,
    option_update_keys,
    Option{"--starttls", "PROTOCOL",
           "first ask for TLS in plaintext: smtp, imap, pop3, ftp, xmpp, ldap, postgres, mysql or sieve"},
    Option{"--get", "PATH", "ask for PATH by HTTP/1.1 and print the answer, instead of relaying"},
    Option{"--showcerts", "", "print the server's certificates (PEM) and end, instead of relaying"},
    Option{"--json", "",
           "print what was negotiated, or what went wrong, as one JSON object and end, instead of relaying"},
    Option{"--msg", "", "print every message of the handshake and what it says, as it goes and comes"},
    option_keylog,
    Option{"--timeout", "SECONDS", "how long connecting and the handshake may take (15)"},
    Option{"--quiet", "", "do not print what was negotiated"},
};
constexpr Usage usage{
    "connect",
    "open a TLS connection to a server, show what was negotiated, and relay standard input and output",
    operands, options,
    "What was negotiated goes to standard error; standard output gets the server's data alone. The end of "
    "standard\n"
    "input closes our side (close_notify); the command ends when the server has closed its side too. In TLS "
    "1.2\n"
    "closing our side calls off what the server has not said yet: keep the input open, or use --get.\n"
    "A signal that ends the command calls off the handshake, or closes the connection, first.\n\n"
    "Files of secrets that every user of this machine can read are taken, with a warning.\n\n"
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

std::string_view verdict_on(const Negotiated& negotiated, const ClientConfig& config) {
    if (negotiated.peer_chain.empty()) return "both sides proved that they know the pre-shared key";
    const bool raw = negotiated.peer_certificate_type == CertificateType::raw_public_key;
    if (config.verification == PeerVerification::none)
        return raw ? "the public key was NOT verified (--insecure)"
                   : "the certificate was NOT verified (--insecure)";
    return raw ? "the public key is one that is trusted" : "the certificate was verified";
}

void print_negotiated(const Negotiated& negotiated, const ClientConfig& config,
                      std::span<const ShownTimestamp> timestamps) {
    std::string out = "connected\n" + description_of(negotiated);
    if (config.ocsp_response == Staple::requested)
        out += row("OCSP staple", verdict_on_staple(negotiated, config.clock->now()));
    if (config.certificate_timestamps == Staple::requested) out += description_of(timestamps);
    out += description_of_peer(negotiated);
    const bool verified = config.verification != PeerVerification::none || negotiated.peer_chain.empty();
    out +=
        Palette::of(STDERR_FILENO).paint(verified ? Tint::good : Tint::bad, verdict_on(negotiated, config));
    out += '\n';
    std::fwrite(out.data(), 1, out.size(), stderr);
}

Outcome<Session> session_from(const Arguments& arguments) {
    const auto path = arguments.value("--session-in");
    if (!path) return Session();
    auto file = read_secret_file(*path);
    if (!file) return file.problem();
    auto session = Session::deserialise(file->view());
    if (!session) return misuse(std::string(*path) + ": " + describe(session.error()));
    return *std::move(session);
}

// The newest that the server gave. Where it gave none, there is no file, which is said; in TLS 1.2 `offered`
// may go on.
Outcome<std::monostate> keep_session(const Arguments& arguments, const ssl::SSLObject& object,
                                     const Session& offered) {
    const auto path = arguments.value("--session-out");
    const auto session = object.session();
    if (!path || !object.version()) return std::monostate(); // no handshake was completed
    ByteVector bytes;
    if (session && session->has_ticket()) bytes = session->serialise();
    if (bytes.empty() || (offered && bytes == offered.serialise())) {
        std::fprintf(stderr, "the server gave no session: %s was not made\n", std::string(*path).c_str());
        secure_wipe(bytes);
        return std::monostate();
    }
    auto written = write_new_file(*path, as_text(bytes), Readers::owner);
    secure_wipe(bytes);
    return written;
}

// What the connection is for.
enum class Task : std::uint8_t { relay, get, show_certificates, describe };

Outcome<Task> task_from(const Arguments& arguments) {
    struct Row {
        std::string_view option;
        Task task;
    };
    constexpr std::array rows{Row{"--get", Task::get}, Row{"--showcerts", Task::show_certificates},
                              Row{"--json", Task::describe}};
    const Row* chosen = nullptr;
    for (const Row& row : rows) {
        if (!arguments.has(row.option)) continue;
        if (chosen != nullptr)
            return misuse(std::string(chosen->option) + " and " + std::string(row.option) +
                          " do not go together");
        chosen = &row;
    }
    struct stat input{};
    if (chosen == nullptr && ::fstat(STDIN_FILENO, &input) == 0 && S_ISDIR(input.st_mode))
        return misuse("standard input is a directory, which cannot be relayed");
    if (chosen == nullptr) return Task::relay;
    if (chosen->task != Task::get) return chosen->task;
    const std::string_view path = *arguments.value("--get");
    // RFC 9112 §3.2.1: what would be a space or a control character is percent-encoded.
    const bool clean = std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f; });
    if (!path.starts_with('/') || !clean)
        return misuse("--get wants a path that begins with '/' and has no spaces: '" + printable(path) + "'");
    return Task::get;
}

// What the command line asks for, checked as far as it can be without the server.
struct Plan {
    std::string server; // as it was given
    net::Endpoint endpoint;
    std::string name; // that the server must prove
    net::Deadline deadline = net::Deadline::never();
    std::shared_ptr<const ClientConfig> config;
    Session session;
    ByteVector ech_configs;
    std::vector<LogKey> logs; // of which one must know the certificate; empty: none has to
    SecretVector early_data;
    std::optional<std::string_view> starttls;
    std::optional<KeyUpdateScope> key_update;
    Task task = Task::relay;
};

Outcome<Plan> plan_from(const Arguments& arguments) {
    Plan plan;
    plan.server = arguments.operand(0);
    const auto endpoint = net::parse_endpoint(plan.server);
    if (!endpoint) return misuse(net::explain(endpoint.error(), "'" + plan.server + "'"));
    plan.endpoint = *endpoint;
    plan.name = arguments.value("--servername").value_or(endpoint->host);
    if (const auto path = arguments.value("--session-out"))
        if (auto obstacle = obstacle_to_new_file(*path)) return *std::move(obstacle);
    plan.starttls = arguments.value("--starttls");
    if (plan.starttls && !is_starttls_protocol(*plan.starttls))
        return misuse("--starttls: there is " + starttls_protocols() + ", not '" +
                      std::string(*plan.starttls) + "'");
    std::uint64_t timeout = 0;
    Settings settings;
    settings.set(timeout, arguments.number("--timeout", 1, longest_timeout, default_timeout));
    settings.set(plan.task, task_from(arguments));
    settings.set(plan.key_update, key_update_from(arguments));
    settings.set(plan.session, session_from(arguments));
    settings.set(plan.ech_configs, ech_configs_from(arguments));
    settings.set(plan.logs, log_keys_from(arguments));
    if (settings.problem()) return *settings.problem();
    if (const auto path = arguments.value("--early-data")) {
        if (!plan.session)
            return misuse("--early-data goes with --session-in: it is sent under the session's keys");
        settings.set(plan.early_data, read_file(*path));
    }
    settings.set(plan.config, client_config_from(arguments));
    if (settings.problem()) return *settings.problem();
    plan.deadline = net::Deadline::after(std::chrono::seconds(timeout));
    return plan;
}

// What the server may take of it before the handshake is done.
Bytes early_part_of(const Plan& plan) {
    const Bytes data = plan.early_data.view();
    return data.first(std::min(data.size(), std::size_t{plan.session.max_early_data_size()}));
}

// The handshake; what the server did not take of the early data is sent after it.
Status greet(TlsStream& stream, const Plan& plan) {
    PAVISE_TRY(stream.shake_hands(plan.deadline));
    const std::size_t taken = *stream.object().early_data_accepted() ? early_part_of(plan).size() : 0;
    return stream.write_all(plan.early_data.view().subspan(taken), plan.deadline);
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void print_certificates(const Negotiated& negotiated) {
    const bool raw = negotiated.peer_certificate_type == CertificateType::raw_public_key;
    std::string out;
    for (const SharedBytes& der : negotiated.peer_chain)
        out += write_pem(raw ? "PUBLIC KEY" : "CERTIFICATE", der);
    print(out);
}

Status get(TlsStream& stream, const Plan& plan, std::string_view path) {
    const std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + plan.name +
                                "\r\nUser-Agent: pavise\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    PAVISE_TRY(stream.write_all(as_bytes(request), plan.deadline));
    return relay(stream, {no_input, STDOUT_FILENO});
}

// What comes behind the handshake, sessions among it, until the server closes too; for a moment at the most.
void listen_on(TlsStream& stream) {
    const net::Deadline deadline = net::Deadline::after(drain_time);
    std::array<std::uint8_t, 4096> sink;
    std::error_code code;
    stream.object().close_sending(code);
    if (code) return;
    while (const auto count = stream.read(sink, deadline))
        if (*count == 0) return;
}

Status perform(TlsStream& stream, const Plan& plan, const Arguments& arguments) {
    if (plan.key_update) PAVISE_TRY(stream.update_keys(*plan.key_update));
    switch (plan.task) {
    case Task::get: return get(stream, plan, *arguments.value("--get"));
    case Task::relay: return relay(stream, {STDIN_FILENO, STDOUT_FILENO});
    case Task::show_certificates: print_certificates(stream.object().negotiated()); break;
    case Task::describe: break; // at the end, when nothing can fail any more
    }
    if (arguments.has("--session-out")) listen_on(stream);
    return {};
}

// What went wrong in words, and what it was where the connection itself failed.
struct Failure {
    Problem problem;
    std::optional<Error> error;
};

// A connection that has its first flight ready. The facade's own settings are too few for the options: the
// config that these became stands in the place of the one that the facade makes, and the engine judges by it.
Result<TlsStream> stream_for(const Plan& plan, MessageTrace* trace) {
    ssl::SSLContext context(ssl::PROTOCOL_TLS_CLIENT);
    context.set_check_hostname(false);
    context.set_client_config_hook([&plan](ClientConfig& config) { config = *plan.config; });
    if (trace != nullptr)
        context.set_msg_callback(
            [trace](ssl::SSLConnection&, const ssl::TLSMessage& message) { trace->show(message); });
    ssl::WrapBioOptions how{.ech_configs = plan.ech_configs};
    if (!plan.name.empty()) how.server_hostname = plan.name;
    std::error_code code;
    if (plan.session) how.session = ssl::SSLSession::deserialise(context, plan.session.serialise(), code);
    PAVISE_LET(TlsStream stream, TlsStream::client(context, how));
    if (const Bytes early = early_part_of(plan); !early.empty()) stream.object().set_early_data(early);
    PAVISE_TRY(stream.prepare());
    return stream;
}

// Which name the certificate is not for. Where ECH was not taken it is the one that everybody may see.
std::string advice_on_name(const Plan& plan, const Negotiated& negotiated) {
    if (negotiated.ech == EchStatus::rejected)
        return "\nthe server did not take the encrypted ClientHello, and cannot show that it speaks for the "
               "public "
               "name of --ech";
    return "\nit was asked for '" + plan.name + "'; if you meant another name, give it with --servername";
}

Failure failure_of(Error error, const Plan& plan, const Negotiated& negotiated) {
    Problem problem = problem_of(error, plan.server);
    if (error.code == ErrorCode::name_mismatch || error.code == ErrorCode::ip_address_mismatch)
        problem.text += advice_on_name(plan, negotiated);
    if (error.code == ErrorCode::ech_rejected) problem.text += advice_after_rejection(negotiated);
    return {std::move(problem), error};
}

// The connection was not even begun: the server's name, or what the options come to together.
Problem unfit(Error error, const Plan& plan) {
    switch (error.code) {
        using enum ErrorCode;
    case bad_host_name:
    case host_name_not_ascii:
    case no_server_name: return misuse("'" + plan.name + "': " + describe(error));
    case output_too_long:
        return misuse("what the options ask for does not fit into one ClientHello: " + describe(error) +
                      "\ngive fewer or shorter ones with --psk, --imported-psk and --alpn");
    default: return misuse("the options: " + describe(error));
    }
}

std::optional<Failure> talk(TlsStream& stream, const Plan& plan, const Arguments& arguments) {
    const Negotiated& negotiated = stream.object().negotiated();
    Status status = greet(stream, plan);
    const bool told = arguments.has("--quiet") || plan.task == Task::describe;
    std::vector<ShownTimestamp> timestamps;
    if (status) {
        timestamps = timestamps_of(negotiated, plan.logs, plan.config->clock->now());
        if (!told) print_negotiated(negotiated, *plan.config, timestamps);
        auto complaint =
            plan.logs.empty() ? std::nullopt : complaint_about(timestamps, negotiated, plan.server);
        if (complaint) {
            std::error_code ignored; // who is gone need not be told
            stream.object().refuse(ssl::ALERT_DESCRIPTION_BAD_CERTIFICATE, ignored);
            stream.part();
            return Failure{*std::move(complaint), std::nullopt};
        }
        status = perform(stream, plan, arguments);
    }
    const auto kept = keep_session(arguments, stream.object(), plan.session);
    stream.part();
    if (!status) return failure_of(status.error(), plan, negotiated);
    if (!kept) return Failure{kept.problem(), std::nullopt};
    if (plan.task == Task::describe)
        print(connection_in_json(plan.server, negotiated, *plan.config, timestamps));
    return std::nullopt;
}

std::optional<Failure> converse(const Plan& plan, const Arguments& arguments) {
    MessageTrace trace(stderr);
    auto stream = stream_for(plan, arguments.has("--msg") ? &trace : nullptr);
    if (!stream) return Failure{unfit(stream.error(), plan), stream.error()};

    auto socket = net::connect(plan.endpoint, plan.deadline);
    if (!socket) return Failure{problem_of(socket.error(), plan.server), socket.error()};
    if (plan.starttls) {
        auto begun = start_tls(*plan.starttls, *socket, plan.server, plan.name, plan.deadline);
        if (!begun) return Failure{begun.problem(), std::nullopt};
    }
    // From here on there is a handshake to call off or a connection to close.
    const Interruption interruption;
    stream->attach(*std::move(socket), interruption);
    return talk(*stream, plan, arguments);
}

Outcome<Exit> run(const Arguments& arguments) {
    auto plan = plan_from(arguments);
    if (!plan) return plan.problem();
    const std::optional<Failure> failure = converse(*plan, arguments);
    if (!failure) return Exit::ok;
    if (plan->task == Task::describe) print(failure_in_json(plan->server, failure->problem, failure->error));
    return failure->problem;
}

} // namespace

const Verb connect_verb{&usage, run};

} // namespace pavise::cli
