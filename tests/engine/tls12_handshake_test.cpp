// Handshakes of Pavise with itself in TLS 1.2: suites, curves, certificates of both sides, cut in every way.
#include "support/tls12.hpp"

#include "crypto/cipher_suite.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

constexpr NamedGroup every_curve[] = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
                                      NamedGroup::secp521r1, NamedGroup::x448};

std::string title(const crypto::Suite12& suite, crypto::KeyType key) {
    return name_of(suite.id) + " key " + std::to_string(static_cast<int>(key));
}

TEST(Handshake12, connects_with_the_defaults) {
    Pair pair(tls12());
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    EXPECT_EQ(pair.client.negotiated().group, NamedGroup::x25519);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
    EXPECT_EQ(pair.server.negotiated().server_name, server_name);
}

TEST(Handshake12, matrix_of_suites_certificates_and_fragmentation) {
    for (const crypto::Suite12& suite : crypto::suites12())
        for (const crypto::KeyType key : every_key_type)
            for (const Step step : {Step{0}, Step{1}}) {
                if (!crypto::can_authenticate(key, suite.authentication)) continue;
                SCOPED_TRACE(title(suite, key) + " step " + std::to_string(step));
                PairConfig config = tls12(key);
                config.client.cipher_suites = {suite.id};
                config.server.cipher_suites = {suite.id};
                config.step = step;
                Pair pair(config);
                expect_connected12(pair);
                EXPECT_EQ(pair.client.negotiated().cipher_suite, suite.id);
            }
}

TEST(Handshake12, every_curve) {
    for (const NamedGroup curve : every_curve) {
        SCOPED_TRACE(name_of(curve));
        PairConfig config = tls12(crypto::KeyType::rsa);
        config.client.groups = {curve};
        config.server.groups = {NamedGroup::secp384r1, NamedGroup::secp256r1, NamedGroup::secp521r1,
                                NamedGroup::x448, NamedGroup::x25519};
        Pair pair(config);
        expect_connected12(pair);
        EXPECT_EQ(pair.client.negotiated().group, curve);
        EXPECT_EQ(pair.server.negotiated().group, curve);
    }
}

TEST(Handshake12, post_quantum_groups_are_not_for_it) {
    PairConfig config = tls12();
    config.client.groups = config.server.groups = {NamedGroup::x25519_ml_kem_768, NamedGroup::secp256r1};
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().group, NamedGroup::secp256r1);
    config.server.groups = {NamedGroup::x25519_ml_kem_768};
    expect_found_by_server(config, ErrorCode::no_common_suite, AlertDescription::handshake_failure);
}

TEST(Handshake12, matrix_of_client_certificates) {
    for (const crypto::KeyType server_key : {crypto::KeyType::ecdsa_p256, crypto::KeyType::rsa})
        for (const crypto::KeyType client_key : every_key_type)
            for (const Step step : {Step{0}, Step{1}}) {
                SCOPED_TRACE("client key " + std::to_string(static_cast<int>(client_key)));
                PairConfig config = tls12(server_key);
                config.server.client_verification = PeerVerification::required;
                config.client.credentials = {client_credential(client_key)};
                config.step = step;
                Pair pair(config);
                expect_connected12(pair);
                EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
                EXPECT_EQ(pair.server.negotiated().peer_signature, pair.client.negotiated().local_signature);
            }
}

TEST(Handshake12, a_client_without_a_certificate) {
    PairConfig config = tls12();
    config.server.client_verification = PeerVerification::optional;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
    config.server.client_verification = PeerVerification::required;
    expect_found_by_server(config, ErrorCode::certificate_required12, AlertDescription::handshake_failure);
}

TEST(Handshake12, certificates_that_are_not_trusted) {
    PairConfig server_foreign = tls12();
    server_foreign.client.trust = trust_in(foreign_authority());
    expect_found_by_client(server_foreign, ErrorCode::unknown_issuer, AlertDescription::unknown_ca);
    PairConfig client_foreign = tls12();
    client_foreign.server.client_verification = PeerVerification::optional;
    client_foreign.server.client_trust = trust_in(foreign_authority());
    client_foreign.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    expect_found_by_server(client_foreign, ErrorCode::unknown_issuer, AlertDescription::unknown_ca);
}

