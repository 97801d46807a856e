// SessionPeer: a client that does not believe a session's server without judging its certificates again,
// before the session is offered.
#include "handshake/credential.hpp"
#include "support/pair.hpp"
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr crypto::KeyType p256 = crypto::KeyType::ecdsa_p256;

TicketKeys ticket_keys() {
    static SeededRng rng(99);
    static FixedClock clock;
    static const TicketKeys keys = *TicketKeys::generate(rng, clock);
    return keys;
}

class VerifiedAgain : public ::testing::TestWithParam<VersionRange> {
  protected:
    PairConfig config;

    VerifiedAgain() {
        config.client.versions = config.server.versions = GetParam();
        config.server.ticket_keys = ticket_keys();
    }
    bool tls13() const { return GetParam().least == ProtocolVersion::tls_1_3; }

    // Makes the session; from then on verdicts are asked for twice: about it, and about whom one meets.
    void take_session(bool judges_itself) {
        config.client.deferred.certificate = judges_itself;
        PairConfig earlier = config;
        earlier.seed += 100;
        Pair pair(earlier);
        pair.pump();
        if (judges_itself) {
            ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
        }
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        const auto sessions = pair.client.take_sessions();
        ASSERT_FALSE(sessions.empty());
        config.session = sessions.back();
        config.client.session_peer = SessionPeer::verified_again;
    }
    // The connection has said nothing, and asks about the chain of the session.
    static void expect_question(Connection& client) {
        ASSERT_EQ(client.waiting_for(), Decision::certificate);
        EXPECT_TRUE(client.output().empty());
        EXPECT_FALSE(client.wants_input());
        EXPECT_TRUE(client.receive_space().empty());
        EXPECT_EQ(client.early_data_room(), 0u);
        const auto& chain = server_credential(p256).data()->chain;
        ASSERT_EQ(client.chain_to_verify().size(), chain.size());
        EXPECT_TRUE(std::ranges::equal(client.chain_to_verify().front(), chain.front()));
    }
    static void expect_connected(Pair& pair, bool resumed) {
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(pair.client.negotiated().resumed, resumed);
        EXPECT_EQ(pair.server.negotiated().resumed, resumed);
        ASSERT_EQ(pair.client.negotiated().peer_chain.size(), 1u);
        EXPECT_EQ(pair.client.negotiated().peer_chain.front(), server_credential(p256).data()->chain.front());
        EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
        EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
    }
};

TEST_P(VerifiedAgain, accepted_the_session_is_offered_and_nobody_is_asked_a_second_time) {
    ASSERT_NO_FATAL_FAILURE(take_session(true));
    Pair pair(config);
    expect_question(pair.client);
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    EXPECT_EQ(pair.client.waiting_for(), Decision::none);
    EXPECT_FALSE(pair.client.output().empty());
    expect_connected(pair, true);
}

// "RFC 8446 §5.1: … an initial ClientHello …, where it MAY also be 0x0301 for compatibility purposes": as of
// all first hellos of ours.
TEST_P(VerifiedAgain, the_hello_looks_as_if_there_had_been_no_question) {
    ASSERT_NO_FATAL_FAILURE(take_session(true));
    Pair asked(config);
    ASSERT_TRUE(asked.client.certificate_verdict(std::nullopt));
    config.client.session_peer = SessionPeer::believed;
    Pair unasked(config);
    EXPECT_EQ(unasked.client.waiting_for(), Decision::none);
    EXPECT_EQ(take_output(asked.client), take_output(unasked.client));
}

TEST_P(VerifiedAgain, refused_the_session_stays_away_and_the_server_proves_itself_anew) {
    ASSERT_NO_FATAL_FAILURE(take_session(true));
    Pair pair(config);
    expect_question(pair.client);
    ASSERT_TRUE(pair.client.certificate_verdict(Error{ErrorCode::certificate_revoked}));
    EXPECT_FALSE(pair.client.error());
    EXPECT_TRUE(pair.client.negotiated().peer_chain.empty()); // whom one meets is not known yet
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::certificate);
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    expect_connected(pair, false);
}

