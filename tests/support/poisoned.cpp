#include "support/poisoned.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pavise::testing {

void expect_poisoned(Connection& connection, ErrorCode code) {
    const auto error = connection.error();
    ASSERT_TRUE(error) << "expected " << name_of(code);
    EXPECT_EQ(name_of(error->code), name_of(code)) << describe(*error);
    const std::array<std::uint8_t, 5> more{22, 3, 3, 0, 1};
    const std::pair<const char*, Error> answers[] = {
        {"received", connection.received(0).error()},
        {"feed", connection.feed(more).error()},
        {"transport_closed", connection.transport_closed().error()},
        {"data_read", connection.data_read(0).error()},
        {"write", connection.write(more).error()},
        {"reserve", connection.reserve(1).error()},
        {"commit", connection.commit(0).error()},
        {"close", connection.close().error()},
        {"cancel", connection.cancel().error()},
        {"update_keys", connection.update_keys(KeyUpdateScope::both).error()},
        {"certificate_verdict", connection.certificate_verdict(std::nullopt).error()},
        {"provide_signature", connection.provide_signature(more).error()},
        {"choose_config", connection.choose_config(nullptr).error()},
    };
    for (const auto& [call, answer] : answers) EXPECT_EQ(answer, *error) << call;
    EXPECT_TRUE(connection.data().empty());
    EXPECT_TRUE(connection.receive_space().empty());
    EXPECT_TRUE(connection.closed());
    EXPECT_FALSE(connection.wants_input());
    EXPECT_EQ(connection.waiting_for(), Decision::none);
    EXPECT_TRUE(connection.chain_to_verify().empty());
    EXPECT_FALSE(connection.signature_request());
    connection.release_idle();
}

} // namespace pavise::testing
