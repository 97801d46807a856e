#include "cli/http.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

// Where the blank line's last LF is, looking only at what is new since `from`; npos where it has not come.
std::size_t end_of_head(std::string_view text, std::size_t from) {
    for (std::size_t i = text.find('\n', from); i != std::string_view::npos; i = text.find('\n', i + 1)) {
        std::string_view before = text.substr(0, i);
        if (before.ends_with('\r')) before.remove_suffix(1);
        // RFC 9112 §2.2: an empty line before the request line is no end.
        const bool has_content = before.find_first_not_of("\r\n") != std::string_view::npos;
        if (before.ends_with('\n') && has_content) return i;
    }
    return std::string_view::npos;
}

bool is_token(std::string_view text) {
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    return !text.empty() && std::ranges::all_of(text, is_letter);
}

// As RFC 9110 §5.6.7 wants a date: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(Timestamp time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time) - day);
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  days.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                  months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

// The status line and the header fields for a body like this.
std::string head_of(std::string_view status, std::string_view body, Timestamp now,
                    std::string_view more_headers = {}) {
    std::string out = "HTTP/1.1 " + std::string(status) + "\r\n";
    // "An origin server with a clock MUST generate a Date header field in all 2xx (Successful), 3xx
    // (Redirection), and 4xx (Client Error) responses" (RFC 9110 §6.6.1).
    out += "Date: " + http_date(now) + "\r\n";
    out += "Content-Type: text/plain; charset=utf-8\r\n";
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    out += "Connection: close\r\n";
    out += more_headers;
    out += "\r\n";
    return out;
}

std::string failure(std::string_view status, Timestamp now, std::string_view more_headers = {}) {
    const std::string body = std::string(status) + "\n";
    return head_of(status, body, now, more_headers) + body;
}

} // namespace

void RequestHead::add(Bytes bytes) {
    if (complete_) return;
    const std::size_t before = text_.size();
    // One byte beyond the limit is enough to know.
    const std::size_t room = max_request_head + 1 - std::min(before, max_request_head + 1);
    text_ += as_text(bytes.first(std::min(bytes.size(), room)));
    const std::size_t end = end_of_head(text_, before);
    if (end == std::string::npos) return;
    complete_ = true;
    text_.resize(end + 1);
}

std::string response_to(const RequestHead& head, std::string_view page, Timestamp now) {
    if (head.too_large()) return failure("431 Request Header Fields Too Large", now);
    std::string_view text = head.text();
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const std::size_t space = line.find(' ');
    const std::string_view method = line.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    const std::size_t version = rest.rfind(" HTTP/1.");
    if (!is_token(method) || version == 0 || version == std::string_view::npos)
        return failure("400 Bad Request", now);
    if (method == "GET") return head_of("200 OK", page, now) + std::string(page);
    if (method == "HEAD") return head_of("200 OK", page, now);
    return failure("405 Method Not Allowed", now, "Allow: GET, HEAD\r\n");
}

} // namespace pavise::cli
