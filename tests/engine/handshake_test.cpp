// Handshakes of Pavise with itself: suites, groups, certificates, retries, cut in every way.
#include "support/pair.hpp"

#include "crypto/cipher_suite.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

constexpr NamedGroup every_group[] = {NamedGroup::x25519_ml_kem_768, NamedGroup::x25519,
                                      NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1};

void expect_connected(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().version, ProtocolVersion::tls_1_3);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, pair.server.negotiated().cipher_suite);
    EXPECT_EQ(pair.client.negotiated().group, pair.server.negotiated().group);
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "from the client"), "from the client");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "from the server"), "from the server");
}

TEST(Handshake, connects_with_the_defaults) {
    Pair pair{PairConfig()};
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().group, NamedGroup::x25519_ml_kem_768);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_EQ(pair.server.negotiated().server_name, server_name);
}

TEST(Handshake, matrix_of_suites_groups_certificates_retries_and_fragmentation) {
    for (const crypto::Suite13& suite : crypto::suites13())
        for (const NamedGroup group : every_group)
            for (const crypto::KeyType key : every_key_type)
                for (const std::size_t key_shares : {std::size_t{1}, std::size_t{0}})
                    for (const Step step : {Step{0}, Step{1}}) {
                        SCOPED_TRACE(name_of(suite.id) + " " + name_of(group) + " key " +
                                     std::to_string(static_cast<int>(key)) + " shares " +
                                     std::to_string(key_shares) + " step " + std::to_string(step));
                        PairConfig config(key);
                        config.client.cipher_suites = {suite.id};
                        config.client.groups = {group};
                        config.client.key_shares = key_shares; // none: the server has to ask
                        config.step = step;
                        Pair pair(config);
                        expect_connected(pair);
                        EXPECT_EQ(pair.client.negotiated().cipher_suite, suite.id);
                        EXPECT_EQ(pair.client.negotiated().group, group);
                        EXPECT_EQ(pair.client.negotiated().hello_retry, key_shares == 0);
                    }
}

} // namespace
} // namespace pavise::testing
