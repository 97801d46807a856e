// Who is accepted as whom: servers by clients, clients by servers.
#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using crypto::KeyType;

void expect_connected(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}

// ---------------------------------------------------------------- the server

void expect_server_refused(PairConfig config, ErrorCode code, AlertDescription alert) {
    Pair pair(std::move(config));
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, code);
    EXPECT_FALSE(pair.client.handshake_complete());
    expect_poisoned(pair.server, ErrorCode::alert_received);
    EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(alert));
    EXPECT_TRUE(pair.client.negotiated().verified_chain.empty());
}

PairConfig with_leaf(trust::CertificateSpec spec) {
    PairConfig config;
    config.server.credentials = {mint_credential(spec)};
    return config;
}

TEST(ServerAuthentication, refuses_a_stranger) {
    PairConfig config;
    config.client.trust = trust_in(foreign_authority());
    expect_server_refused(config, ErrorCode::unknown_issuer, AlertDescription::unknown_ca);
    config.client.trust = TrustStore();
    expect_server_refused(config, ErrorCode::unknown_issuer, AlertDescription::unknown_ca);
}

TEST(ServerAuthentication, refuses_another_name) {
    PairConfig config;
    config.name = "other.test";
    expect_server_refused(config, ErrorCode::name_mismatch, AlertDescription::bad_certificate);
    config.name = "127.0.0.2";
    expect_server_refused(config, ErrorCode::ip_address_mismatch, AlertDescription::bad_certificate);
}

TEST(ServerAuthentication, refuses_a_certificate_out_of_its_time) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.not_after = test_time - std::chrono::seconds(1);
    expect_server_refused(with_leaf(spec), ErrorCode::certificate_expired,
                          AlertDescription::certificate_expired);
    spec = leaf_spec(KeyType::ecdsa_p256);
    spec.not_before = test_time + std::chrono::seconds(1);
    expect_server_refused(with_leaf(spec), ErrorCode::certificate_not_yet_valid,
                          AlertDescription::certificate_expired);
}

TEST(ServerAuthentication, refuses_a_certificate_for_another_purpose) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.extended_key_usages = {{"1.3.6.1.5.5.7.3.2"}}; // clientAuth
    expect_server_refused(with_leaf(spec), ErrorCode::wrong_purpose,
                          AlertDescription::unsupported_certificate);
}

TEST(ServerAuthentication, looks_at_the_common_name_only_by_policy) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.common_name = std::string(server_name);
    spec.names.clear();
    PairConfig config = with_leaf(spec);
    expect_server_refused(config, ErrorCode::name_mismatch, AlertDescription::bad_certificate);
    config.client.common_name = CommonName::fallback;
    Pair pair(config);
    expect_connected(pair);
}

TEST(ServerAuthentication, is_waived_by_config_alone) {
    PairConfig config;
    config.client.trust = TrustStore();
    config.client.verification = PeerVerification::none;
    config.name = "anything.test";
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().peer_chain.size(), 1u);
    EXPECT_TRUE(pair.client.negotiated().verified_chain.empty());
}

TEST(ServerAuthentication, chooses_the_first_credential_that_the_client_can_verify) {
    PairConfig config;
    config.server.credentials = {server_credential(KeyType::ed25519), server_credential(KeyType::rsa),
                                 server_credential(KeyType::ecdsa_p384)};
    const std::pair<SignatureScheme, SignatureScheme> cases[] = {
        {SignatureScheme::ed25519, SignatureScheme::ed25519},
        {SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ecdsa_secp384r1_sha384},
        {SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pss_rsae_sha512}};
    for (const auto& [offered, used] : cases) {
        config.client.signature_schemes = {offered};
        Pair pair(config);
        expect_connected(pair);
        EXPECT_EQ(pair.server.negotiated().local_signature, used);
        EXPECT_EQ(pair.client.negotiated().peer_signature, used);
    }
    config.client.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.server, ErrorCode::no_common_signature_scheme);
    EXPECT_EQ(pair.client.error()->detail, static_cast<std::uint16_t>(AlertDescription::handshake_failure));
}

// ---------------------------------------------------------------- the client

TEST(ClientAuthentication, of_every_key_type_where_it_is_required_or_optional) {
    for (const PeerVerification verification : {PeerVerification::required, PeerVerification::optional})
        for (const KeyType server_key : {KeyType::ecdsa_p256, KeyType::rsa})
            for (const KeyType key : every_key_type) {
                PairConfig config(server_key);
                config.server.client_verification = verification;
                config.client.credentials = {client_credential(key)};
                Pair pair(config);
                expect_connected(pair);
                const Negotiated& seen = pair.server.negotiated();
                ASSERT_EQ(seen.peer_chain.size(), 1u);
                EXPECT_EQ(seen.peer_chain.front(), client_credential(key).data()->chain.front());
                EXPECT_EQ(seen.verified_chain.size(), 2u);
                ASSERT_TRUE(seen.peer_signature);
                EXPECT_TRUE(crypto::fits_tls13(*seen.peer_signature, key));
                EXPECT_EQ(seen.peer_signature, pair.client.negotiated().local_signature);
            }
}

TEST(ClientAuthentication, is_not_needed_where_it_is_optional) {
    PairConfig config;
    config.server.client_verification = PeerVerification::optional;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
    EXPECT_FALSE(pair.server.negotiated().peer_signature);
}

TEST(ClientAuthentication, is_not_offered_where_nobody_asks) {
    PairConfig config;
    config.client.credentials = {client_credential(KeyType::ecdsa_p256)};
    Pair pair(config);
    expect_connected(pair);
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
    EXPECT_FALSE(pair.client.negotiated().local_signature);
}

