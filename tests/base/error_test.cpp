#include <pavise/error.hpp>
#include <pavise/result.hpp>

#include <gtest/gtest.h>

#include <cerrno>

#include <set>

namespace pavise {
namespace {

ErrorCode code_at(std::size_t i) {
    return static_cast<ErrorCode>(i);
}

TEST(ErrorTable, every_row_has_a_unique_name_and_a_text) {
    std::set<std::string_view> names;
    std::set<std::string_view> texts;
    for (std::size_t i = 0; i < error_count; ++i) {
        EXPECT_TRUE(names.insert(name_of(code_at(i))).second) << name_of(code_at(i));
        EXPECT_TRUE(texts.insert(text_of(code_at(i))).second) << text_of(code_at(i));
        EXPECT_GE(text_of(code_at(i)).size(), 10u) << name_of(code_at(i));
        EXPECT_NE(text_of(code_at(i)).back(), '.') << name_of(code_at(i));
    }
}

TEST(ErrorTable, what_the_peer_did_wrong_is_answered_with_a_named_alert) {
    for (std::size_t i = 0; i < error_count; ++i) {
        const Error error{code_at(i)};
        const auto alert = alert_of(error);
        EXPECT_NE(name_of(alert.value_or(AlertDescription::internal_error)), "unknown")
            << name_of(error.code);
        EXPECT_TRUE(alert || blame_of(error) != Blame::negotiation) << name_of(error.code);
        EXPECT_TRUE(!alert || blame_of(error) != Blame::transport) << name_of(error.code);
    }
    EXPECT_EQ(alert_of(Error{ErrorCode::record_overflow}), AlertDescription::record_overflow);
    EXPECT_EQ(alert_of(Error{ErrorCode::alert_received, 40}), std::nullopt);
}

TEST(ErrorTable, describe_names_the_alert_and_the_section) {
    EXPECT_EQ(describe(Error{ErrorCode::alert_received, 40}),
              "the peer ended the connection with an alert: handshake_failure (40) [RFC 8446 §6]");
    EXPECT_EQ(describe(Error{ErrorCode::bad_argument}), "an argument of the call is not valid");
}

TEST(ErrorTable, describe_says_what_the_detail_means) {
    EXPECT_EQ(describe(Error{ErrorCode::alert_received, 0}),
              "the peer ended the connection with an alert [RFC 8446 §6]");
    EXPECT_EQ(describe(Error{ErrorCode::file_not_read, ENOENT}),
              "a file could not be read: No such file or directory");
    EXPECT_NE(describe(Error{ErrorCode::malformed_pem, 12}).find("line 12"), std::string::npos);
    EXPECT_EQ(describe(Error{ErrorCode::certificate_not_read, 3}),
              "a certificate in the input is malformed (number 3)");
    EXPECT_EQ(describe(Error{ErrorCode::certificate_expired, 1}),
              "a certificate has expired (certificate 1 of its chain, counted from 0) [RFC 5280 §4.1.2.5]");
}

TEST(Result, carries_a_value_or_an_error_through_moves) {
    Result<std::string> value = std::string("text");
    Result<std::string> failure = fail(ErrorCode::truncated, 7);
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, "text");
    ASSERT_FALSE(failure);
    EXPECT_EQ(failure.error(), (Error{ErrorCode::truncated, 7}));
    failure = std::move(value);
    ASSERT_TRUE(failure);
    EXPECT_EQ(*failure, "text");
}

} // namespace
} // namespace pavise
