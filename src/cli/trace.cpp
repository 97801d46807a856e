// pavise trace FILE
#include "cli/trace.hpp"

#include "cli/annotation.hpp"
#include "cli/files.hpp"
#include "cli/verb.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

constexpr std::array operands{
    Operand{"FILE", "a capture (pcap or pcapng), or a transcript of TranscriptTap"}};
constexpr std::array options{Option{
    "--keylog", "FILE", "secrets in NSS's format, by which a capture is opened (SSLKEYLOGFILE, --keylog)"}};
constexpr Usage usage{
    "trace", "turn a capture or a transcript into readable messages", operands, options,
    "--> is what the client sent (of a transcript: what its own side sent), <-- the other direction.\n"
    "Whoever has a key log can read everything that was said: keep neither longer than needed."};

// "sent message client_hello 0100…": direction, what it is, its name, bytes.
struct Line {
    std::string_view direction{};
    std::string_view kind{};
    std::string_view name{};
    std::string_view hex{};
};

Line split(std::string_view line) {
    Line out;
    for (std::string_view* word : {&out.direction, &out.kind, &out.name, &out.hex}) {
        const std::size_t end = std::min(line.find(' '), line.size());
        *word = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return out;
}

// Of a line that says something new: records and handshake contents are there as messages too.
std::optional<std::string> words_for(const Line& line, Annotator& annotator) {
    const auto bytes = bytes_of_hex(line.hex);
    if (!bytes) return std::nullopt;
    if (line.kind == "message")
        return bytes->size() < 4 ? std::nullopt : std::optional(annotator.message(*bytes));
    if (line.kind != "content" || line.name == "handshake") return std::string();
    if (line.name == "alert") return annotator.alert(*bytes);
    return std::string(line.name) + ", " + std::to_string(bytes->size()) + " bytes\n";
}

Outcome<std::string> text_of(std::string_view path, const KeyLogFile& key_log) {
    auto file = read_file(path);
    if (!file) return file.problem();
    if (file->view().empty()) return misuse(std::string(path) + ": the file is empty");
    if (!looks_like_capture(file->view())) {
        auto text = trace_of_transcript(as_text(file->view()));
        if (!text)
            return misuse(std::string(path) +
                          ": neither a capture (pcap, pcapng) nor a transcript: " + text.problem().text);
        return text;
    }
    auto conversations = conversations_in(file->view());
    if (!conversations) return Problem{Exit::usage, std::string(path) + ": " + conversations.problem().text};
    std::string out;
    for (const Conversation& conversation : *conversations) {
        const std::string text = trace_of(conversation, key_log);
        if (!text.empty()) out += (out.empty() ? "" : "\n") + text;
    }
    if (out.empty()) return misuse(std::string(path) + ": there is no TLS in it");
    return out;
}

Outcome<Exit> run(const Arguments& arguments) {
    std::string secrets;
    if (const auto path = arguments.value("--keylog")) {
        auto file = read_file(*path);
        if (!file) return file.problem();
        secrets = as_text(file->view());
    }
    auto text = text_of(arguments.operand(0), KeyLogFile(secrets));
    if (!text) return text.problem();
    std::fwrite(text->data(), 1, text->size(), stdout);
    return Exit::ok;
}

} // namespace

Outcome<std::string> trace_of_transcript(std::string_view text) {
    Annotator annotator;
    std::string out;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const Line line = split(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.direction == "secret" || line.direction == "transition" || line.direction.empty()) continue;
        const bool known = line.direction == "sent" || line.direction == "received";
        if (known && line.kind == "record") continue;
        const auto words = known ? words_for(line, annotator) : std::nullopt;
        if (!words) return misuse("line " + std::to_string(number) + " is not one of a transcript");
        if (!words->empty()) out += (line.direction == "sent" ? "--> " : "<-- ") + *words;
    }
    return out;
}

const Verb trace_verb{&usage, run};

} // namespace pavise::cli
