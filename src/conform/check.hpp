// Check: one sentence of an RFC and the script that finds out whether the other side keeps to it. Checks are
// data: the command lists, explains and runs them, and the tests show that each can fail.
//
// To add one: a few lines in the file of its subject, below server/ (checks of servers, which we meet as a
// client), client/ (checks of clients) or both/ (scripts that are the same for either).
#pragma once

#include "conform/profile.hpp"

#include <pavise/alert.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pavise::conform {

enum class Level : std::uint8_t { must, should };

// What the RFC says: section and sentence, whose wording is the RFC's own; "…" stands for what was left out.
struct Rule {
    Level level;
    std::string_view section; // "8446 §4.1.2"
    std::string_view sentence;
};
constexpr Rule must(std::string_view section, std::string_view sentence) {
    return {Level::must, section, sentence};
}
constexpr Rule should(std::string_view section, std::string_view sentence) {
    return {Level::should, section, sentence};
}

// What the other side has to be able to do for a check to mean anything.
struct Need {
    bool (*holds)(const Profile& profile) = nullptr;
    std::string_view reason; // why the check does not apply where it does not hold
};
using Needs = std::array<Need, 3>; // those that are not set hold

// Who we are while the script runs.
class AsClient13;
class AsClient12;
class AsServer13;
class AsServer12;
using Script =
    std::variant<void (*)(AsClient13&), void (*)(AsClient12&), void (*)(AsServer13&), void (*)(AsServer12&)>;

struct Check {
    std::string_view name; // the id without who is checked, in which version
    std::string_view title;
    Rule rule;
    Needs needs;
    Script script;

    // "s13-hello-unknown-extension": s or c for who is checked, the version, the name.
    std::string id() const;
    // Whom it checks.
    constexpr Role role() const { return script.index() < 2 ? Role::server : Role::client; }
    constexpr ProtocolVersion version() const {
        return script.index() % 2 == 0 ? ProtocolVersion::tls_1_3 : ProtocolVersion::tls_1_2;
    }
};

enum class Verdict : std::uint8_t { pass, fail, not_applicable, inconclusive };
std::string_view name_of(Verdict verdict) noexcept;
std::string_view name_of(Level level) noexcept;

// How one check went.
struct Outcome {
    const Check* check = nullptr;
    Verdict verdict = Verdict::inconclusive;
    std::string reason;               // in words
    std::string expected;             // what the other side should have done
    std::vector<std::string> journal; // what was sent and what came
    double seconds = 0;
};

} // namespace pavise::conform