// What a client that failed for want of a certificate chooses one by.
TEST(ClientAuthentication, shows_the_client_what_the_server_asks_for) {
    for (const VersionRange versions : {tls12_only, tls13_only}) {
        PairConfig config;
        config.client.versions = config.server.versions = versions;
        config.server.client_verification = PeerVerification::required;
        config.server.client_authorities = {{0x30, 0}, {0x30, 1, 7}};
        config.server.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256,
                                           SignatureScheme::ecdsa_secp256r1_sha256};
        Pair pair(config);
        EXPECT_FALSE(pair.connect());
        const auto& wishes = pair.client.negotiated().certificate_wishes;
        ASSERT_NE(wishes, nullptr);
        EXPECT_EQ(wishes->signature_schemes, config.server.signature_schemes);
        ASSERT_EQ(wishes->authorities.size(), 2u);
        EXPECT_EQ(wishes->authorities[0], config.server.client_authorities[0]);
        EXPECT_EQ(wishes->authorities[1], config.server.client_authorities[1]);
        // ecdsa_sign and rsa_sign (RFC 8422 §5.5); TLS 1.3 has none.
        EXPECT_EQ(wishes->certificate_types.size(), versions.most == ProtocolVersion::tls_1_2 ? 2u : 0u);
        EXPECT_EQ(pair.server.negotiated().certificate_wishes, nullptr);
    }
}

TEST(ClientAuthentication, shows_nothing_where_nobody_asks) {
    for (const VersionRange versions : {tls12_only, tls13_only}) {
        PairConfig config;
        config.client.versions = config.server.versions = versions;
        Pair pair(config);
        expect_connected(pair);
        EXPECT_EQ(pair.client.negotiated().certificate_wishes, nullptr);
    }
}

TEST(ClientAuthentication, shows_the_first_authorities_of_many) {
    for (const VersionRange versions : {tls12_only, tls13_only})
        for (const std::size_t count : {max_authorities_shown, max_authorities_shown + 1}) {
            PairConfig config;
            config.client.versions = config.server.versions = versions;
            config.server.client_verification = PeerVerification::optional;
            config.server.client_authorities.assign(count, {0x30, 0});
            Pair pair(config);
            expect_connected(pair);
            ASSERT_NE(pair.client.negotiated().certificate_wishes, nullptr);
            EXPECT_EQ(pair.client.negotiated().certificate_wishes->authorities.size(), max_authorities_shown);
        }
}

// The client is done before the server has judged it; nothing that it wrote meanwhile comes out.
void expect_client_refused(PairConfig config, ErrorCode code, AlertDescription alert) {
    Pair pair(std::move(config));
    deliver(pair.client, pair.server);
    deliver(pair.server, pair.client);
    ASSERT_TRUE(pair.client.handshake_complete()) << errors_of(pair);
    ASSERT_TRUE(pair.client.write(as_bytes("too early")));
    deliver(pair.client, pair.server);
    EXPECT_EQ(read_all(pair.server), "");
    EXPECT_FALSE(pair.server.handshake_complete());
    expect_poisoned(pair.server, code);
    EXPECT_TRUE(pair.server.negotiated().verified_chain.empty());
    pair.pump();
    expect_poisoned(pair.client, ErrorCode::alert_received);
    EXPECT_EQ(pair.client.error()->detail, static_cast<std::uint16_t>(alert));
}

TEST(ClientAuthentication, is_missed_where_it_is_required) {
    PairConfig config;
    config.server.client_verification = PeerVerification::required;
    expect_client_refused(config, ErrorCode::certificate_required, AlertDescription::certificate_required);
    // A key that the server cannot verify is no better than none (8446 §4.4.2).
    config.client.credentials = {client_credential(KeyType::ed25519)};
    config.server.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    expect_client_refused(config, ErrorCode::certificate_required, AlertDescription::certificate_required);
}

TEST(ClientAuthentication, by_a_stranger_is_refused_even_where_it_is_optional) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    for (const PeerVerification verification : {PeerVerification::required, PeerVerification::optional}) {
        PairConfig config;
        config.server.client_verification = verification;
        config.client.credentials = {mint_credential(spec, foreign_authority())};
        expect_client_refused(config, ErrorCode::unknown_issuer, AlertDescription::unknown_ca);
    }
}

TEST(ClientAuthentication, out_of_time_or_purpose_is_refused) {
    PairConfig config;
    config.server.client_verification = PeerVerification::optional;
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.not_after = test_time - std::chrono::seconds(1);
    config.client.credentials = {mint_credential(spec)};
    expect_client_refused(config, ErrorCode::certificate_expired, AlertDescription::certificate_expired);
    spec = leaf_spec(KeyType::ecdsa_p256);
    spec.extended_key_usages = {{"1.3.6.1.5.5.7.3.1"}}; // serverAuth
    config.client.credentials = {mint_credential(spec)};
    expect_client_refused(config, ErrorCode::wrong_purpose, AlertDescription::unsupported_certificate);
}

TEST(ClientAuthentication, chooses_a_credential_that_the_server_can_verify) {
    PairConfig config;
    config.server.client_verification = PeerVerification::required;
    config.server.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256,
                                       SignatureScheme::rsa_pss_rsae_sha256};
    config.client.credentials = {client_credential(KeyType::ed25519), client_credential(KeyType::rsa)};
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(pair.server.negotiated().peer_signature, SignatureScheme::rsa_pss_rsae_sha256);
}

} // namespace
} // namespace pavise::testing
