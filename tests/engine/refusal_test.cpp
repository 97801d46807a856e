// What the application decides itself about a connection: to refuse it, and what its keys sign with.
#include "support/pair.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

namespace {

TEST(Refusal, TellsThePeerWhy) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.refuse(AlertDescription::access_denied));
    pair.pump();
    const Error refusal{ErrorCode::refused_by_application,
                        static_cast<std::uint16_t>(AlertDescription::access_denied)};
    EXPECT_EQ(pair.server.error(), refusal);
    EXPECT_EQ(alert_of(refusal), AlertDescription::access_denied);
    EXPECT_EQ(pair.client.error(), (Error{ErrorCode::alert_received,
                                          static_cast<std::uint16_t>(AlertDescription::access_denied)}));
    EXPECT_EQ(pair.server.write(as_bytes("too late")).error(), refusal);
}

TEST(Refusal, AtTheClientHello) {
    PairConfig config;
    config.server.deferred.config = true;
    Pair pair{std::move(config)};
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::config);
    ASSERT_TRUE(pair.server.refuse(AlertDescription::unrecognized_name));
    pair.pump();
    EXPECT_EQ(pair.client.error(), (Error{ErrorCode::alert_received,
                                          static_cast<std::uint16_t>(AlertDescription::unrecognized_name)}));
}

TEST(Refusal, IsNotForAnEndInOrder) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.refuse(AlertDescription::close_notify).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(pair.client.refuse(AlertDescription::user_canceled).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(pair.client.error(), std::nullopt);
}

TEST(SigningWith, RestrictsTheKey) {
    PairConfig config(crypto::KeyType::rsa);
    auto restricted = config.server.credentials.front().signing_with({SignatureScheme::rsa_pss_rsae_sha512});
    ASSERT_TRUE(restricted);
    config.server.credentials = {*restricted};
    Pair pair{std::move(config)};
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::rsa_pss_rsae_sha512);
    EXPECT_EQ(pair.server.negotiated().local_credential, *restricted);
    EXPECT_EQ(pair.client.negotiated().local_credential, Credential());
}

TEST(SigningWith, WantsASchemeAndAKey) {
    EXPECT_EQ(server_credential(crypto::KeyType::rsa).signing_with({}).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(Credential().signing_with({SignatureScheme::ed25519}).error().code, ErrorCode::bad_argument);
}

TEST(KeyShareGroups, AreSharedInsteadOfTheFirst) {
    PairConfig config;
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1};
    config.client.key_share_groups = {NamedGroup::secp384r1};
    config.server.groups = {NamedGroup::secp384r1};
    Pair pair{std::move(config)};
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().group, NamedGroup::secp384r1);
    EXPECT_FALSE(pair.client.negotiated().hello_retry);
}

TEST(KeyShareGroups, AreAmongTheGroups) {
    auto config = std::make_shared<ClientConfig>();
    config->groups = {NamedGroup::x25519};
    config->key_share_groups = {NamedGroup::secp384r1};
    EXPECT_EQ(Connection::client(config, {.server_name = "a.test"}).error().code,
              ErrorCode::config_unknown_group);
}

// "the digitalSignature bit MUST be set if the Key Usage extension is present" (RFC 8446 §4.4.2.2), even if
// the application judges the chain itself.
TEST(KeyUsage, MustAllowSigning) {
    trust::CertificateSpec spec = leaf_spec(crypto::KeyType::rsa);
    spec.key_usages = {trust::KeyUsage::key_encipherment};
    PairConfig config;
    config.server.credentials = {mint_credential(spec)};
    config.client.deferred.certificate = true;
    Pair pair{std::move(config)};
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::certificate);
    EXPECT_EQ(pair.client.certificate_verdict(std::nullopt).error().code, ErrorCode::key_usage_not_allowed);
}

} // namespace

} // namespace pavise::testing
