// pavise conform: the catalogue of checks.
#include "cli/verb.hpp"
#include "conform/catalogue.hpp"

#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

constexpr std::array options{
    Option{"--list", "", "list the checks, one a line: id, level, section, title"},
    Option{"--explain", "ID", "say what a check does, and why"},
};
constexpr Usage usage{
    "conform", "the checks of 'pavise conform server' and 'pavise conform client'", {}, options, ""};

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Outcome<Exit> run(const Arguments& arguments) {
    if (arguments.has("--list") && arguments.has("--explain"))
        return misuse("--list and --explain do not go together");
    if (const auto id = arguments.value("--explain")) {
        const conform::Check* check = conform::find_check(*id);
        if (check == nullptr)
            return misuse("there is no check '" + std::string(*id) + "'; --list lists them");
        print(conform::explain(*check));
        return Exit::ok;
    }
    if (!arguments.has("--list"))
        return misuse("--list, --explain ID, or 'pavise conform server' and 'client'");
    for (const conform::Group& group : conform::catalogue())
        for (const conform::Check& check : group.checks)
            print(check.id() + "  " + std::string(conform::name_of(check.rule.level)) + "  " +
                  std::string(check.rule.section) + "  " + std::string(check.title) + "\n");
    return Exit::ok;
}

} // namespace

const Verb conform_verb{&usage, &run};

} // namespace pavise::cli
