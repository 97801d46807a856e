// Raw public keys in the place of certificates (RFC 7250; RFC 8446 §4.4.2).
#include "support/tls12.hpp"

#include "crypto/signing_key.hpp"
#include "handshake/credential.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

namespace {

bool same(const std::vector<SharedBytes>& shown, const std::vector<ByteVector>& expected) {
    return std::equal(shown.begin(), shown.end(), expected.begin(), expected.end());
}

class RawPublicKey : public ::testing::TestWithParam<VersionRange> {
  protected:
    static PairConfig speaking() {
        PairConfig config;
        config.client.versions = GetParam();
        return config;
    }
    static PairConfig raw_server();
};
INSTANTIATE_TEST_SUITE_P(Tls12, RawPublicKey, ::testing::Values(tls12_only));
INSTANTIATE_TEST_SUITE_P(Tls13, RawPublicKey, ::testing::Values(tls13_only));

std::vector<CertificateType> both_types() {
    return {CertificateType::raw_public_key, CertificateType::x509};
}

Credential raw_credential() {
    static SeededRng rng(5);
    static const auto key = crypto::generate_signing_key(crypto::KeyType::ecdsa_p256, rng);
    const auto der = (*key)->pkcs8_der();
    return *Credential::raw_public_key(der->view());
}

const ByteVector& public_info_of(const Credential& credential) {
    return credential.data()->chain.front();
}

PairConfig RawPublicKey::raw_server() {
    PairConfig config = speaking();
    config.server.credentials = {raw_credential()};
    config.client.server_certificate_types = both_types();
    config.client.trusted_keys = {public_info_of(config.server.credentials.front())};
    return config;
}

TEST_P(RawPublicKey, proves_a_server) {
    const PairConfig config = raw_server();
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().peer_certificate_type, CertificateType::raw_public_key);
    EXPECT_TRUE(same(pair.client.negotiated().peer_chain, config.client.trusted_keys));
    EXPECT_EQ(pair.server.negotiated().local_certificate_type, CertificateType::raw_public_key);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
}

TEST_P(RawPublicKey, must_be_a_trusted_one) {
    PairConfig config = raw_server();
    config.client.trusted_keys = {ByteVector{1, 2, 3}};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.client.error(), Error{ErrorCode::raw_key_not_trusted});
}

TEST_P(RawPublicKey, proves_a_client) {
    PairConfig config = speaking();
    config.client.credentials = {raw_credential()};
    config.server.client_verification = PeerVerification::required;
    config.server.client_certificate_types = both_types();
    config.server.trusted_client_keys = {public_info_of(config.client.credentials.front())};
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.server.negotiated().peer_certificate_type, CertificateType::raw_public_key);
    EXPECT_TRUE(same(pair.server.negotiated().peer_chain, config.server.trusted_client_keys));
    EXPECT_EQ(pair.client.negotiated().peer_certificate_type, CertificateType::x509);
}

TEST_P(RawPublicKey, stands_back_where_the_peer_wants_a_certificate) {
    PairConfig config = speaking();
    config.server.credentials.insert(config.server.credentials.begin(), raw_credential());
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().peer_certificate_type, CertificateType::x509);
}

TEST_P(RawPublicKey, alone_is_of_no_use_to_who_does_not_know_it) {
    PairConfig config = speaking();
    config.server.credentials = {raw_credential()};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.server.error(), Error{ErrorCode::no_common_certificate_type});
    EXPECT_EQ(alert_of(*pair.server.error()), AlertDescription::unsupported_certificate);
}

TEST_P(RawPublicKey, is_the_only_thing_that_some_clients_take) {
    PairConfig config = speaking();
    config.client.server_certificate_types = {CertificateType::raw_public_key};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.server.error(), Error{ErrorCode::no_common_certificate_type});
}

TEST_P(RawPublicKey, is_the_only_thing_that_some_servers_take) {
    PairConfig config = speaking();
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    config.server.client_verification = PeerVerification::optional;
    config.server.client_certificate_types = {CertificateType::raw_public_key};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.server.error(), Error{ErrorCode::no_common_certificate_type});
}

// A client that has no key says so: in TLS 1.2 by an empty message (RFC 5246 §7.4.6), as with certificates.
TEST_P(RawPublicKey, of_a_client_may_be_missing_where_the_server_does_not_insist) {
    PairConfig config = speaking();
    config.client.client_certificate_types = {CertificateType::raw_public_key};
    config.server.client_certificate_types = {CertificateType::raw_public_key};
    config.server.client_verification = PeerVerification::optional;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());

    config.server.client_verification = PeerVerification::required;
    Pair refused(config);
    EXPECT_FALSE(refused.connect());
    const bool tls13 = GetParam().least == ProtocolVersion::tls_1_3;
    EXPECT_EQ(refused.server.error(),
              Error{tls13 ? ErrorCode::certificate_required : ErrorCode::certificate_required12});
}

TEST_P(RawPublicKey, is_remembered_by_sessions) {
    PairConfig config = raw_server();
    config.client.sessions = make_session_cache();
    SeededRng rng(7);
    FixedClock clock;
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    ASSERT_TRUE(Pair(config).connect());
    Pair again(config);
    ASSERT_TRUE(again.connect());
    EXPECT_TRUE(again.client.negotiated().resumed);
    EXPECT_EQ(again.client.negotiated().peer_certificate_type, CertificateType::raw_public_key);
    // A client that trusts another key by now does not go on with the old session.
    config.client.trusted_keys.push_back(ByteVector{1});
    Pair changed(config);
    ASSERT_TRUE(changed.connect());
    EXPECT_FALSE(changed.client.negotiated().resumed);
}

TEST(RawPublicKeyConfig, no_types_are_no_config) {
    auto config = std::make_shared<ClientConfig>();
    config->server_certificate_types.clear();
    EXPECT_EQ(Connection::client(config, {.server_name = "a.test"}).error().code, ErrorCode::bad_config);
}

// Where TLS 1.2 has a list, a raw key stands alone (RFC 7250 §3): what is none does not parse.
TEST(RawPublicKeyOfTls12, is_well_formed) {
    PairConfig config = tls12();
    config.server.credentials = {raw_credential()};
    config.client.server_certificate_types = both_types();
    RewritingTap tap(HandshakeType::certificate, [](ByteVector& message) { message[7] = 0x31; });
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, ErrorCode::malformed_raw_key, AlertDescription::decode_error);
}

} // namespace

} // namespace pavise::testing