TEST(Handshake12, the_certificate_follows_the_suite_and_the_suite_the_certificates) {
    PairConfig config = tls12();
    config.server.credentials = {server_credential(crypto::KeyType::ecdsa_p256),
                                 server_credential(crypto::KeyType::rsa)};
    config.client.cipher_suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
    Pair rsa(config);
    expect_connected12(rsa);
    EXPECT_EQ(rsa.client.negotiated().peer_signature, SignatureScheme::rsa_pss_rsae_sha256);
    config.server.credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
    expect_found_by_server(config, ErrorCode::no_common_suite, AlertDescription::handshake_failure);
}

TEST(Handshake12, an_ecdsa_key_needs_a_curve_that_the_client_offers_but_any_hash_will_do) {
    PairConfig config = tls12(crypto::KeyType::ecdsa_p384);
    config.client.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    Pair pair(config);
    // The authority's key is P-256; the leaf's P-384 signs with SHA-256, which TLS 1.3 would not allow.
    expect_connected12(pair);
    config.client.groups = {NamedGroup::x25519};
    expect_found_by_server(config, ErrorCode::no_common_suite, AlertDescription::handshake_failure);
}

TEST(Handshake12, pkcs1_signatures_are_for_it_alone) {
    PairConfig config = tls12(crypto::KeyType::rsa);
    config.client.signature_schemes = {SignatureScheme::rsa_pkcs1_sha256};
    config.client.verification = PeerVerification::none;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::rsa_pkcs1_sha256);
    config.client.versions = config.server.versions = tls13_only;
    expect_found_by_server(config, ErrorCode::no_common_signature_scheme,
                           AlertDescription::handshake_failure);
}

TEST(Handshake12, application_protocols) {
    PairConfig config = tls12();
    config.client.alpn_protocols = {"h2", "http/1.1"};
    config.server.alpn_protocols = {"http/1.1"};
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().alpn_protocol, "http/1.1");
    EXPECT_EQ(pair.server.negotiated().alpn_protocol, "http/1.1");
    config.server.alpn_protocols = {"imap"};
    expect_found_by_server(config, ErrorCode::no_common_protocol, AlertDescription::no_application_protocol);
}

TEST(Handshake12, decisions_can_be_deferred) {
    PairConfig config = tls12();
    config.client.deferred.certificate = true;
    config.server.deferred.config = true;
    config.server.deferred.signature = true;
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::config);
    ServerConfig chosen = config.server;
    FixedClock clock;
    SeededRng rng(7);
    chosen.clock = &clock;
    chosen.rng = &rng;
    ASSERT_TRUE(pair.server.choose_config(std::make_shared<const ServerConfig>(chosen)));
    ASSERT_EQ(pair.server.waiting_for(), Decision::signature);
    const auto request = pair.server.signature_request();
    ASSERT_TRUE(request);
    // Both randoms, a curve, and a point of 32 bytes (RFC 8422 §5.4).
    EXPECT_EQ(request->content.size(), 32u + 32 + 4 + 32);
    ASSERT_FALSE(pair.server.provide_signature(as_bytes("nonsense")).error().code == ErrorCode::internal);
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::certificate);
    EXPECT_EQ(pair.client.chain_to_verify().size(), 1u);
    EXPECT_EQ(pair.client.certificate_verdict({}).error().code, ErrorCode::bad_signature);
}

TEST(Handshake12, both_sides_log_the_same_master_secret) {
    struct Log final : wire::Tap {
        ByteVector secret;
        void on_secret(std::string_view label, Bytes, Bytes value) noexcept override {
            if (label == "CLIENT_RANDOM") secret.assign(value.begin(), value.end());
        }
    };
    Log client;
    Log server;
    PairConfig config = tls12();
    config.client_hooks.tap = &client;
    config.server_hooks.tap = &server;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(client.secret.size(), 48u);
    EXPECT_EQ(client.secret, server.secret);
}

TEST(Closing12, a_close_is_answered_at_once) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    pair.pump();
    EXPECT_TRUE(pair.server.peer_closed());
    EXPECT_EQ(pair.server.write(as_bytes("late")).error().code, ErrorCode::already_closed);
    EXPECT_TRUE(pair.client.closed());
    EXPECT_TRUE(pair.server.closed());
    EXPECT_FALSE(pair.client.error());
    EXPECT_FALSE(pair.server.error());
}

TEST(KeyUpdate12, does_not_exist) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.update_keys(KeyUpdateScope::both).error().code, ErrorCode::no_key_update12);
    EXPECT_FALSE(pair.client.error());
    EXPECT_EQ(pair.carry(pair.client, pair.server, "still"), "still");
}

} // namespace
} // namespace pavise::testing
