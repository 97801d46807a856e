// pavise completion: what bash, zsh and fish complete a command line by.
#include "cli/documents.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

// In single quotes for any of the three shells.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

// fish takes backslashes inside single quotes for escapes.
std::string quoted_for_fish(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// A description inside zsh's option specification, where brackets and colons have a meaning.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

bool names_a_file(const Option& option) {
    return option.value.starts_with("FILE") || option.value == "DIRECTORY";
}

std::string_view first_word(std::string_view verb) {
    return verb.substr(0, verb.find(' '));
}

std::string_view second_word(std::string_view verb) {
    const auto space = verb.find(' ');
    return space == std::string_view::npos ? std::string_view() : verb.substr(space + 1);
}

std::vector<std::string_view> first_words(std::span<const Verb* const> verbs) {
    std::vector<std::string_view> out;
    for (const Verb* verb : verbs)
        if (const auto word = first_word(verb->usage->verb); std::ranges::find(out, word) == out.end())
            out.push_back(word);
    return out;
}

std::vector<std::string_view> second_words(std::span<const Verb* const> verbs, std::string_view first) {
    std::vector<std::string_view> out;
    for (const Verb* verb : verbs)
        if (first_word(verb->usage->verb) == first && !second_word(verb->usage->verb).empty())
            out.push_back(second_word(verb->usage->verb));
    return out;
}

template <class Words> std::string joined(const Words& words) {
    std::string out;
    for (const std::string_view word : words) out += (out.empty() ? "" : " ") + std::string(word);
    return out;
}

// What the operand may be, where that can be listed; else it is a file, or something that nobody knows.
std::string operand_words(const Usage& usage) {
    if (usage.verb == "completion") return "bash zsh fish";
    if (usage.verb != "manual") return "";
    std::string pages = "pavise";
    for (const Verb* verb : all_verbs()) {
        std::string page = " pavise-" + std::string(verb->usage->verb);
        std::replace(page.begin() + 1, page.end(), ' ', '-');
        pages += page;
    }
    return pages;
}

std::string bash_case(const Usage& usage) {
    std::vector<std::string_view> all, files, values;
    for (const Option& option : usage.options) {
        all.push_back(option.name);
        if (option.value.empty()) continue;
        (names_a_file(option) ? files : values).push_back(option.name);
    }
    all.emplace_back("--help");
    return "        " + quoted(usage.verb) + ") options=" + quoted(joined(all)) +
           " files=" + quoted(joined(files)) + " values=" + quoted(joined(values)) +
           " words=" + quoted(operand_words(usage)) + " ;;\n";
}

constexpr std::array operands{Operand{"SHELL", "bash, zsh or fish"}};
constexpr Usage usage{"completion",
                      "print what a shell completes command lines of pavise by",
                      operands,
                      {},
                      "bash: source <(pavise completion bash)\n"
                      "zsh:  pavise completion zsh > a folder of $fpath, as _pavise\n"
                      "fish: pavise completion fish > ~/.config/fish/completions/pavise.fish"};

Outcome<Exit> run(const Arguments& arguments) {
    const std::string_view shell = arguments.operand(0);
    std::string text;
    if (shell == "bash")
        text = bash_completion(all_verbs());
    else if (shell == "zsh")
        text = zsh_completion(all_verbs());
    else if (shell == "fish")
        text = fish_completion(all_verbs());
    else
        return misuse("there is completion for bash, zsh and fish, not for '" + std::string(shell) + "'");
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::ok;
}

} // namespace

std::string bash_completion(std::span<const Verb* const> verbs) {
    std::string out = "# bash completion for pavise\n_pavise() {\n"
                      "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                      "    local verb=${COMP_WORDS[1]-} options='' files='' values='' words=''\n"
                      "    COMPREPLY=()\n"
                      "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        mapfile -t COMPREPLY < <(compgen -W " +
                      quoted(joined(first_words(verbs)) + " --help --version") +
                      " -- \"$word\")\n        return\n    fi\n    case $verb in\n";
    for (const std::string_view first : first_words(verbs)) {
        const auto seconds = second_words(verbs, first);
        if (seconds.empty()) continue;
        // Where the second word is an option, the first may be a verb by itself.
        out +=
            "        " + std::string(first) +
            ")\n            if [[ $COMP_CWORD -eq 2 && $word != -* ]]; then\n"
            "                mapfile -t COMPREPLY < <(compgen -W " +
            quoted(joined(seconds)) +
            " -- \"$word\")\n                return\n            fi\n"
            "            [[ ${COMP_WORDS[2]} == -* ]] || verb=\"$verb ${COMP_WORDS[2]}\"\n            ;;\n";
    }
    out += "    esac\n    case $verb in\n";
    for (const Verb* verb : verbs) out += bash_case(*verb->usage);
    out += "        *) return ;;\n    esac\n"
           "    if [[ \" $values \" == *\" $before \"* ]]; then\n        return\n"
           "    elif [[ $word == -* && \" $files \" != *\" $before \"* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
           "    elif [ -n \"$words\" ]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "    else\n        compopt -o filenames 2>/dev/null\n"
           "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n    fi\n}\n"
           "complete -F _pavise pavise\n";
    return out;
}

