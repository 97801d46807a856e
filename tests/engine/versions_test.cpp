// Which version comes out, and what a peer without a common one is told (RFC 8446 §4.1.3, §4.2.1, §D; RFC
// 7507).
#include "support/tls12.hpp"

#include "messages/random.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

PairConfig with_versions(VersionRange client, VersionRange server) {
    PairConfig config;
    config.client.versions = client;
    config.server.versions = server;
    return config;
}

constexpr VersionRange both{};

TEST(Versions, the_highest_that_both_speak) {
    struct Case {
        VersionRange client, server;
        ProtocolVersion expected;
    };
    for (const Case& c :
         {Case{both, both, ProtocolVersion::tls_1_3}, Case{both, tls12_only, ProtocolVersion::tls_1_2},
          Case{tls12_only, both, ProtocolVersion::tls_1_2}, Case{both, tls13_only, ProtocolVersion::tls_1_3},
          Case{tls13_only, both, ProtocolVersion::tls_1_3}}) {
        Pair pair(with_versions(c.client, c.server));
        ASSERT_TRUE(pair.connect()) << say(pair.client) << " / " << say(pair.server);
        EXPECT_EQ(pair.client.negotiated().version, c.expected);
        EXPECT_EQ(pair.server.negotiated().version, c.expected);
    }
}

TEST(Versions, none_in_common) {
    expect_found_by_server(with_versions(tls12_only, tls13_only), ErrorCode::unsupported_version,
                           AlertDescription::protocol_version);
    expect_found_by_server(with_versions(tls13_only, tls12_only), ErrorCode::unsupported_version,
                           AlertDescription::protocol_version);
}

TEST(Versions, suites_of_one_version_enable_that_version) {
    PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
    Pair pair(config);
    expect_connected12(pair);
}

TEST(Versions, hellos_of_tls_1_0_and_1_1_and_ssl_3) {
    for (const std::uint8_t minor : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        RewritingTap tap(HandshakeType::client_hello, [minor](ByteVector& hello) { hello[5] = minor; });
        PairConfig config = with_versions(tls12_only, both);
        config.client_hooks.tap = &tap;
        expect_found_by_server(config, ErrorCode::unsupported_version, AlertDescription::protocol_version);
    }
}

TEST(Versions, without_supported_versions_a_hello_is_for_tls_1_2_whatever_it_says) {
    RewritingTap tap(HandshakeType::client_hello, [](ByteVector& hello) { hello[5] = 4; });
    PairConfig config = with_versions(tls12_only, both);
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_connected12(pair);
}

TEST(Versions, a_server_that_answers_with_less_than_offered) {
    RewritingTap lower(HandshakeType::server_hello, [](ByteVector& hello) { hello[5] = 2; });
    PairConfig config = with_versions(both, tls12_only);
    config.server_hooks.tap = &lower;
    expect_found_by_client(config, ErrorCode::unsupported_version, AlertDescription::protocol_version);
    // … or selects TLS 1.2 by supported_versions, which is for TLS 1.3 alone (§4.2.1).
    RewritingTap selected(HandshakeType::server_hello, [](ByteVector& hello) {
        set_extension(hello, ExtensionType::supported_versions, {3, 3});
    });
    config.server_hooks.tap = &selected;
    expect_found_by_client(config, ErrorCode::version_not_offered, AlertDescription::illegal_parameter);
}

// RFC 8446 §4.1.3.
TEST(Downgrade, a_server_that_could_do_more_says_so_and_a_client_that_could_looks) {
    struct Seen final : wire::Tap {
        messages::Random random{};
        void on_message(wire::Direction, Bytes message) noexcept override {
            if (static_cast<HandshakeType>(message[0]) == HandshakeType::server_hello)
                std::copy_n(message.begin() + 6, random.size(), random.begin());
        }
    };
    Seen seen;
    PairConfig config = with_versions(tls12_only, both);
    config.client_hooks.tap = &seen;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_TRUE(messages::ends_with(seen.random, messages::downgrade_to_tls12));

    for (const auto& sentinel : {messages::downgrade_to_tls12, messages::downgrade_to_tls11}) {
        RewritingTap tap(HandshakeType::server_hello, [&](ByteVector& hello) {
            std::copy(sentinel.begin(), sentinel.end(), hello.begin() + 6 + 24);
        });
        PairConfig lowered = with_versions(both, tls12_only);
        lowered.server_hooks.tap = &tap;
        expect_found_by_client(lowered, ErrorCode::downgrade_detected, AlertDescription::illegal_parameter);
    }
}

TEST(Fallback, is_refused_by_a_server_that_speaks_more) {
    PairConfig config = with_versions(tls12_only, both);
    config.client.fallback = Fallback::on;
    expect_found_by_server(config, ErrorCode::inappropriate_fallback,
                           AlertDescription::inappropriate_fallback);
    config.server.versions = tls12_only;
    Pair pair(config);
    expect_connected12(pair);
}

TEST(Fallback, does_no_harm_in_the_highest_version) {
    PairConfig config;
    config.client.fallback = Fallback::on;
    Pair pair(config);
    EXPECT_TRUE(pair.connect());
}

} // namespace
} // namespace pavise::testing
