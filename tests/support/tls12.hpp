// Pairs that speak TLS 1.2.
#pragma once

#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/rewriting_tap.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

inline constexpr VersionRange tls12_only{ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
inline constexpr VersionRange tls13_only{ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};

inline PairConfig tls12(crypto::KeyType server_key = crypto::KeyType::ecdsa_p256) {
    PairConfig config(server_key);
    config.client.versions = tls12_only;
    config.server.versions = tls12_only;
    return config;
}

// In a hello: instead of what was there of this type, or behind all others.
inline void set_extension(ByteVector& hello, ExtensionType type, const ByteVector& body) {
    remove_extension(hello, type);
    add_extension(hello, type, body);
}

inline std::string say(const Connection& connection) {
    return connection.error() ? describe(*connection.error()) : "fine";
}

inline void expect_connected12(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << "client: " << say(pair.client) << ", server: " << say(pair.server);
    EXPECT_EQ(pair.client.negotiated().version, ProtocolVersion::tls_1_2);
    EXPECT_EQ(pair.server.negotiated().version, ProtocolVersion::tls_1_2);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, pair.server.negotiated().cipher_suite);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "from the client"), "from the client");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "from the server"), "from the server");
}

// What the two sides end with when the handshake fails.
struct Failure {
    std::optional<Error> client;
    std::optional<Error> server;
};
inline Failure failure_of(const PairConfig& config) {
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_TRUE(pair.client.data().empty() && pair.server.data().empty());
    return {pair.client.error(), pair.server.error()};
}
// One side finds the error, the other is told by the alert that belongs to it.
inline void expect_found_by_client(const PairConfig& config, ErrorCode code, AlertDescription alert) {
    const Failure failure = failure_of(config);
    ASSERT_TRUE(failure.client && failure.server);
    EXPECT_EQ(failure.client->code, code) << describe(*failure.client);
    EXPECT_EQ(*failure.server, (Error{ErrorCode::alert_received, static_cast<std::uint16_t>(alert)}));
}
inline void expect_found_by_server(const PairConfig& config, ErrorCode code, AlertDescription alert) {
    const Failure failure = failure_of(config);
    ASSERT_TRUE(failure.client && failure.server);
    EXPECT_EQ(failure.server->code, code) << describe(*failure.server);
    EXPECT_EQ(*failure.client, (Error{ErrorCode::alert_received, static_cast<std::uint16_t>(alert)}));
}

} // namespace pavise::testing
