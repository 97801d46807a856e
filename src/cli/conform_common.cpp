#include "cli/conform_common.hpp"

#include "cli/config_options.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace pavise::cli {

namespace {

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// One line that is overwritten on a terminal; nothing elsewhere.
class Progress {
    bool shown_;
    std::size_t failed_ = 0;

  public:
    explicit Progress(const Arguments& arguments) :
        shown_(!arguments.has("--quiet") && ::isatty(STDERR_FILENO) == 1) {}
    void operator()(const conform::Outcome& outcome, std::size_t done, std::size_t all) {
        if (outcome.verdict == conform::Verdict::fail) ++failed_;
        if (shown_)
            std::fprintf(stderr, "\r\x1b[K%zu of %zu, %zu failed: %s", done, all, failed_,
                         outcome.check->id().c_str());
    }
    void end() const {
        if (shown_) std::fprintf(stderr, "\r\x1b[K");
    }
};

Problem cannot_write(std::string_view path) {
    return misuse("'" + std::string(path) + "' cannot be written: " + std::generic_category().message(errno));
}

// Results may be written again and again to the same place.
std::optional<Problem> write_results(std::string_view path, const std::string& text) {
    if (path == "-") {
        print(text);
        return std::nullopt;
    }
    std::FILE* file = std::fopen(std::string(path).c_str(), "wb");
    const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool closed = file != nullptr && std::fclose(file) == 0;
    if (written && closed) return std::nullopt;
    Problem problem = cannot_write(path);
    // Half of a report is none. A device is left alone.
    struct stat about{};
    if (file != nullptr && ::stat(std::string(path).c_str(), &about) == 0 && S_ISREG(about.st_mode))
        (void)std::remove(std::string(path).c_str());
    return problem;
}

Outcome<Exit> run_mutations(const Arguments& arguments, conform::Setting& setting,
                            const conform::MutationPlan& plan) {
    const bool shown = !arguments.has("--quiet") && ::isatty(STDERR_FILENO) == 1;
    const auto report = conform::run_mutations(setting, plan, [&](const conform::MutationReport& so_far) {
        if (shown)
            std::fprintf(stderr, "\r\x1b[K%llu of %llu, %zu findings",
                         static_cast<unsigned long long>(so_far.runs),
                         static_cast<unsigned long long>(plan.runs), so_far.findings.size());
    });
    if (shown) std::fprintf(stderr, "\r\x1b[K");
    print(conform::text_report(report, plan));
    return report.findings.empty() ? Exit::ok : Exit::handshake;
}

} // namespace

namespace {

Outcome<conform::Pace> pace_from(const Arguments& arguments) {
    conform::Pace pace;
    auto patience = arguments.number("--patience", 10, 600'000, 2000);
    if (!patience) return patience.problem();
    auto rate = arguments.number("--rate", 1, 100'000, 0);
    if (!rate) return rate.problem();
    pace.patience = conform::Milliseconds(*patience);
    pace.connections_per_second = static_cast<double>(*rate);
    return pace;
}

bool names_a_check(std::string_view pattern, Role role) {
    for (const conform::Group& group : conform::catalogue())
        for (const conform::Check& check : group.checks)
            if (check.role() == role && conform::fits(check.id(), pattern)) return true;
    return false;
}

// What the reports are written to.
std::optional<Problem> look_at_files(const Arguments& arguments) {
    for (const std::string_view option : {"--json", "--junit", "--html"}) {
        const auto path = arguments.value(option);
        if (!path || *path == "-") continue;
        const std::string name(*path);
        const bool was_there = ::access(name.c_str(), F_OK) == 0;
        std::FILE* file = std::fopen(name.c_str(), "ab");
        if (file == nullptr) return cannot_write(*path);
        std::fclose(file);
        if (!was_there) (void)std::remove(name.c_str());
    }
    return std::nullopt;
}

} // namespace

Outcome<ConformPlan> conform_plan_from(const Arguments& arguments, Role role) {
    ConformPlan plan;
    auto pace = pace_from(arguments);
    if (!pace) return pace.problem();
    plan.pace = *pace;
    const std::string version(arguments.value("--tls").value_or("both"));
    if (version != "1.2" && version != "1.3" && version != "both")
        return misuse("--tls: there is 1.2, 1.3 and both, not '" + version + "'");
    plan.tls13 = version != "1.2";
    plan.tls12 = version != "1.3";
    plan.selection = {role, arguments.values("--only")};
    for (const std::string_view pattern : plan.selection.patterns)
        if (!names_a_check(pattern, role))
            return misuse("--only: no check of a " + std::string(role == Role::server ? "server" : "client") +
                          " fits '" + std::string(pattern) + "'; 'pavise conform --list' lists them");
    if (const auto text = arguments.value("--psk")) {
        auto psk = plain_psk_from(*text, "--psk");
        if (!psk) return psk.problem();
        plan.external_psk = {.identity = psk->identity, .key = psk->key, .suite = psk->suite_hash};
    }
    auto runs = arguments.number("--mutate", 1, 100'000'000, 0);
    if (!runs) return runs.problem();
    auto seed = arguments.number("--seed", 0, UINT64_MAX, 1);
    if (!seed) return seed.problem();
    plan.mutations = {*runs, *seed, role};
    if (auto problem = look_at_files(arguments)) return *problem;
    return plan;
}

Outcome<Exit> run_conformance(const Arguments& arguments, conform::Setting& setting, const ConformPlan& plan,
                              std::string subject) {
    setting.profile.tls13 = setting.profile.tls13 && plan.tls13;
    setting.profile.tls12 = setting.profile.tls12 && plan.tls12;
    if (!setting.profile.tls12 && !setting.profile.tls13)
        return Problem{Exit::connection, subject + " completes no handshake that this tool knows" +
                                             (setting.target->complaint().empty() ? "" : ": ") +
                                             setting.target->complaint()};
    if (plan.mutations.runs > 0) return run_mutations(arguments, setting, plan.mutations);
    const bool json_out = arguments.value("--json") == "-";
    if (!arguments.has("--quiet") && !json_out) print(subject + "\n" + setting.profile.describe() + "\n");
    Progress progress(arguments);
    auto report = conform::run_checks(setting, plan.selection, std::ref(progress));
    progress.end();
    report.subject = std::move(subject);
    if (!json_out) print(conform::text_report(report));
    if (const auto path = arguments.value("--json"))
        if (auto problem = write_results(*path, conform::json_report(report))) return *problem;
    if (const auto path = arguments.value("--junit"))
        if (auto problem = write_results(*path, conform::junit_report(report))) return *problem;
    if (const auto path = arguments.value("--html"))
        if (auto problem = write_results(*path, conform::html_report(report))) return *problem;
    return report.totals.failed > 0 ? Exit::handshake : Exit::ok;
}

} // namespace pavise::cli
