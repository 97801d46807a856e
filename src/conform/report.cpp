#include "conform/report.hpp"

#include <algorithm>
#include <cstdio>

namespace pavise::conform {

namespace {

std::string seconds(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

std::string sums(const Totals& totals) {
    return std::to_string(totals.all()) + " checks: " + std::to_string(totals.passed) + " passed, " +
           std::to_string(totals.failed) + " failed a MUST, " + std::to_string(totals.failed_should) +
           " failed a SHOULD, " + std::to_string(totals.not_applicable) + " not applicable, " +
           std::to_string(totals.inconclusive) + " inconclusive";
}

std::string in_json(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out += escape;
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string in_markup(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
        }
    }
    return out;
}

const Outcome* outcome_of(const Report& report, const Check& check) {
    const auto found = std::ranges::find(report.outcomes, &check, &Outcome::check);
    return found == report.outcomes.end() ? nullptr : &*found;
}

// The outcomes of a group, in the order of the catalogue.
std::vector<const Outcome*> outcomes_of(const Report& report, const Group& group) {
    std::vector<const Outcome*> found;
    for (const Check& check : group.checks)
        if (const Outcome* outcome = outcome_of(report, check)) found.push_back(outcome);
    return found;
}

Totals totals_of(const std::vector<const Outcome*>& outcomes) {
    Totals totals;
    for (const Outcome* outcome : outcomes) totals.add(*outcome);
    return totals;
}

std::string details(const Outcome& outcome) {
    const Check& check = *outcome.check;
    std::string text = check.id() + "  " + std::string(check.title) + "\n";
    text += "    " + std::string(name_of(check.rule.level)) + ", RFC " + std::string(check.rule.section) +
            ": \"" + std::string(check.rule.sentence) + "\"\n";
    if (!outcome.expected.empty()) text += "    expected: " + outcome.expected + "\n";
    text += "    " + std::string(name_of(outcome.verdict)) + ": " + outcome.reason + "\n";
    for (const std::string& line : outcome.journal) text += "      " + line + "\n";
    return text;
}

} // namespace

std::string text_report(const Report& report) {
    std::string text;
    for (const Verdict verdict : {Verdict::fail, Verdict::inconclusive})
        for (const Outcome& outcome : report.outcomes)
            if (outcome.verdict == verdict) text += details(outcome) + "\n";
    for (const Group& group : catalogue()) {
        const auto outcomes = outcomes_of(report, group);
        if (outcomes.empty()) continue;
        const Totals totals = totals_of(outcomes);
        text += std::string(group.title) + ": " + std::to_string(totals.passed) + " of " +
                std::to_string(totals.all() - totals.not_applicable) + " passed";
        if (totals.not_applicable > 0)
            text += ", " + std::to_string(totals.not_applicable) + " not applicable";
        text += "\n";
    }
    return text + "\n" + sums(report.totals) + " (" + seconds(report.seconds) + " s)\n";
}

std::string json_report(const Report& report) {
    std::string text = "{\"subject\": " + in_json(report.subject) +
                       ",\n \"role\": " + in_json(report.role == Role::server ? "server" : "client") +
                       ",\n \"seconds\": " + seconds(report.seconds) +
                       ",\n \"profile\": " + in_json(report.profile.describe()) + ",\n \"checks\": [";
    const char* separator = "\n";
    for (const Outcome& outcome : report.outcomes) {
        const Check& check = *outcome.check;
        text += separator;
        separator = ",\n";
        text += "  {\"id\": " + in_json(check.id()) + ", \"title\": " + in_json(check.title) +
                ", \"version\": " + in_json(pavise::name_of(check.version())) +
                ", \"level\": " + in_json(name_of(check.rule.level)) +
                ", \"section\": " + in_json(check.rule.section) +
                ", \"sentence\": " + in_json(check.rule.sentence) +
                ", \"verdict\": " + in_json(name_of(outcome.verdict)) +
                ", \"reason\": " + in_json(outcome.reason) + ", \"expected\": " + in_json(outcome.expected) +
                ", \"seconds\": " + seconds(outcome.seconds) + ", \"journal\": [";
        for (std::size_t i = 0; i < outcome.journal.size(); ++i)
            text += (i == 0 ? "" : ", ") + in_json(outcome.journal[i]);
        text += "]}";
    }
    const Totals& totals = report.totals;
    return text + "\n ],\n \"totals\": {\"passed\": " + std::to_string(totals.passed) +
           ", \"failed\": " + std::to_string(totals.failed) +
           ", \"failed_should\": " + std::to_string(totals.failed_should) +
           ", \"not_applicable\": " + std::to_string(totals.not_applicable) +
           ", \"inconclusive\": " + std::to_string(totals.inconclusive) + "}}\n";
}

std::string junit_report(const Report& report) {
    const Totals& all = report.totals;
    std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pavise conform\" tests=\"" +
        std::to_string(all.all()) + "\" failures=\"" + std::to_string(all.failed + all.failed_should) +
        "\" time=\"" + seconds(report.seconds) + "\">\n";
    for (const Group& group : catalogue()) {
        const auto outcomes = outcomes_of(report, group);
        if (outcomes.empty()) continue;
        const Totals totals = totals_of(outcomes);
        text += " <testsuite name=\"" + in_markup(group.title) + "\" tests=\"" +
                std::to_string(totals.all()) + "\" failures=\"" +
                std::to_string(totals.failed + totals.failed_should) + "\" skipped=\"" +
                std::to_string(totals.not_applicable + totals.inconclusive) + "\">\n";
        for (const Outcome* outcome : outcomes) {
            text += "  <testcase classname=\"" + in_markup(group.title) + "\" name=\"" +
                    in_markup(outcome->check->id()) + "\" time=\"" + seconds(outcome->seconds) + "\"";
            if (outcome->verdict == Verdict::pass)
                text += "/>\n";
            else if (outcome->verdict == Verdict::fail)
                text += "><failure type=\"" + in_markup(name_of(outcome->check->rule.level)) +
                        "\" message=\"" + in_markup(outcome->reason) + "\">" + in_markup(details(*outcome)) +
                        "</failure></testcase>\n";
            else
                text += "><skipped message=\"" + in_markup(outcome->reason) + "\"/></testcase>\n";
        }
        text += " </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

namespace {

constexpr std::string_view style = R"(
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1c2330; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.sums span { display: inline-block; padding: .2rem .7rem; border-radius: 1rem; margin: 0 .4rem .4rem 0; background: #eef1f5; }
details { border-left: 4px solid #c8ced8; padding: .25rem .8rem; margin: .2rem 0; }
summary { cursor: pointer; } code, pre { font: 12px/1.4 ui-monospace, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.pass { border-color: #2f9e5b; } .fail { border-color: #cf2e2e; background: #fdf1f1; } .inconclusive { border-color: #d9a21b; }
blockquote { margin: .4rem 0; color: #4a5568; } .verdict { float: right; font-weight: 600; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #dde3ec; } .sums span { background: #252c38; }
 .fail { background: #331b1d; } blockquote { color: #a3afc0; } }
)";

std::string in_html(const Outcome& outcome) {
    const Check& check = *outcome.check;
    const std::string kind =
        outcome.verdict == Verdict::not_applicable ? "na" : std::string(name_of(outcome.verdict));
    std::string text = "<details class=\"" + kind + "\"" + (outcome.verdict == Verdict::fail ? " open" : "") +
                       "><summary><span class=\"verdict\">" + in_markup(name_of(outcome.verdict)) +
                       "</span>" + in_markup(check.title) + " <code>" + in_markup(check.id()) +
                       "</code></summary>\n";
    text += "<blockquote>RFC " + in_markup(check.rule.section) + " (" + in_markup(name_of(check.rule.level)) +
            "): “" + in_markup(check.rule.sentence) + "”</blockquote>\n";
    if (!outcome.expected.empty()) text += "<p>Expected: " + in_markup(outcome.expected) + "</p>\n";
    if (!outcome.reason.empty()) text += "<p>" + in_markup(outcome.reason) + "</p>\n";
    if (!outcome.journal.empty()) {
        text += "<pre>";
        for (const std::string& line : outcome.journal) text += in_markup(line) + "\n";
        text += "</pre>\n";
    }
    return text + "</details>\n";
}

} // namespace

std::string html_report(const Report& report) {
    const Totals& totals = report.totals;
    std::string text = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>pavise conform: " +
                       in_markup(report.subject) +
                       "</title><meta name=\"viewport\" content=\"width=device-width\">\n<style>" +
                       std::string(style) + "</style>\n<h1>Does " + in_markup(report.subject) +
                       " keep to the RFC?</h1>\n";
    text += "<p class=\"sums\"><span>" + std::to_string(totals.passed) + " passed</span><span>" +
            std::to_string(totals.failed) + " failed a MUST</span><span>" +
            std::to_string(totals.failed_should) + " failed a SHOULD</span><span>" +
            std::to_string(totals.inconclusive) + " inconclusive</span><span>" +
            std::to_string(totals.not_applicable) + " not applicable</span></p>\n";
    text += "<details><summary>What it can do</summary><pre>" + in_markup(report.profile.describe()) +
            "</pre></details>\n";
    for (const Group& group : catalogue()) {
        const auto outcomes = outcomes_of(report, group);
        if (outcomes.empty()) continue;
        text += "<h2>" + in_markup(group.title) + "</h2>\n";
        for (const Outcome* outcome : outcomes) text += in_html(*outcome);
    }
    return text + "</html>\n";
}

} // namespace pavise::conform
