#include "cli/http.hpp"

#include <gtest/gtest.h>

namespace pavise::cli {
namespace {

constexpr std::string_view page = "a page\n";
constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + std::chrono::hours(8) +
                        std::chrono::minutes(5) + std::chrono::seconds(9) + Milliseconds(999)};

std::string answer_to(std::string_view request) {
    RequestHead head;
    head.add(as_bytes(request));
    EXPECT_TRUE(head.complete() || head.too_large()) << request;
    return response_to(head, page, now);
}

std::string status_of(std::string_view request) {
    const std::string answer = answer_to(request);
    return answer.substr(0, answer.find("\r\n"));
}

TEST(RequestHead, ends_at_the_blank_line_with_crlf_or_lf) {
    for (const std::string_view text :
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\n\n",
          "GET / HTTP/1.1\n\r\n", "\r\n\r\nGET / HTTP/1.0\r\n\r\n"}) {
        // Byte by byte: complete with the last byte and not before.
        RequestHead head;
        for (std::size_t i = 0; i < text.size(); ++i) {
            EXPECT_FALSE(head.complete()) << text << " at " << i;
            head.add(as_bytes(text.substr(i, 1)));
        }
        EXPECT_TRUE(head.complete()) << text;
        EXPECT_EQ(head.text(), text);
        // At once, with a body behind it that is not kept.
        RequestHead at_once;
        at_once.add(as_bytes(std::string(text) + "body\n\n"));
        EXPECT_EQ(at_once.text(), text);
    }
}

TEST(RequestHead, is_bounded) {
    std::string request = "GET / HTTP/1.1\r\nX: ";
    request += std::string(max_request_head - request.size() - 4, 'x') + "\r\n\r\n";
    ASSERT_EQ(request.size(), max_request_head);
    RequestHead fits;
    fits.add(as_bytes(request));
    EXPECT_TRUE(fits.complete());
    EXPECT_FALSE(fits.too_large());

    RequestHead larger;
    larger.add(as_bytes(std::string(max_request_head, 'x')));
    EXPECT_FALSE(larger.too_large());
    larger.add(as_bytes("x"));
    EXPECT_TRUE(larger.too_large());
    larger.add(as_bytes(std::string(100000, 'x')));
    EXPECT_EQ(larger.text().size(), max_request_head + 1);
    EXPECT_TRUE(response_to(larger, page, now).starts_with("HTTP/1.1 431 "));
}

TEST(Response, get_has_the_page_and_head_its_length_alone) {
    EXPECT_EQ(answer_to("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n"
                                                   "Date: Thu, 29 Feb 2024 08:05:09 GMT\r\n"
                                                   "Content-Type: text/plain; charset=utf-8\r\n"
                                                   "Content-Length: 7\r\n"
                                                   "Connection: close\r\n"
                                                   "\r\n"
                                                   "a page\n");
    const std::string head = answer_to("HEAD / HTTP/1.1\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 7\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(Response, what_is_not_a_get_is_told_so) {
    EXPECT_EQ(status_of("POST / HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
    EXPECT_NE(answer_to("POST / HTTP/1.1\r\n\r\n").find("Allow: GET, HEAD\r\n"), std::string::npos);
    for (const std::string_view request : {"hello\n\n", "GET\n\n", "GET /\n\n", "GET  HTTP/2\n\n",
                                           "get / HTTP/1.1\n\n", " / HTTP/1.1\n\n", "\x16\x03\x01\n\n"})
        EXPECT_EQ(status_of(request), "HTTP/1.1 400 Bad Request") << request;
}

} // namespace
} // namespace pavise::cli
