// The verbs of the command, one file each.
#pragma once

#include "cli/arguments.hpp"

namespace pavise::cli {

struct Verb {
    const Usage* usage;
    // Prints its own results; the Problem, if any, is printed by main.
    Outcome<Exit> (*run)(const Arguments& arguments);
};

extern const Verb demo_verb;
extern const Verb connect_verb;
extern const Verb serve_verb;
extern const Verb conform_server_verb;
extern const Verb conform_client_verb;
extern const Verb conform_verb;
extern const Verb cert_show_verb;
extern const Verb cert_make_ca_verb;
extern const Verb cert_make_leaf_verb;
extern const Verb cert_make_delegated_verb;
extern const Verb cert_make_ech_key_verb;
extern const Verb scan_verb;
extern const Verb trace_verb;
extern const Verb speed_verb;
extern const Verb completion_verb;
extern const Verb manual_verb;

// In the order in which `pavise --help` lists them.
std::span<const Verb* const> all_verbs() noexcept;

// `pavise` as a whole: finds the verb, parses its arguments, runs it, says what went wrong.
Exit run_command(std::span<const char* const> words);

} // namespace pavise::cli
