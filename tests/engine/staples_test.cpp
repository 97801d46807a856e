// What comes along with a certificate, and which certificate is chosen by its issuer (RFC 8446 §4.2.4,
// §4.4.2, RFC 6066 §8, RFC 6962 §3.3).
#include "support/tls12.hpp"

#include "handshake/credential.hpp"
#include "trust/certificate.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

namespace {

const ByteVector response{0x30, 0x03, 0x0a, 0x01, 0x00}; // any bytes: the engine carries and does not judge
const ByteVector timestamps{0x00, 0x05, 0x00, 0x03, 1, 2, 3}; // a list of one

class Staples : public ::testing::TestWithParam<VersionRange> {};
class Authorities : public ::testing::TestWithParam<VersionRange> {};
INSTANTIATE_TEST_SUITE_P(Tls12, Staples, ::testing::Values(tls12_only));
INSTANTIATE_TEST_SUITE_P(Tls13, Staples, ::testing::Values(tls13_only));
INSTANTIATE_TEST_SUITE_P(Tls12, Authorities, ::testing::Values(tls12_only));
INSTANTIATE_TEST_SUITE_P(Tls13, Authorities, ::testing::Values(tls13_only));

PairConfig speaking(VersionRange versions) {
    PairConfig config;
    config.client.versions = versions;
    return config;
}

PairConfig stapling(VersionRange versions) {
    PairConfig config = speaking(versions);
    config.client.ocsp_policy = OcspPolicy::ignored;
    config.server.credentials = {*config.server.credentials.front()
                                      .with_ocsp_responses({response})
                                      ->with_certificate_timestamps(timestamps)};
    return config;
}

TEST_P(Staples, come_to_who_asks) {
    PairConfig config = stapling(GetParam());
    config.client.ocsp_response = Staple::requested;
    config.client.certificate_timestamps = Staple::requested;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().ocsp_response, response);
    EXPECT_EQ(pair.client.negotiated().certificate_timestamps, timestamps);
    EXPECT_TRUE(pair.server.negotiated().ocsp_response.empty());
}

TEST_P(Staples, do_not_come_unasked) {
    Pair pair(stapling(GetParam()));
    ASSERT_TRUE(pair.connect());
    EXPECT_TRUE(pair.client.negotiated().ocsp_response.empty());
    EXPECT_TRUE(pair.client.negotiated().certificate_timestamps.empty());
}

TEST_P(Staples, are_not_needed_by_who_asks) {
    PairConfig config = speaking(GetParam());
    config.client.ocsp_response = Staple::requested;
    config.client.certificate_timestamps = Staple::requested;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_TRUE(pair.client.negotiated().ocsp_response.empty());
}

TEST_P(Staples, are_remembered_by_sessions) {
    PairConfig config = stapling(GetParam());
    config.client.ocsp_response = Staple::requested;
    config.client.certificate_timestamps = Staple::requested;
    config.client.sessions = make_session_cache();
    SeededRng rng(7);
    FixedClock clock;
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    ASSERT_TRUE(Pair(config).connect());
    Pair again(config);
    ASSERT_TRUE(again.connect());
    ASSERT_TRUE(again.client.negotiated().resumed);
    EXPECT_EQ(again.client.negotiated().ocsp_response, response);
    EXPECT_EQ(again.client.negotiated().certificate_timestamps, timestamps);
}

