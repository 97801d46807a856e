// Runner: checks one after another against one other side.
#pragma once

#include "conform/catalogue.hpp"
#include "conform/trial.hpp"

#include <functional>

namespace pavise::conform {

// Runs one check, or says why it does not apply.
Outcome run_check(const Check& check, Setting& setting);

// How the reason of an outcome begins for which no connection was to be had. Three of them in a row end a
// run: the checks that are left are not tried.
inline constexpr std::string_view no_connection = "no connection: ";

struct Totals {
    std::size_t passed = 0;
    std::size_t failed = 0;        // a MUST
    std::size_t failed_should = 0; // a SHOULD
    std::size_t not_applicable = 0;
    std::size_t inconclusive = 0;

    void add(const Outcome& outcome);
    std::size_t all() const { return passed + failed + failed_should + not_applicable + inconclusive; }
};

// One whole run.
struct Report {
    std::string subject; // who was checked: an address, or a command
    Role role = Role::server;
    Profile profile;
    std::vector<Outcome> outcomes;
    Totals totals;
    double seconds = 0;
};

struct Selection {
    Role role = Role::server;
    std::vector<std::string_view> patterns; // of ids; empty: all
    bool contains(const Check& check) const;
};

// `on_outcome` is called after each check, with how many of how many are done.
Report run_checks(Setting& setting, const Selection& selection,
                  const std::function<void(const Outcome&, std::size_t done, std::size_t all)>& on_outcome);

} // namespace pavise::conform
