// As much HTTP/1 as a test page needs: the head of one request in, one response out.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/environment.hpp>

#include <string>
#include <string_view>

namespace pavise::cli {

// What real clients send is below 8 KiB; Apache and nginx draw the line between 8 and 32 KiB.
inline constexpr std::size_t max_request_head = 16u << 10;

// Collects the head of a request: everything up to the blank line. Lines end in CRLF or in LF alone (RFC 9112
// §2.2).
class RequestHead {
    std::string text_;
    bool complete_ = false;

  public:
    // Bytes after the blank line are dropped: a body is never read.
    void add(Bytes bytes);
    bool complete() const noexcept { return complete_; }
    // More than max_request_head bytes came without a blank line.
    bool too_large() const noexcept { return !complete_ && text_.size() > max_request_head; }
    std::string_view text() const noexcept { return text_; }
};

// The whole response: 200 with `page` for GET and HEAD (without its body), 405 for other methods, 400 for
// what is not HTTP, 431 for a head that is too large. It is dated `now`.
std::string response_to(const RequestHead& head, std::string_view page, Timestamp now);

} // namespace pavise::cli