TEST(StaplesOfCredentials, are_checked_where_they_are_set) {
    const Credential& credential = server_credential(crypto::KeyType::ecdsa_p256);
    const std::size_t chain = credential.data()->chain.size();
    EXPECT_TRUE(credential.with_ocsp_responses(std::vector<ByteVector>(chain, response)));
    EXPECT_EQ(credential.with_ocsp_responses(std::vector<ByteVector>(chain + 1, response)).error().code,
              ErrorCode::bad_argument);
    EXPECT_EQ(credential.with_certificate_timestamps({0x00, 0x05, 0x00}).error().code,
              ErrorCode::bad_argument);
    EXPECT_EQ(Credential().with_ocsp_responses({}).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(Credential().with_certificate_timestamps(timestamps).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(Credential().only_for_its_issuers().error().code, ErrorCode::bad_argument);
}

// "A server MAY request that a client present an OCSP response with its certificate by sending an empty
// 'status_request' extension in its CertificateRequest message" (RFC 8446 §4.4.2.1). Ours does not; its peer
// understands it, and refuses one with a body.
TEST(StaplesOfClients, are_asked_for_by_an_empty_extension) {
    for (const bool empty : {true, false}) {
        PairConfig config;
        config.server.client_verification = PeerVerification::required;
        config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
        RewritingTap tap(HandshakeType::certificate_request, [&](ByteVector& message) {
            add_extension(message, ExtensionType::status_request,
                          empty ? ByteVector{} : ByteVector{1, 0, 0, 0, 0});
        });
        config.server_hooks.tap = &tap;
        Pair pair(config);
        EXPECT_EQ(pair.connect(), empty);
        EXPECT_EQ(pair.client.error().has_value(), !empty);
    }
}

// ---------------------------------------------------------------- certificate_authorities

ByteVector subject_of(const trust::Minted& authority) {
    const auto certificate = trust::Certificate::parse(authority.der);
    const Bytes name = (*certificate)->subject().encoding;
    return {name.begin(), name.end()};
}

Credential foreign_client_credential() {
    return mint_credential(leaf_spec(crypto::KeyType::ecdsa_p256), foreign_authority());
}

PairConfig asking_for(const trust::Minted& authority, VersionRange versions) {
    PairConfig config = speaking(versions);
    config.server.client_verification = PeerVerification::optional;
    config.server.client_authorities = {subject_of(authority)};
    config.server.deferred.certificate = true;
    return config;
}

// Pumps, and accepts whatever the server is asked to judge.
bool connect(Pair& pair) {
    pair.pump();
    if (pair.server.waiting_for() == Decision::certificate) {
        EXPECT_TRUE(pair.server.certificate_verdict(std::nullopt));
        pair.pump();
    }
    return pair.client.handshake_complete() && pair.server.handshake_complete();
}

TEST_P(Authorities, prefer_what_they_issued) {
    for (const bool foreign : {false, true}) {
        PairConfig config = asking_for(foreign ? foreign_authority() : authority(), GetParam());
        config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256),
                                     foreign_client_credential()};
        Pair pair(config);
        ASSERT_TRUE(connect(pair));
        EXPECT_EQ(pair.client.negotiated().local_credential, config.client.credentials[foreign ? 1 : 0]);
    }
}

TEST_P(Authorities, are_a_wish) {
    PairConfig config = asking_for(foreign_authority(), GetParam());
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    Pair pair(config);
    ASSERT_TRUE(connect(pair));
    EXPECT_FALSE(pair.server.negotiated().peer_chain.empty());
}

TEST_P(Authorities, decide_over_credentials_that_are_only_for_their_issuers) {
    for (const bool named : {false, true}) {
        PairConfig config = asking_for(named ? authority() : foreign_authority(), GetParam());
        config.client.credentials = {*client_credential(crypto::KeyType::ecdsa_p256).only_for_its_issuers()};
        Pair pair(config);
        ASSERT_TRUE(connect(pair));
        EXPECT_EQ(pair.server.negotiated().peer_chain.empty(), !named);
    }
}

TEST_P(Authorities, unnamed_leave_a_server_without_credential) {
    PairConfig config = speaking(GetParam());
    config.server.credentials = {*config.server.credentials.front().only_for_its_issuers()};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.server.error(), Error{ErrorCode::no_credential_of_issuer});
}

// ---------------------------------------------------------------- TLS 1.2's own message

// "a server MAY also choose not to send a 'CertificateStatus' message, even if [it] has sent a
// 'status_request' extension in the server hello" (RFC 6066 §8)
TEST(StatusOfTls12, may_be_announced_and_not_come) {
    PairConfig config = speaking(tls12_only);
    config.client.ocsp_response = Staple::requested;
    RewritingTap tap(HandshakeType::server_hello,
                     [](ByteVector& hello) { add_extension(hello, ExtensionType::status_request, {}); });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_TRUE(pair.client.negotiated().ocsp_response.empty());
}

} // namespace

} // namespace pavise::testing
