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
                std::to_string(totals.all()) + "\" errors=\"0\" failures=\"" +
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
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1c2330; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .3rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.answer { font-size: 1.1rem; margin: .2rem 0 1rem; } .muted { color: #5b6675; }
.sums span { display: inline-block; padding: .15rem .7rem; border-radius: 1rem; margin: 0 .4rem .4rem 0; background: #eef1f5; }
.sums .bad { background: #cf2e2e; color: #fff; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dde2ea; vertical-align: top; } td:first-child { white-space: nowrap; }
details.group { margin: .35rem 0; } details.group > summary { font-weight: 600; padding: .2rem 0; }
details.check { border-left: 4px solid #c8ced8; padding: .2rem .8rem; margin: .15rem 0 .15rem 1rem; }
summary { cursor: pointer; } code, pre { font: 12px/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.pass { border-color: #2f9e5b !important; } .inconclusive { border-color: #d9a21b !important; }
.fail { border-color: #cf2e2e !important; background: #fdf1f1; }
blockquote { margin: .4rem 0; padding: 0; color: #4a5568; } .verdict { float: right; font-weight: 600; margin-left: 1rem; }
dl { margin: .4rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .3rem; }
body:has(#failures:checked) details.check:not(.fail), body:has(#failures:checked) details.group:not(:has(.fail)) { display: none; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #dde3ec; } .sums span { background: #252c38; }
 .fail { background: #331b1d; } blockquote, .muted { color: #a3afc0; } th, td { border-color: #2c3442; } a { color: #8ab4f8; } }
)";

std::string in_html(const Outcome& outcome) {
    const Check& check = *outcome.check;
    const std::string kind =
        outcome.verdict == Verdict::not_applicable ? "na" : std::string(name_of(outcome.verdict));
    std::string text = "<details class=\"check " + kind + "\" id=\"" + in_markup(check.id()) +
                       "\"><summary><span class=\"verdict\">" + in_markup(name_of(outcome.verdict)) +
                       "</span>" + in_markup(check.title) + " <code>" + in_markup(check.id()) +
                       "</code></summary>\n";
    text += "<blockquote>RFC " + in_markup(check.rule.section) + " (" + in_markup(name_of(check.rule.level)) +
            "): “" + in_markup(check.rule.sentence) + "”</blockquote>\n<dl>\n";
    if (!outcome.expected.empty()) text += "<dt>Expected</dt><dd>" + in_markup(outcome.expected) + "</dd>\n";
    if (!outcome.reason.empty())
        text +=
            std::string(outcome.verdict == Verdict::not_applicable ? "<dt>Why not</dt>" : "<dt>Seen</dt>") +
            "<dd>" + in_markup(outcome.reason) + "</dd>\n";
    text += "</dl>\n";
    if (!outcome.journal.empty()) {
        text += "<pre>";
        for (const std::string& line : outcome.journal) text += in_markup(line) + "\n";
        text += "</pre>\n";
    }
    return text + "</details>\n";
}

std::string group_in_html(const Group& group, const std::vector<const Outcome*>& outcomes) {
    const Totals totals = totals_of(outcomes);
    const std::size_t failed = totals.failed + totals.failed_should;
    std::string text =
        "<details class=\"group\"" + std::string(failed > 0 ? " open" : "") + "><summary>" +
        in_markup(group.title) + " <span class=\"muted\">" + std::to_string(totals.passed) + " of " +
        std::to_string(totals.all() - totals.not_applicable) + " passed" +
        (totals.not_applicable > 0 ? ", " + std::to_string(totals.not_applicable) + " not applicable" : "") +
        "</span></summary>\n";
    for (const Outcome* outcome : outcomes) text += in_html(*outcome);
    return text + "</details>\n";
}

// What failed, before everything else: who reads the page wants to know this first.
std::string failures_in_html(const Report& report) {
    std::string rows;
    for (const Outcome& outcome : report.outcomes) {
        if (outcome.verdict != Verdict::fail) continue;
        const Check& check = *outcome.check;
        rows += "<tr><td>RFC " + in_markup(check.rule.section) + "</td><td>" +
                in_markup(name_of(check.rule.level)) + "</td><td>" +
                in_markup(pavise::name_of(check.version())) + "</td><td><a href=\"#" + in_markup(check.id()) +
                "\">" + in_markup(check.title) + "</a></td><td>" + in_markup(outcome.reason) + "</td></tr>\n";
    }
    if (rows.empty()) return {};
    return "<h2>What "
           "failed</h2>\n<table><thead><tr><th>Section</th><th></th><th>In</th><th>Check</th><th>What was "
           "seen</th></tr></thead>\n<tbody>\n" +
           rows + "</tbody></table>\n";
}

std::string answer(const Totals& totals) {
    const std::size_t judged = totals.passed + totals.failed + totals.failed_should;
    if (judged == 0) return "That is not known: no check came to a verdict.";
    if (totals.failed > 0)
        return "No: it does otherwise than the RFCs demand in " + std::to_string(totals.failed) + " of " +
               std::to_string(judged) + " checks.";
    return "Yes, as far as " + std::to_string(judged) + " checks can tell" +
           (totals.failed_should > 0
                ? "; " + std::to_string(totals.failed_should) + " recommendations are not followed."
                : ".");
}

std::string sums_in_html(const Totals& totals) {
    const auto chip = [](std::size_t count, std::string_view what, std::string_view kind) {
        return "<span" + (count > 0 && !kind.empty() ? " class=\"" + std::string(kind) + "\"" : "") + ">" +
               std::to_string(count) + " " + std::string(what) + "</span>";
    };
    return "<p class=\"sums\">" + chip(totals.passed, "passed", "") +
           chip(totals.failed, "failed a MUST", "bad") + chip(totals.failed_should, "failed a SHOULD", "") +
           chip(totals.inconclusive, "inconclusive", "") + chip(totals.not_applicable, "not applicable", "") +
           "</p>\n";
}

constexpr std::string_view how_to_read = R"(<details><summary>How to read this page</summary>
<p>Each check made a connection of its own. It quotes the sentence of an RFC that it is about. MUST and SHOULD say how binding the
sentence is (RFC 2119). “Not applicable” says that the other side cannot do what the check is about; “inconclusive”, that something
went wrong before it came to what is checked. A check that failed was run twice. Inside each check stands what went both ways.</p>
</details>
)";

} // namespace

std::string html_report(const Report& report) {
    std::string text =
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>pavise conform: " +
        in_markup(report.subject) +
        "</title><meta name=\"viewport\" content=\"width=device-width\">\n<style>" + std::string(style) +
        "</style></head>\n<body>\n<h1>Does " + in_markup(report.subject) +
        " keep to the RFCs of TLS?</h1>\n<p class=\"answer\">" + answer(report.totals) + "</p>\n" +
        sums_in_html(report.totals);
    text += "<p class=\"muted\">The " + std::string(report.role == Role::server ? "server" : "client") +
            " was checked by pavise conform in " + seconds(report.seconds) + " s.</p>\n";
    text += "<details><summary>What it can do</summary><pre>" + in_markup(report.profile.describe()) +
            "</pre></details>\n" + std::string(how_to_read) + failures_in_html(report);
    text += "<h2>All checks</h2>\n<p><label><input type=\"checkbox\" id=\"failures\"> those that failed, "
            "alone</label></p>\n";
    for (const Group& group : catalogue())
        if (const auto outcomes = outcomes_of(report, group); !outcomes.empty())
            text += group_in_html(group, outcomes);
    return text + "</body>\n</html>\n";
}

} // namespace pavise::conform
