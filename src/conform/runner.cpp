#include "conform/runner.hpp"

#include "conform/as_client.hpp"
#include "conform/as_server.hpp"

#include <algorithm>
#include <chrono>

namespace pavise::conform {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Who cannot be reached so many times in a row is not asked again: each time costs up to ten seconds.
constexpr int most_refusals = 3;

double since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

template <class As> Outcome run_script(void (*script)(As&), Setting& setting) {
    As trial(setting);
    script(trial);
    return trial.finish();
}

// Why a check cannot apply; empty where it can.
std::string obstacle(const Check& check, const Profile& profile) {
    const std::string who = check.role() == Role::server ? "the server" : "the client";
    const bool speaks = check.version() == ProtocolVersion::tls_1_3 ? profile.tls13 : profile.tls12;
    if (!speaks) return who + " does not speak " + pavise::name_of(check.version());
    for (const Need& need : check.needs)
        if (need.holds != nullptr && !need.holds(profile)) return std::string(need.reason);
    return {};
}

Outcome not_run(const Check& check, const Setting& setting) {
    Outcome outcome;
    outcome.check = &check;
    outcome.reason = std::string(no_connection) + "not run after " + std::to_string(most_refusals) +
                     " checks without one: " + setting.target->complaint();
    return outcome;
}

} // namespace

Outcome run_check(const Check& check, Setting& setting) {
    const auto start = SteadyClock::now();
    Outcome outcome;
    if (std::string reason = obstacle(check, setting.profile); !reason.empty()) {
        outcome.verdict = Verdict::not_applicable;
        outcome.reason = std::move(reason);
    } else {
        const auto run = [&] {
            return std::visit([&](auto script) { return run_script(script, setting); }, check.script);
        };
        outcome = run();
        // A server that is busy with what came before, or a network, may fail once: what is to be reported
        // happens again.
        const bool again = outcome.verdict == Verdict::fail || outcome.verdict == Verdict::inconclusive;
        if (again && setting.saboteur == nullptr) outcome = run();
    }
    outcome.check = &check;
    outcome.seconds = since(start);
    return outcome;
}

void Totals::add(const Outcome& outcome) {
    switch (outcome.verdict) {
    case Verdict::pass: ++passed; break;
    case Verdict::fail: ++(outcome.check->rule.level == Level::must ? failed : failed_should); break;
    case Verdict::not_applicable: ++not_applicable; break;
    case Verdict::inconclusive: ++inconclusive; break;
    }
}

bool Selection::contains(const Check& check) const {
    if (check.role() != role) return false;
    return patterns.empty() ||
           std::ranges::any_of(patterns, [&](std::string_view pattern) { return fits(check.id(), pattern); });
}

Report run_checks(Setting& setting, const Selection& selection,
                  const std::function<void(const Outcome&, std::size_t done, std::size_t all)>& on_outcome) {
    const auto start = SteadyClock::now();
    std::vector<const Check*> chosen;
    for (const Group& group : catalogue())
        for (const Check& check : group.checks)
            if (selection.contains(check)) chosen.push_back(&check);
    Report report;
    report.role = selection.role;
    report.profile = setting.profile;
    int refusals = 0;
    for (const Check* check : chosen) {
        report.outcomes.push_back(refusals < most_refusals ? run_check(*check, setting)
                                                           : not_run(*check, setting));
        const Outcome& outcome = report.outcomes.back();
        if (outcome.verdict != Verdict::not_applicable)
            refusals = outcome.reason.starts_with(no_connection) ? refusals + 1 : 0;
        report.totals.add(report.outcomes.back());
        if (on_outcome) on_outcome(report.outcomes.back(), report.outcomes.size(), chosen.size());
    }
    report.seconds = since(start);
    return report;
}

} // namespace pavise::conform
