// pavise conform server
#include "cli/conform_common.hpp"
#include "cli/verb.hpp"
#include "conform/explore.hpp"
#include "conform/identities.hpp"
#include "conform/pattern.hpp"
#include "net/failure.hpp"

#include <array>

namespace pavise::cli {

namespace {

constexpr std::array operands{
    Operand{"HOST:PORT", "the server to check, and the only place that is connected to"}};
constexpr std::array options{
    Option{"--servername", "NAME", "the name to ask for (HOST); empty: none"},
    Option{"--http-get", "PATH", "see that a connection works by this HTTP request (/)"},
    Option{"--send", "BYTES", "see it by these bytes, in which \\r, \\n and \\\\ are known, instead of HTTP"},
    Option{"--expect", "REGEX", "what has to be in the answer, as egrep has it (anything)"},
    option_versions,
    option_external_psk,
    option_only,
    option_mutate,
    option_seed,
    option_patience,
    option_rate,
    option_json,
    option_junit,
    option_html,
    option_quiet,
};
constexpr Usage usage{"conform server", "does that server keep to the RFC?", operands, options,
                      conform_exit_notes};

// Nothing where a backslash stands before something else than r, n and itself.
std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char escaped = ++i < text.size() ? text[i] : '\0';
        if (escaped != 'n' && escaped != 'r' && escaped != '\\') return std::nullopt;
        out += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : '\\';
    }
    return out;
}

// What is asked on a connection that should work.
Outcome<std::string> request_from(const Arguments& arguments, std::string otherwise) {
    const auto path = arguments.value("--http-get");
    const auto bytes = arguments.value("--send");
    if (path && bytes) return misuse("--http-get and --send do not go together");
    if (path && !path->starts_with('/'))
        return misuse("--http-get wants a path that begins with '/', not '" + std::string(*path) + "'");
    if (path) return "GET " + std::string(*path) + " HTTP/1.0\r\n\r\n";
    if (!bytes) return otherwise;
    auto text = unescaped(*bytes);
    if (!text)
        return misuse("--send: a backslash goes before r, n or another one: '" + std::string(*bytes) + "'");
    return *std::move(text);
}

bool is_address(std::string_view host) {
    return host.find(':') != std::string_view::npos ||
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Outcome<Exit> run(const Arguments& arguments) {
    auto endpoint = net::parse_endpoint(arguments.operand(0));
    if (!endpoint) return misuse(net::explain(endpoint.error(), arguments.operand(0)));
    auto plan = conform_plan_from(arguments, Role::server);
    if (!plan) return plan.problem();
    const std::string expected(arguments.value("--expect").value_or(""));
    std::string problem;
    if (!expected.empty() && !conform::Pattern::of(expected, problem))
        return misuse("--expect: '" + expected + "' is no regular expression: " + problem);
    auto addresses = net::resolve(*endpoint);
    if (!addresses) return Problem{Exit::connection, net::explain(addresses.error(), arguments.operand(0))};

    conform::ServerTarget target(*std::move(addresses), plan->pace);
    conform::Setting setting;
    setting.target = &target;
    setting.rng = &system_rng();
    setting.server_name = std::string(
        arguments.value("--servername")
            .value_or(is_address(endpoint->host) ? "localhost" : std::string_view(endpoint->host)));
    auto request = request_from(arguments, setting.probe.request);
    if (!request) return request.problem();
    setting.probe.request = *std::move(request);
    setting.probe.expected = expected;
    auto identities = conform::make_identities("localhost", system_clock().now(), system_rng());
    if (!identities) return misuse("making certificates: " + describe(identities.error()));
    setting.client_credential = identities->client;
    setting.external_psk = plan->external_psk;
    conform::explore_server(setting);
    return run_conformance(arguments, setting, *plan, std::string(arguments.operand(0)));
}

} // namespace

const Verb conform_server_verb{&usage, &run};

} // namespace pavise::cli
