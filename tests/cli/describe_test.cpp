#include "cli/describe.hpp"

#include <gtest/gtest.h>

namespace pavise::cli {
namespace {

TEST(Printable, a_peers_text_cannot_control_the_terminal) {
    EXPECT_EQ(printable("plain, Zürich, 東京"), "plain, Zürich, 東京");
    EXPECT_EQ(printable("a\x1b[31mb\nc\x7f"), "a\\x1b[31mb\\x0ac\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\x9b");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(TimeText, is_utc) {
    EXPECT_EQ(to_text(Timestamp(Milliseconds(0))), "1970-01-01 00:00:00 UTC");
    EXPECT_EQ(to_text(Timestamp(Milliseconds(1'782'907'199'999))), "2026-07-01 11:59:59 UTC");
}

TEST(InWords, names_the_certificate_that_failed) {
    EXPECT_EQ(in_words(Error{ErrorCode::certificate_expired, 0}),
              describe(Error{ErrorCode::certificate_expired}));
    EXPECT_EQ(in_words(Error{ErrorCode::certificate_expired, 1}),
              describe(Error{ErrorCode::certificate_expired}) + "; it is certificate 1 of the chain");
    EXPECT_EQ(in_words(Error{ErrorCode::alert_received, 48}), describe(Error{ErrorCode::alert_received, 48}));
}

} // namespace
} // namespace pavise::cli
