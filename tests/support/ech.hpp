// Pairs that speak Encrypted Client Hello.
#pragma once

#include "messages/extension/encrypted_client_hello.hpp"
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/rewriting_tap.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

inline constexpr std::string_view ech_public_name_of_tests = "public.test";

inline EchKey new_ech_key(std::uint8_t config_id, std::uint64_t seed, EchKem kem = EchKem::x25519) {
    SeededRng rng(seed);
    EchConfigTerms terms;
    terms.public_name = ech_public_name_of_tests;
    terms.config_id = config_id;
    terms.kem = kem;
    terms.maximum_name_length = 32;
    return *EchKey::generate(terms, rng);
}
// What servers here have, and one that they do not.
inline const EchKey& ech_key() {
    static const EchKey key = new_ech_key(7, 70);
    return key;
}
inline const EchKey& unknown_ech_key() {
    static const EchKey key = new_ech_key(8, 80);
    return key;
}
inline ByteVector ech_list(std::initializer_list<EchKey> keys) {
    const std::vector<EchKey> list(keys);
    return *ech_config_list(list);
}

inline Credential credential_for(std::initializer_list<std::string_view> names) {
    trust::CertificateSpec spec = leaf_spec(crypto::KeyType::ecdsa_p256);
    spec.names.clear();
    for (const std::string_view name : names) spec.names.push_back(trust::MintName::dns(name));
    return mint_credential(spec);
}
// Proves the inner name, and the public one.
inline const Credential& credential_for_both() {
    static const Credential credential = credential_for({server_name, ech_public_name_of_tests});
    return credential;
}

// A client that knows the server's config.
inline PairConfig with_ech() {
    PairConfig config;
    config.server.credentials = {credential_for_both()};
    config.server.ech_keys = {ech_key()};
    config.ech_configs = ech_list({ech_key()});
    return config;
}
// A client whose config is not the server's any more.
inline PairConfig with_stale_ech() {
    PairConfig config = with_ech();
    config.ech_configs = ech_list({unknown_ech_key()});
    return config;
}
// The server asks for a share that was not sent.
inline void need_retry(PairConfig& config) {
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.client.key_shares = 1;
    config.server.groups = {NamedGroup::secp256r1};
}

inline void expect_accepted(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::accepted);
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::accepted);
    EXPECT_EQ(pair.server.negotiated().server_name, server_name);
    EXPECT_TRUE(pair.client.negotiated().ech_retry_configs.empty());
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}
inline void expect_alert(const Connection& connection, AlertDescription alert) {
    ASSERT_TRUE(connection.error());
    EXPECT_EQ(*connection.error(), (Error{ErrorCode::alert_received, static_cast<std::uint16_t>(alert)}))
        << describe(*connection.error());
}
// The client gives up at the end of a handshake with the outer hello; the server was connected and is told.
inline void expect_rejected(Pair& pair, const ByteVector& retry_configs) {
    EXPECT_FALSE(pair.connect());
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::ech_rejected) << describe(*pair.client.error());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::rejected);
    EXPECT_EQ(pair.client.negotiated().ech_retry_configs, retry_configs);
    EXPECT_FALSE(pair.client.handshake_complete());
    EXPECT_TRUE(pair.client.take_sessions().empty());
    EXPECT_TRUE(pair.server.handshake_complete());
    EXPECT_EQ(pair.server.negotiated().server_name, ech_public_name_of_tests);
    expect_alert(pair.server, AlertDescription::ech_required);
}

// Sees both hellos.
class HelloTap : public wire::Tap {
  public:
    std::vector<ByteVector> inner;
    std::vector<ByteVector> outer;
    std::vector<ByteVector> encoded;

    void on_message(wire::Direction, Bytes message) noexcept override {
        if (message[0] == static_cast<std::uint8_t>(HandshakeType::client_hello))
            outer.emplace_back(message.begin(), message.end());
    }
    void on_inner_client_hello(wire::Direction, Bytes message) noexcept override {
        inner.emplace_back(message.begin(), message.end());
    }
    void rewrite_encoded_inner_hello(ByteVector& hello) noexcept override { encoded.push_back(hello); }
};

// Breaks the inner hello that is about to be encrypted: the first, or the one after a HelloRetryRequest.
class InnerTap final : public wire::Tap {
    int which_;
    std::function<void(ByteVector&)> change_;

  public:
    InnerTap(int which, std::function<void(ByteVector&)> change) :
        which_(which),
        change_(std::move(change)) {}
    void rewrite_encoded_inner_hello(ByteVector& encoded) noexcept override {
        if (which_-- == 0) change_(encoded);
    }
};

} // namespace pavise::testing
