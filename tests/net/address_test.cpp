#include "net/address.hpp"
#include "net/failure.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <netdb.h>

namespace pavise::net {
namespace {

TEST(Endpoint, is_parsed_as_a_person_writes_it) {
    const auto name = parse_endpoint("example.org:443");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->host, "example.org");
    EXPECT_EQ(name->port, 443);
    const auto v6 = parse_endpoint("[::1]:65535");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "::1");
    EXPECT_EQ(v6->port, 65535);
    EXPECT_EQ(to_text(*name), "example.org:443");
    EXPECT_EQ(to_text(*v6), "[::1]:65535");
}

TEST(Endpoint, anything_else_is_refused) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv, "host"sv, "host:"sv, ":443"sv, "[]:443"sv, "host:65536"sv, "host:-1"sv, "host:+1"sv,
          "host: 1"sv, "host:1x"sv, "::1:443"sv, "[::1]"sv, "a\0b:1"sv}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_FALSE(endpoint) << text;
        EXPECT_EQ(endpoint.error().code, ErrorCode::bad_endpoint) << text;
    }
}

TEST(Address, in_digits_needs_no_lookup_and_prints_as_it_came) {
    const auto v4 = numeric_address({"127.0.0.1", 80});
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->port(), 80);
    EXPECT_EQ(to_text(*v4), "127.0.0.1:80");
    const auto v6 = numeric_address({"::1", 8080});
    ASSERT_TRUE(v6);
    EXPECT_EQ(to_text(*v6), "[::1]:8080");
    const auto name = numeric_address({"localhost", 80});
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, ErrorCode::name_resolution_failed);
}

TEST(Explain, says_which_call_on_what_and_why) {
    EXPECT_EQ(explain(Error{ErrorCode::connect_failed, ECONNREFUSED}, "localhost:1"),
              "localhost:1: the connection could not be made: Connection refused");
    const auto name = numeric_address({"not an address", 80});
    ASSERT_FALSE(name);
    EXPECT_EQ(explain(name.error(), "not an address"),
              std::string("not an address: the host could not be looked up: ") + ::gai_strerror(EAI_NONAME));
    EXPECT_EQ(explain(Error{ErrorCode::deadline_passed}, "peer"), "peer: the time allowed for it is over");
}

} // namespace
} // namespace pavise::net
