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

std::string overview() {
    std::string out = "pavise: TLS from the command line\n\nusage: pavise VERB [ARGUMENTS]\n\n";
    std::size_t widest = 0;
    for (const Verb* verb : verbs) widest = std::max(widest, verb->usage->verb.size());
    for (const Verb* verb : verbs) {
        const std::string_view name = verb->usage->verb;
        out += "  " + std::string(name) + std::string(widest - name.size() + 2, ' ');
        out += std::string(verb->usage->summary) + "\n";
    }
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
    std::string longer;
    for (const Verb* verb : verbs) {
        if (verb->usage->verb.starts_with(std::string(word) + " "))
            longer += "\n  pavise " + std::string(verb->usage->verb);
    }
    if (!longer.empty()) return misuse("'" + std::string(word) + "' goes on:" + longer);
    return misuse("unknown verb '" + std::string(word) + "'; 'pavise --help' lists them");
}

// What was printed and did not arrive, on a full disk or at a reader who left, was not done.
Exit with_output(std::string_view who, Exit exit) {
    const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (arrived || exit != Exit::ok) return exit;
    return complain(who, {Exit::connection, "standard output could not be written"});
}

Exit run_verb(const Verb& verb, std::span<const char* const> words) {
    const std::string who = "pavise " + std::string(verb.usage->verb);
    auto arguments = Arguments::parse(*verb.usage, words);
    if (!arguments) return complain(who, arguments.problem());
    if (arguments->help_wanted()) {
        print(stdout, help_text(*verb.usage));
        return with_output(who, Exit::ok);
    }
    auto exit = verb.run(*arguments);
    return exit ? with_output(who, *exit) : complain(who, exit.problem());
}

} // namespace

std::span<const Verb* const> all_verbs() noexcept {
    return verbs;
}

Exit run_command(std::span<const char* const> words) {
    const std::string_view first = words.empty() ? std::string_view() : words.front();
    if (first == "--help" || first == "-h" || first == "help") {
        print(stdout, overview());
        return with_output("pavise", Exit::ok);
    }
    if (first == "--version") {
        print(stdout, "pavise " PAVISE_VERSION "\n");
        return with_output("pavise", Exit::ok);
    }
    for (const Verb* verb : verbs) {
        const std::size_t count = words_in_common(verb->usage->verb, words);
        if (count > 0) return run_verb(*verb, words.subspan(count));
    }
    if (words.empty()) return complain("pavise", misuse("which verb?\n\n" + overview()));
    return complain("pavise", no_such_verb(first));
}

} // namespace pavise::cli
