// pavise conform client
#include "cli/conform_common.hpp"
#include "cli/verb.hpp"
#include "conform/explore.hpp"
#include "conform/identities.hpp"
#include "net/failure.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace pavise::cli {

namespace {

constexpr std::array operands{
    Operand{"COMMAND...",
            "behind --: the client and its arguments, in which {port} and {cafile} are replaced; it is "
            "started anew for "
            "each check, connects to localhost, and trusts the authority in {cafile}",
            Occurs::any_number}};
constexpr std::array options{
    Option{"--listen", "PORT", "the port to listen on, on 127.0.0.1; 0: the system picks one",
           Occurs::exactly_once},
    Option{"--servername", "NAME", "a name that the certificate is for, besides localhost and 127.0.0.1"},
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
constexpr Usage usage{"conform client", "does that client keep to the RFC?", operands, options,
                      conform_exit_notes};

// A file in the system's folder for such, for as long as the run takes.
class TemporaryFile {
    std::string path_;

  public:
    explicit TemporaryFile(std::string_view contents) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment is written nowhere in Pavise
        const char* folder = std::getenv("TMPDIR");
        path_ = std::string(folder == nullptr ? P_tmpdir : folder) + "/pavise-conform-XXXXXX";
        const int fd = ::mkstemp(path_.data());
        if (fd >= 0 &&
            ::write(fd, contents.data(), contents.size()) == static_cast<ssize_t>(contents.size())) {
            ::close(fd);
            return;
        }
        if (fd >= 0) ::close(fd);
        path_.clear();
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    const std::string& path() const { return path_; }
};

Outcome<Exit> run(const Arguments& arguments) {
    auto port = arguments.number("--listen", 0, 65535, 0);
    if (!port) return port.problem();
    auto plan = conform_plan_from(arguments, Role::client);
    if (!plan) return plan.problem();
    auto identities = conform::make_identities(arguments.value("--servername").value_or("localhost"),
                                               system_clock().now(), system_rng());
    if (!identities) return misuse("making certificates: " + describe(identities.error()));
    const TemporaryFile authority(identities->authority_pem);
    if (authority.path().empty()) return misuse("no file can be made for the authority's certificate");
    const std::string place = "127.0.0.1:" + std::to_string(*port);
    auto listener = net::Listener::open({"127.0.0.1", static_cast<std::uint16_t>(*port)});
    if (!listener) return Problem{Exit::connection, net::explain(listener.error(), place)};

    std::vector<std::string> command;
    std::string subject;
    for (const std::string_view word : arguments.operands()) {
        command.emplace_back(word);
        subject += (subject.empty() ? "" : " ") + std::string(word);
    }
    conform::ClientTarget target(*std::move(listener), std::move(command), authority.path(), plan->pace);
    conform::Setting setting;
    setting.target = &target;
    setting.rng = &system_rng();
    setting.server_credential = identities->server;
    setting.external_psk = plan->external_psk;
    conform::explore_client(setting);
    return run_conformance(arguments, setting, *plan, std::move(subject));
}

} // namespace

const Verb conform_client_verb{&usage, &run};

} // namespace pavise::cli
