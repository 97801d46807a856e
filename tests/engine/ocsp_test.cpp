// What a client makes of OCSP responses that are stapled to the server's certificate (RFC 8446 §4.4.2.1, RFC
// 6960, RFC 7633).
#include "handshake/credential.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using crypto::KeyType;
using std::chrono::hours;
using trust::OcspVerdict;

ByteVector response_about(const trust::Minted& leaf, OcspVerdict verdict = OcspVerdict::good,
                          Timestamp from = test_time - hours(1)) {
    trust::OcspSpec spec;
    spec.subject = leaf.certificate;
    spec.issuer = authority().certificate;
    spec.verdict = verdict;
    spec.this_update = from;
    spec.next_update = from + hours(24);
    spec.revoked_at = from;
    SeededRng rng(11);
    return *trust::mint_ocsp_response(spec, authority(), rng);
}

trust::Minted leaf(bool must_staple = false) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.must_staple = must_staple;
    SeededRng rng(must_staple ? 12 : 13); // which makes the serial number
    return *trust::mint(spec, authority(), rng);
}

PairConfig checking(const trust::Minted& leaf, const std::vector<ByteVector>& responses) {
    PairConfig config;
    config.client.ocsp_response = Staple::requested;
    config.server.credentials = {*credential_of(leaf).with_ocsp_responses(responses)};
    return config;
}

void expect_refused(PairConfig config, ErrorCode code, AlertDescription alert) {
    Pair pair(std::move(config));
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, code);
    EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(alert));
    EXPECT_TRUE(pair.client.negotiated().verified_chain.empty());
}

constexpr auto bad_response = AlertDescription::bad_certificate_status_response;

TEST(Ocsp, a_good_response_is_good) {
    for (const OcspPolicy policy : {OcspPolicy::checked, OcspPolicy::required}) {
        const trust::Minted certificate = leaf(true);
        PairConfig config = checking(certificate, {response_about(certificate)});
        config.client.ocsp_policy = policy;
        Pair pair(config);
        EXPECT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_FALSE(pair.client.negotiated().ocsp_response.empty());
    }
}

TEST(Ocsp, a_bad_response_is_refused) {
    const trust::Minted certificate = leaf();
    expect_refused(checking(certificate, {response_about(certificate, OcspVerdict::revoked)}),
                   ErrorCode::certificate_revoked, AlertDescription::certificate_revoked);
    expect_refused(checking(certificate, {response_about(certificate, OcspVerdict::unknown)}),
                   ErrorCode::ocsp_status_unknown, bad_response);
    expect_refused(
        checking(certificate, {response_about(certificate, OcspVerdict::good, test_time - hours(48))}),
        ErrorCode::ocsp_expired, bad_response);
    expect_refused(
        checking(certificate, {response_about(certificate, OcspVerdict::good, test_time + hours(1))}),
        ErrorCode::ocsp_not_yet_valid, bad_response);
    expect_refused(checking(certificate, {response_about(leaf(true))}),
                   ErrorCode::ocsp_certificate_not_covered, bad_response);
    expect_refused(checking(certificate, {{0x30, 0x03, 0x0a, 0x01, 0x00}}),
                   ErrorCode::ocsp_response_malformed, bad_response);
}

TEST(Ocsp, a_certificate_that_promises_a_response_must_have_it) {
    expect_refused(checking(leaf(true), {}), ErrorCode::must_staple_missing, bad_response);
    Pair pair(checking(leaf(false), {}));
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
}

TEST(Ocsp, a_config_may_require_a_response) {
    PairConfig config = checking(leaf(), {});
    config.client.ocsp_policy = OcspPolicy::required;
    expect_refused(config, ErrorCode::staple_missing, bad_response);
}

TEST(Ocsp, the_application_may_judge_alone) {
    const trust::Minted certificate = leaf(true);
    for (const std::vector<ByteVector>& responses :
         {std::vector<ByteVector>{},
          std::vector<ByteVector>{response_about(certificate, OcspVerdict::revoked)}}) {
        PairConfig config = checking(certificate, responses);
        config.client.ocsp_policy = OcspPolicy::ignored;
        Pair pair(config);
        EXPECT_TRUE(pair.connect()) << errors_of(pair);
    }
}

TEST(Ocsp, who_does_not_ask_needs_none) {
    PairConfig config = checking(leaf(true), {});
    config.client.ocsp_response = Staple::not_requested;
    Pair pair(config);
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
}

// A response belongs to its certificate, wherever that stands among those that came.
TEST(Ocsp, issuers_have_responses_too) {
    SeededRng rng(13);
    trust::CertificateSpec spec;
    spec.common_name = "An intermediate";
    spec.not_before = test_time - hours(48);
    spec.not_after = test_time + hours(4800);
    spec.role = trust::MintRole::authority;
    const trust::Minted issuer = *trust::mint(spec, authority(), rng);
    const trust::Minted certificate = *trust::mint(leaf_spec(KeyType::ecdsa_p256), issuer, rng);
    for (const OcspVerdict verdict : {OcspVerdict::good, OcspVerdict::revoked}) {
        auto data = std::make_shared<handshake::CredentialData>(*credential_of(certificate).data());
        data->chain.push_back(authority().der);
        data->chain.push_back(issuer.der);
        data->ocsp_responses = {{}, {}, response_about(issuer, verdict)};
        PairConfig config;
        config.client.ocsp_response = Staple::requested;
        config.server.credentials = {Credential(std::move(data))};
        Pair pair(config);
        EXPECT_EQ(pair.connect(), verdict == OcspVerdict::good) << errors_of(pair);
        ASSERT_EQ(pair.client.negotiated().issuer_ocsp_responses.size(), 2u);
        EXPECT_TRUE(pair.client.negotiated().issuer_ocsp_responses[0].empty());
        if (verdict == OcspVerdict::revoked) expect_poisoned(pair.client, ErrorCode::certificate_revoked);
    }
}

} // namespace
} // namespace pavise::testing
