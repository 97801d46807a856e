// pavise scan HOST:PORT
#include "cli/scan.hpp"

#include "cli/colour.hpp"
#include "cli/config_options.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"
#include "trust/name_match.hpp"

#include <array>
#include <cstdio>

#include <unistd.h>

namespace pavise::cli {

namespace {

constexpr std::uint64_t default_timeout = 5; // seconds
constexpr std::uint64_t longest_timeout = 600;

constexpr std::array operands{Operand{"HOST:PORT", "the server; an IPv6 address in brackets: [::1]:443"}};
constexpr std::array options{
    Option{"--cafile", "FILE", "trust the certificates in FILE (PEM or DER), and not those of the system"},
    Option{"--servername", "NAME",
           "the name that is asked for (SNI) and looked for in certificates, instead of HOST; empty: none"},
    Option{"--timeout", "SECONDS", "how long each connection may take (5)"},
    Option{"--json", "", "print the result as JSON"},
};
constexpr Usage usage{
    "scan",
    "find out what a server supports: versions, cipher suites, groups, certificates, and their faults",
    operands, options,
    "Versions and suites that Pavise does not speak are probed by hellos alone: nothing is ever negotiated\n"
    "with them. A server sees some tens of connections, one after the other.\n\n"
    "exit status: 0  the server was scanned, whatever was found\n"
    "             1  no connection\n"
    "             2  an argument or a file is not right\n"
    "             3  the server speaks no version of TLS"};

Outcome<TrustStore> trust_from(const Arguments& arguments) {
    if (const auto path = arguments.value("--cafile")) return trust_from_file(*path);
    auto store = TrustStore::system();
    return store ? *std::move(store) : TrustStore();
}

Outcome<Exit> run(const Arguments& arguments) {
    const std::string server(arguments.operand(0));
    const auto endpoint = net::parse_endpoint(server);
    if (!endpoint) return misuse(net::explain(endpoint.error(), "'" + server + "'"));
    const std::string name(arguments.value("--servername").value_or(endpoint->host));
    if (!name.empty())
        if (const auto known = trust::ReferenceName::from_host(name); !known)
            return misuse("'" + name + "': " + describe(known.error()));
    auto timeout = arguments.number("--timeout", 1, longest_timeout, default_timeout);
    if (!timeout) return timeout.problem();
    auto trust = trust_from(arguments);
    if (!trust) return trust.problem();
    const auto addresses = net::resolve(*endpoint);
    if (!addresses) return Problem{Exit::connection, net::explain(addresses.error(), server)};
    ScanTarget target;
    target.endpoint = server;
    target.server_name = name;
    target.trust = *std::move(trust);
    target.now = system_clock().now();
    target.patience = std::chrono::seconds(*timeout);
    // The first address that answers is the one that is scanned.
    Result<ScanResult> result = fail(ErrorCode::internal);
    for (const net::Address& address : *addresses) {
        target.address = address;
        result = scan(target);
        if (result) break;
    }
    if (!result) return Problem{Exit::connection, net::explain(result.error(), server)};
    const std::string text = arguments.has("--json")
                                 ? scan_as_json(target, *result)
                                 : scan_as_text(target, *result, Palette::of(STDOUT_FILENO).on());
    std::fwrite(text.data(), 1, text.size(), stdout);
    bool any = result->ssl_2;
    for (const VersionFound& version : result->versions) any = any || version.supported;
    return any ? Exit::ok : Exit::handshake;
}

} // namespace

const Verb scan_verb{&usage, run};

} // namespace pavise::cli
