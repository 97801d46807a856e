#include "cli/json.hpp"

#include <array>
#include <charconv>

namespace pavise::cli {

namespace {

// How many bytes of `text` are one well-formed UTF-8 sequence (RFC 3629 §4); 0 where they are none.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto tail = [&at](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return tail(1) ? 2 : 0;
    if (lead >= 0xe0 && lead < 0xf0) {
        const bool overlong = lead == 0xe0 && at(1) < 0xa0;
        const bool surrogate = lead == 0xed && at(1) >= 0xa0;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        const bool overlong = lead == 0xf0 && at(1) < 0x90;
        const bool too_large = lead == 0xf4 && at(1) >= 0x90;
        return tail(1) && tail(2) && tail(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

} // namespace

void JsonWriter::begin_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!first_) out_ += ',';
    if (depth_ > 0) out_ += '\n' + std::string(2 * depth_, ' ');
    first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
    begin_value();
    out_ += bracket;
    ++depth_;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    --depth_;
    if (!first_) out_ += '\n' + std::string(2 * depth_, ' ');
    out_ += bracket;
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    begin_value();
    append_string(name);
    out_ += ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
    begin_value();
    out_ += text;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    begin_value();
    append_string(text);
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    std::array<char, 64> text{};
    const auto [end, problem] =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, 3);
    return literal(problem == std::errc{} ? std::string_view(text.data(), end) : std::string_view("null"));
}

void JsonWriter::append_string(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        std::size_t taken = 1;
        if (byte == '"' || byte == '\\') {
            out_ += '\\';
            out_ += text.front();
        } else if (byte == '\n') {
            out_ += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            out_ += "\\u00";
            out_ += digits[byte >> 4];
            out_ += digits[byte & 15];
        } else if (const std::size_t length = utf8_length(text); length > 0) {
            out_ += text.substr(0, length);
            taken = length;
        } else {
            out_ += "\xef\xbf\xbd"; // U+FFFD in the place of each byte that is no UTF-8
        }
        text.remove_prefix(taken);
    }
    out_ += '"';
}

} // namespace pavise::cli