std::string zsh_completion(std::span<const Verb* const> verbs) {
    std::string out = "#compdef pavise\n_pavise() {\n    local verb=${words[2]}\n"
                      "    if (( CURRENT == 2 )); then\n        local -a verbs=(\n";
    for (const std::string_view first : first_words(verbs)) {
        const auto row = std::ranges::find(verbs, first, [](const Verb* verb) { return verb->usage->verb; });
        const std::string_view summary =
            row == verbs.end() ? std::string_view("several verbs") : (*row)->usage->summary;
        out += "            " + quoted(std::string(first) + ":" + zsh_text(summary)) + "\n";
    }
    out += "        )\n        _describe verb verbs\n        return\n    fi\n    case $verb in\n";
    for (const std::string_view first : first_words(verbs)) {
        const auto seconds = second_words(verbs, first);
        if (seconds.empty()) continue;
        out +=
            "        " + std::string(first) +
            ")\n            if [[ $CURRENT -eq 3 && ${words[3]} != -* ]]; then\n                compadd -- " +
            joined(seconds) +
            "\n                return\n            fi\n            verb=\"$verb ${words[3]}\"\n           "
            " ;;\n";
    }
    out += "    esac\n    case $verb in\n";
    for (const Verb* verb : verbs) {
        out += "        " + quoted(verb->usage->verb) + ")\n            _arguments";
        for (const Option& option : verb->usage->options) {
            std::string spec = option.occurs == Occurs::any_number ? "*" : "";
            spec += std::string(option.name) + "[" + zsh_text(option.help) + "]";
            if (!option.value.empty())
                spec += ":" + zsh_text(option.value) + ":" + (names_a_file(option) ? "_files" : " ");
            out += " \\\n                " + quoted(spec);
        }
        const std::string words = operand_words(*verb->usage);
        out += " \\\n                '--help[show what it takes]' \\\n                " +
               quoted("*:operand:" + (words.empty() ? "_files" : "(" + words + ")")) + "\n            ;;\n";
    }
    out += "    esac\n}\ncompdef _pavise pavise\n";
    return out;
}

std::string fish_completion(std::span<const Verb* const> verbs) {
    std::string out = "# fish completion for pavise\n"
                      "complete -c pavise -n __fish_use_subcommand -l version -d 'print the version'\n";
    for (const Verb* verb : verbs) {
        const std::string first(first_word(verb->usage->verb));
        const std::string second(second_word(verb->usage->verb));
        std::string when = "__fish_seen_subcommand_from " + first;
        if (second.empty()) {
            out += "complete -c pavise -f -n __fish_use_subcommand -a " + first + " -d " +
                   quoted_for_fish(verb->usage->summary) + "\n";
        } else {
            out += "complete -c pavise -f -n __fish_use_subcommand -a " + first + "\n";
            out += "complete -c pavise -f -n " + quoted_for_fish(when) + " -a " + second + " -d " +
                   quoted_for_fish(verb->usage->summary) + "\n";
            when += "; and __fish_seen_subcommand_from " + second;
        }
        for (const Option& option : verb->usage->options) {
            out += "complete -c pavise -n " + quoted_for_fish(when) + " -l " +
                   std::string(option.name.substr(2));
            if (!option.value.empty()) out += names_a_file(option) ? " -r -F" : " -x";
            out += " -d " + quoted_for_fish(option.help) + "\n";
        }
        out += "complete -c pavise -n " + quoted_for_fish(when) + " -l help -d 'show what it takes'\n";
        if (const std::string words = operand_words(*verb->usage); !words.empty())
            out +=
                "complete -c pavise -f -n " + quoted_for_fish(when) + " -a " + quoted_for_fish(words) + "\n";
    }
    return out;
}

const Verb completion_verb{&usage, run};

} // namespace pavise::cli
