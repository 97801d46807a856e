// Manual pages and shell completions, made from the tables that the parser itself works by.
#pragma once

#include "cli/verb.hpp"

#include <string>

namespace pavise::cli {

// The name of a verb's page: "pavise-cert-show".
std::string page_name(const Usage& usage);
// roff for man(1): of the command as a whole, and of one verb.
std::string manual_page(std::span<const Verb* const> verbs);
std::string manual_page(const Usage& usage);

std::string bash_completion(std::span<const Verb* const> verbs);
std::string zsh_completion(std::span<const Verb* const> verbs);
std::string fish_completion(std::span<const Verb* const> verbs);

} // namespace pavise::cli
