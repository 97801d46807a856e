// Pavise itself keeps to everything.
#include "subjects.hpp"

#include "conform/report.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

namespace {

void expect_no_failure(Subject subject, Role role) {
    const auto& profile = subject.setting.profile;
    // Who sends early data takes no answer of TLS 1.2 (RFC 8446 §D.3).
    ASSERT_TRUE(profile.tls13 && (profile.tls12 || profile.offers(ExtensionType::early_data)))
        << profile.describe();
    const auto report = conform::run_checks(subject.setting, {role, {}}, nullptr);
    EXPECT_GT(report.totals.passed, 0u);
    EXPECT_EQ(report.totals.failed + report.totals.failed_should + report.totals.inconclusive, 0u)
        << conform::text_report(report);
}

TEST(ConformPavise, ServersKeepToEverything) {
    for (const ServerKind kind : every_server_kind) expect_no_failure(server_subject(kind), Role::server);
}

TEST(ConformPavise, ClientsKeepToEverything) {
    for (const ClientKind kind : every_client_kind) expect_no_failure(client_subject(kind), Role::client);
}

} // namespace

} // namespace pavise::testing
