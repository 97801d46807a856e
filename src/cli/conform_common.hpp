// What `pavise conform server` and `pavise conform client` share: options, progress, reports.
#pragma once

#include "cli/arguments.hpp"
#include "conform/mutate.hpp"
#include "conform/report.hpp"
#include "conform/socket_link.hpp"

namespace pavise::cli {

inline constexpr Option option_only{
    "--only", "PATTERN",
    "run the checks whose ids fit, in which * stands for any text; without one, its part of an id",
    Occurs::any_number};
inline constexpr Option option_external_psk{
    "--psk", "IDENTITY:KEY",
    "a pre-shared key of TLS 1.3 that the other side was given too, the key in hexadecimal; behind a space "
    "hash=sha384 where that is its hash"};
inline constexpr Option option_versions{"--tls", "VERSION", "check this version alone: 1.2 or 1.3 (both)"};
inline constexpr Option option_json{"--json", "FILE",
                                    "write the results for programs to FILE; -: standard output"};
inline constexpr Option option_junit{"--junit", "FILE", "write the results as JUnit XML to FILE"};
inline constexpr Option option_html{"--html", "FILE", "write a page that explains the results to FILE"};
inline constexpr Option option_patience{
    "--patience", "MS", "how long the other side may be silent before that is taken for silence (2000)"};
inline constexpr Option option_rate{"--rate", "N", "at most N connections a second (no limit)"};
inline constexpr Option option_quiet{"--quiet", "", "print failures and sums alone, and no progress"};

inline constexpr Option option_mutate{
    "--mutate", "N",
    "instead of the checks: N legal connections of which a few messages or records are changed"};
inline constexpr Option option_seed{"--seed", "S", "what the changes of --mutate are drawn from (1)"};

inline constexpr std::string_view conform_exit_notes =
    "'pavise conform --list' lists the checks, 'pavise conform --explain ID' explains one.\n\n"
    "exit status: 0  no check failed\n"
    "             1  the other side cannot be reached\n"
    "             2  an argument or a file is not right\n"
    "             3  a check of something that the RFC demands (MUST) failed";

// What is to be done, of the options of either verb. Nothing was sent yet: what is wrong with them is said
// first, and files that cannot be written are found before a run and not after it.
struct ConformPlan {
    conform::Pace pace;
    bool tls12 = true;
    bool tls13 = true;
    conform::Selection selection;
    conform::MutationPlan mutations; // no runs: the checks
    std::optional<peer::PskOffer> external_psk;
};
Outcome<ConformPlan> conform_plan_from(const Arguments& arguments, Role role);
// Runs the checks, or mutations, of a target that was explored, and writes what the options ask for.
Outcome<Exit> run_conformance(const Arguments& arguments, conform::Setting& setting, const ConformPlan& plan,
                              std::string subject);

} // namespace pavise::cli
