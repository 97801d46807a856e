#include "cli/verb.hpp"

#include <pavise/version.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

// Of two names that begin alike the longer comes first.
constexpr std::array verbs{&demo_verb,
                           &connect_verb,
                           &serve_verb,
                           &scan_verb,
                           &trace_verb,
                           &speed_verb,
                           &conform_server_verb,
                           &conform_client_verb,
                           &conform_verb,
                           &cert_show_verb,
                           &cert_make_ca_verb,
                           &cert_make_leaf_verb,
                           &cert_make_delegated_verb,
                           &cert_make_ech_key_verb,
                           &completion_verb,
                           &manual_verb};

void print(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

// The verbs that begin with `first`, a line for each.
std::string list_of_verbs(std::string_view first) {
    std::string out;
    std::size_t widest = 0;
    for (const Verb* verb : verbs)
        if (verb->usage->verb.starts_with(first)) widest = std::max(widest, verb->usage->verb.size());
    for (const Verb* verb : verbs) {
        const std::string_view name = verb->usage->verb;
        if (!name.starts_with(first)) continue;
        out += "  " + std::string(name) + std::string(widest - name.size() + 2, ' ');
        out += std::string(verb->usage->summary) + "\n";
    }
    return out;
}

std::string overview() {
    std::string out =
        "pavise: TLS from the command line\n\nusage: pavise VERB [ARGUMENTS]\n\n" + list_of_verbs("");
    out += "\n'pavise VERB --help' says what a verb takes; 'pavise --version' which version this is\n";
    return out;
}

Exit complain(std::string_view who, const Problem& problem) {
    print(stderr, std::string(who) + ": " + problem.text + "\n");
    return problem.status;
}

// A verb's name is one word or two ("cert show").
std::size_t words_in_common(std::string_view name, std::span<const char* const> words) {
    std::size_t count = 0;
    while (!name.empty()) {
        const std::size_t end = std::min(name.find(' '), name.size());
        if (count == words.size() || name.substr(0, end) != words[count]) return 0;
        name.remove_prefix(std::min(end + 1, name.size()));
        ++count;
    }
    return count;
}

Problem no_such_verb(std::string_view word) {
    const std::string longer = list_of_verbs(std::string(word) + " ");
    if (!longer.empty()) return misuse("'" + std::string(word) + "' goes on:\n\n" + longer);
    return misuse("unknown verb '" + std::string(word) + "'; 'pavise --help' lists them");
}

// What was printed and did not arrive, on a full disk or at a reader who left, was not done.
Exit with_output(std::string_view who, Exit exit) {
    const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (arrived || exit != Exit::ok) return exit;
    return complain(who, {Exit::connection, "standard output could not be written"});
}

bool asks_for_help(std::string_view word) {
    return word == "--help" || word == "-h" || word == "help";
}

Exit print_help(std::string_view who, std::string_view text) {
    print(stdout, text);
    return with_output(who, Exit::ok);
}

Exit run_verb(const Verb& verb, std::span<const char* const> words) {
    const std::string who = "pavise " + std::string(verb.usage->verb);
    auto arguments = Arguments::parse(*verb.usage, words);
    if (!arguments) return complain(who, arguments.problem());
    if (arguments->help_wanted()) return print_help(who, help_text(*verb.usage));
    auto exit = verb.run(*arguments);
    return exit ? with_output(who, *exit) : complain(who, exit.problem());
}

} // namespace

std::span<const Verb* const> all_verbs() noexcept {
    return verbs;
}

Exit run_command(std::span<const char* const> words) {
    if (words.empty()) return complain("pavise", misuse("which verb?\n\n" + overview()));
    const std::string_view first = words.front();
    const bool help = asks_for_help(first);
    if (help && words.size() == 1) return print_help("pavise", overview());
    if (first == "--version") return print_help("pavise", "pavise " PAVISE_VERSION "\n");
    // 'pavise help VERB' is 'pavise VERB --help'.
    const auto named = words.subspan(help ? 1 : 0);
    for (const Verb* verb : verbs) {
        const std::size_t count = words_in_common(verb->usage->verb, named);
        if (count > 0 && help) return print_help("pavise", help_text(*verb->usage));
        if (count > 0) return run_verb(*verb, named.subspan(count));
    }
    // The first word of several verbs: they are its help.
    const std::string several = list_of_verbs(std::string(named.front()) + " ");
    if (!several.empty() && (help || (named.size() > 1 && asks_for_help(named[1]))))
        return print_help("pavise", several);
    return complain("pavise", no_such_verb(named.front()));
}

} // namespace pavise::cli