TEST_P(VerifiedAgain, refused_twice_there_is_no_connection) {
    ASSERT_NO_FATAL_FAILURE(take_session(true));
    Pair pair(config);
    const Error refusal{ErrorCode::certificate_revoked};
    ASSERT_TRUE(pair.client.certificate_verdict(refusal));
    pair.pump();
    EXPECT_EQ(pair.client.certificate_verdict(refusal).error(), refusal);
    pair.pump();
    EXPECT_EQ(pair.client.error(), refusal);
    EXPECT_FALSE(pair.server.handshake_complete());
}

TEST_P(VerifiedAgain, early_data_waits_for_the_verdict) {
    if (!tls13()) return; // there is none
    config.server.max_early_data = 1000;
    config.server.replay_register = make_replay_register();
    ASSERT_NO_FATAL_FAILURE(take_session(true));
    config.early_data = EarlyData::on;
    for (const bool accepted : {true, false}) {
        Pair pair(config);
        expect_question(pair.client);
        EXPECT_EQ(pair.client.write(as_bytes("early bird")).error().code, ErrorCode::handshake_not_done);
        ASSERT_TRUE(pair.client.certificate_verdict(
            accepted ? std::nullopt : std::optional<Error>(Error{ErrorCode::certificate_revoked})));
        EXPECT_EQ(pair.client.early_data_room(), accepted ? 1000u : 0u);
        if (!accepted) continue;
        EXPECT_EQ(*pair.client.write(as_bytes("early bird")), 10u);
        pair.pump();
        EXPECT_EQ(read_all(pair.server), "early bird");
        expect_connected(pair, true);
        EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::accepted);
    }
}

TEST_P(VerifiedAgain, without_a_session_there_is_nothing_to_ask) {
    config.client.deferred.certificate = true;
    config.client.session_peer = SessionPeer::verified_again;
    Pair pair(config);
    EXPECT_EQ(pair.client.waiting_for(), Decision::none);
    EXPECT_FALSE(pair.client.output().empty());
}

// The config judges: what was good when the session was made may not be so any more, here an OCSP response
// that is valid for an hour.
class VerifiedAgainByConfig : public VerifiedAgain {
  protected:
    trust::Minted leaf_ = [] {
        SeededRng rng(13);
        return *trust::mint(leaf_spec(p256), authority(), rng);
    }();

    Credential stapled(Timestamp from) const {
        trust::OcspSpec spec;
        spec.subject = leaf_.certificate;
        spec.issuer = authority().certificate;
        spec.verdict = trust::OcspVerdict::good;
        spec.this_update = from;
        spec.next_update = from + hours(1);
        SeededRng rng(11);
        return *credential_of(leaf_).with_ocsp_responses(
            {*trust::mint_ocsp_response(spec, authority(), rng)});
    }
    bool resumes_at(Timestamp time) {
        config.time = time;
        config.server.credentials = {stapled(time)};
        Pair pair(config);
        EXPECT_EQ(pair.client.waiting_for(), Decision::none);
        EXPECT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
        return pair.client.negotiated().resumed;
    }
};

TEST_P(VerifiedAgainByConfig, an_outdated_proof_is_worth_a_full_handshake) {
    config.client.ocsp_response = Staple::requested;
    config.server.credentials = {stapled(test_time)};
    ASSERT_NO_FATAL_FAILURE(take_session(false));
    EXPECT_TRUE(resumes_at(test_time + minutes(59)));
    EXPECT_FALSE(resumes_at(test_time + minutes(61)));
    config.client.session_peer = SessionPeer::believed;
    EXPECT_TRUE(resumes_at(test_time + minutes(61)));
}

INSTANTIATE_TEST_SUITE_P(Versions, VerifiedAgain, ::testing::Values(tls12_only, tls13_only));
INSTANTIATE_TEST_SUITE_P(Versions, VerifiedAgainByConfig, ::testing::Values(tls12_only, tls13_only));

} // namespace
} // namespace pavise::testing
