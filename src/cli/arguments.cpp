#include "cli/arguments.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace pavise::cli {

namespace {

constexpr std::size_t help_width = 100;

const Option* find(const Usage& usage, std::string_view name) noexcept {
    const auto row = std::ranges::find(usage.options, name, &Option::name);
    return row == usage.options.end() ? nullptr : &*row;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

std::string where_to_look(const Usage& usage) {
    return "\n'pavise " + std::string(usage.verb) + " --help' lists what it takes";
}

// Appends `text` in lines of at most help_width, each but the first indented.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (column > indent && column + 1 + end > help_width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += text.substr(0, end);
        column += end;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out += '\n';
}

struct HelpRow {
    std::string term;
    std::string text;
};

void append_table(std::string& out, std::span<const HelpRow> rows) {
    std::size_t widest = 0;
    for (const HelpRow& row : rows) widest = std::max(widest, row.term.size());
    for (const HelpRow& row : rows) {
        out += "  " + row.term + std::string(widest - row.term.size() + 2, ' ');
        append_wrapped(out, row.text, widest + 4);
    }
}

} // namespace

class ArgumentParser {
    const Usage& usage_;
    Arguments out_;

    Problem wrong(std::string text) const { return misuse(std::move(text) + where_to_look(usage_)); }

    // The word as an option. True where its value is the next word.
    Outcome<bool> take_option(std::string_view word) {
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const Option* const option = find(usage_, name);
        if (option == nullptr) return wrong("unknown option " + quoted(name));
        if (option->occurs != Occurs::any_number && out_.has(name))
            return wrong("option " + quoted(name) + " is given twice");
        const bool has_value = equals != std::string_view::npos;
        if (option->value.empty() && has_value) return wrong("option " + quoted(name) + " takes no value");
        out_.given_.push_back({option, has_value ? word.substr(equals + 1) : std::string_view()});
        return !option->value.empty() && !has_value;
    }

    Outcome<Arguments> finish() {
        if (out_.operands_.size() < usage_.operands.size())
            return wrong("missing " + std::string(usage_.operands[out_.operands_.size()].name));
        for (const Option& option : usage_.options) {
            if (option.occurs == Occurs::exactly_once && !out_.has(option.name))
                return wrong("missing option " + std::string(option.name) + " " + std::string(option.value));
        }
        return std::move(out_);
    }

  public:
    explicit ArgumentParser(const Usage& usage) noexcept : usage_(usage), out_(usage) {}

    Outcome<Arguments> parse(std::span<const char* const> words) {
        bool only_operands = false;
        bool value_wanted = false;
        for (const std::string_view word : words) {
            if (value_wanted) {
                out_.given_.back().value = word;
                value_wanted = false;
            } else if (only_operands || word.size() < 2 || word.front() != '-') {
                if (out_.operands_.size() >= usage_.operands.size() &&
                    (usage_.operands.empty() || usage_.operands.back().occurs != Occurs::any_number))
                    return wrong("unexpected argument " + quoted(word));
                out_.operands_.push_back(word);
            } else if (word == "--") {
                only_operands = true;
            } else if (word == "--help" || word == "-h") {
                out_.help_ = true;
                return std::move(out_);
            } else {
                auto wanted = take_option(word);
                if (!wanted) return wanted.problem();
                value_wanted = *wanted;
            }
        }
        if (value_wanted) {
            const Option& option = *out_.given_.back().option;
            return wrong("option " + quoted(option.name) + " wants a value: " + std::string(option.value));
        }
        return finish();
    }
};

Outcome<Arguments> Arguments::parse(const Usage& usage, std::span<const char* const> words) {
    return ArgumentParser(usage).parse(words);
}

const Option& Arguments::row(std::string_view name) const noexcept {
    const Option* const option = find(*usage_, name);
    assert(option != nullptr);
    return *option;
}

bool Arguments::has(std::string_view name) const noexcept {
    const Option* const option = &row(name);
    return std::ranges::any_of(given_, [option](const Given& given) { return given.option == option; });
}

std::optional<std::string_view> Arguments::value(std::string_view name) const noexcept {
    const auto given = std::ranges::find(given_, &row(name), &Given::option);
    if (given == given_.end()) return std::nullopt;
    return given->value;
}

std::vector<std::string_view> Arguments::values(std::string_view name) const {
    const Option* const option = &row(name);
    std::vector<std::string_view> out;
    for (const Given& given : given_)
        if (given.option == option) out.push_back(given.value);
    return out;
}

Outcome<std::uint64_t> Arguments::number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                         std::uint64_t otherwise) const {
    const auto text = value(name);
    if (!text) return otherwise;
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (text->empty() || problem != std::errc{} || end != text->data() + text->size() || number < least ||
        number > most) {
        return misuse("option " + quoted(name) + " wants a number from " + std::to_string(least) + " to " +
                      std::to_string(most) + ", not " + quoted(*text));
    }
    return number;
}

std::string help_text(const Usage& usage) {
    std::string out = "usage: pavise " + std::string(usage.verb);
    if (!usage.options.empty()) out += " [OPTIONS]";
    for (const Operand& operand : usage.operands) out += " " + std::string(operand.name);
    out += "\n\n";
    append_wrapped(out, usage.summary, 0);
    out += '\n';

    std::vector<HelpRow> rows;
    for (const Operand& operand : usage.operands)
        rows.push_back({std::string(operand.name), std::string(operand.help)});
    for (const Option& option : usage.options) {
        std::string term(option.name);
        if (!option.value.empty()) term += " " + std::string(option.value);
        std::string text(option.help);
        if (option.occurs == Occurs::exactly_once) text += " (required)";
        if (option.occurs == Occurs::any_number) text += " (may be repeated)";
        rows.push_back({std::move(term), std::move(text)});
    }
    rows.push_back({"--help", "show this"});
    append_table(out, rows);
    if (!usage.notes.empty()) out += "\n" + std::string(usage.notes) + "\n";
    return out;
}

} // namespace pavise::cli
