// pavise manual: the manual pages.
#include "cli/documents.hpp"

#include <pavise/version.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

// Text of a roff file: what a formatter would take for a command or a typographic sign is meant literally.
std::string roff(std::string_view text) {
    std::string out;
    bool line_start = true;
    for (const char c : text) {
        if (line_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '\'')
            out += "\\(aq";
        else if (c == '`')
            out += "\\(ga";
        else if (c == '^')
            out += "\\(ha";
        else if (c == '~')
            out += "\\(ti";
        else
            out += c;
        line_start = c == '\n';
    }
    return out;
}

std::string capitals(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

std::string heading(const std::string& page, std::string_view summary) {
    return ".TH " + capitals(page) + " 1 \"\" \"pavise " PAVISE_VERSION "\" \"Pavise\"\n.SH NAME\n" +
           roff(page) + " \\- " + roff(summary) + "\n";
}

void append_term(std::string& out, const std::string& term, std::string_view text) {
    out += ".TP\n" + term + "\n" + roff(text) + "\n";
}

std::string term_of(const Option& option) {
    std::string term = "\\fB" + roff(option.name) + "\\fR";
    if (!option.value.empty()) term += " \\fI" + roff(option.value) + "\\fR";
    return term;
}

constexpr std::array operands{Operand{"PAGE", "pavise, or pavise-VERB: pavise-connect, pavise-cert-show"}};
constexpr Usage usage{
    "manual", "print a manual page, for man(1)", operands, {}, "pavise manual pavise-connect | man -l -"};

Outcome<Exit> run(const Arguments& arguments) {
    const std::string_view wanted = arguments.operand(0);
    std::string page;
    if (wanted == "pavise") page = manual_page(all_verbs());
    for (const Verb* verb : all_verbs())
        if (page_name(*verb->usage) == wanted) page = manual_page(*verb->usage);
    if (page.empty())
        return misuse("there is no page '" + std::string(wanted) +
                      "': the page of 'pavise connect' is "
                      "pavise-connect, and that of pavise itself names all");
    std::fwrite(page.data(), 1, page.size(), stdout);
    return Exit::ok;
}

} // namespace

std::string page_name(const Usage& of) {
    std::string name = "pavise-" + std::string(of.verb);
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string manual_page(std::span<const Verb* const> verbs) {
    std::string out = heading("pavise", "TLS from the command line");
    out += ".SH SYNOPSIS\n\\fBpavise\\fR \\fIVERB\\fR [\\fIARGUMENTS\\fR]\n.SH VERBS\n";
    for (const Verb* verb : verbs)
        append_term(out, "\\fBpavise\\-" + roff(page_name(*verb->usage).substr(7)) + "\\fR(1)",
                    verb->usage->summary);
    out += ".SH OPTIONS\n";
    append_term(out, "\\fB\\-\\-help\\fR", "list the verbs; after a verb: say what it takes");
    append_term(out, "\\fB\\-\\-version\\fR", "print the version");
    return out;
}

std::string manual_page(const Usage& of) {
    std::string out = heading(page_name(of), of.summary);
    out += ".SH SYNOPSIS\n\\fBpavise " + roff(of.verb) + "\\fR";
    if (!of.options.empty()) out += " [\\fIOPTIONS\\fR]";
    for (const Operand& operand : of.operands) out += " \\fI" + roff(operand.name) + "\\fR";
    out += "\n";
    if (!of.operands.empty()) out += ".SH OPERANDS\n";
    for (const Operand& operand : of.operands)
        append_term(out, "\\fI" + roff(operand.name) + "\\fR", operand.help);
    out += ".SH OPTIONS\n";
    for (const Option& option : of.options) {
        std::string text(option.help);
        if (option.occurs == Occurs::exactly_once) text += " (required)";
        if (option.occurs == Occurs::any_number) text += " (may be repeated)";
        append_term(out, term_of(option), text);
    }
    append_term(out, "\\fB\\-\\-help\\fR", "show this in short");
    if (!of.notes.empty()) out += ".SH NOTES\n.nf\n" + roff(of.notes) + "\n.fi\n";
    out += ".SH SEE ALSO\n\\fBpavise\\fR(1)\n";
    return out;
}

const Verb manual_verb{&usage, run};

} // namespace pavise::cli
