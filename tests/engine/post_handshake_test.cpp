// A client that is asked for its certificate after the handshake (RFC 8446 §4.6.2).
#include "handshake/credential.hpp"
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

using crypto::KeyType;

PairConfig offering() {
    PairConfig config;
    config.client.post_handshake_auth = PostHandshakeAuth::offered;
    config.client.credentials = {client_credential(KeyType::ecdsa_p256)};
    return config;
}

void expect_alive(Pair& pair) {
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping") << errors_of(pair);
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong") << errors_of(pair);
}

void expect_known(Pair& pair) {
    EXPECT_EQ(pair.server.certificate_requests(), 0u) << errors_of(pair);
    const Negotiated& seen = pair.server.negotiated();
    ASSERT_EQ(seen.peer_chain.size(), 1u) << errors_of(pair);
    EXPECT_EQ(seen.peer_chain.front(), client_credential(KeyType::ecdsa_p256).data()->chain.front());
    EXPECT_EQ(seen.verified_chain.size(), 2u);
    EXPECT_EQ(seen.peer_signature, SignatureScheme::ecdsa_secp256r1_sha256);
    expect_alive(pair);
}

void expect_stranger(const Pair& pair) {
    EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
    EXPECT_TRUE(pair.server.negotiated().verified_chain.empty());
    EXPECT_FALSE(pair.server.negotiated().peer_signature);
}

TEST(PostHandshake, the_client_shows_itself_when_it_is_asked) {
    Pair pair(offering());
    ASSERT_TRUE(pair.connect());
    expect_stranger(pair);
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    EXPECT_EQ(pair.server.certificate_requests(), 1u);
    expect_alive(pair); // whatever is under way
    pair.pump();
    expect_known(pair);
    EXPECT_EQ(pair.client.negotiated().local_signature, SignatureScheme::ecdsa_secp256r1_sha256);
}

TEST(PostHandshake, byte_by_byte) {
    PairConfig config = offering();
    config.step = 1;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_known(pair);
}

TEST(PostHandshake, a_request_is_open_until_its_answer_is_whole) {
    PairConfig config = offering();
    config.server.record_size_limit = 64; // the answer comes in several records
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    while (deliver(pair.server, pair.client) > 0) {
    }
    while (deliver(pair.client, pair.server, 1) > 0)
        ASSERT_EQ(pair.server.certificate_requests(), pair.server.negotiated().peer_chain.empty() ? 1u : 0u);
    expect_known(pair);
}

TEST(PostHandshake, compressed) {
    if (certificate_compressions().empty()) GTEST_SKIP() << "built without a compression library";
    PairConfig config = offering();
    config.client.certificate_compression = certificate_compressions();
    config.server.certificate_compression = certificate_compressions();
    RecordingTap tap;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_known(pair);
    EXPECT_TRUE(std::ranges::any_of(tap.sent_messages, [](const ByteVector& message) {
        return message[0] == static_cast<std::uint8_t>(HandshakeType::compressed_certificate);
    }));
}

TEST(PostHandshake, several_requests_are_open_at_once) {
    constexpr std::size_t most = 8;
    Pair pair(offering());
    ASSERT_TRUE(pair.connect());
    for (std::size_t i = 0; i < most; ++i)
        ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    EXPECT_EQ(pair.server.certificate_requests(), most);
    EXPECT_EQ(pair.server.request_certificate(PeerVerification::required).error().code,
              ErrorCode::too_many_certificate_requests);
    pair.pump();
    expect_known(pair);
    EXPECT_TRUE(pair.server.request_certificate(PeerVerification::required));
}

TEST(PostHandshake, contexts_differ) {
    PairConfig config = offering();
    RecordingTap tap;
    config.server_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(pair.server.request_certificate(PeerVerification::optional));
    std::vector<ByteVector> contexts;
    for (const ByteVector& message : tap.sent_messages)
        if (message[0] == static_cast<std::uint8_t>(HandshakeType::certificate_request))
            contexts.emplace_back(message.begin() + 5, message.begin() + 5 + message[4]);
    ASSERT_EQ(contexts.size(), 3u);
    std::ranges::sort(contexts);
    EXPECT_EQ(std::ranges::adjacent_find(contexts), contexts.end());
    EXPECT_GE(contexts.front().size(), 16u);
}

TEST(PostHandshake, a_client_may_have_nothing_to_show) {
    for (const PeerVerification how : {PeerVerification::optional, PeerVerification::required}) {
        PairConfig config = offering();
        config.client.credentials.clear();
        Pair pair(config);
        ASSERT_TRUE(pair.connect());
        ASSERT_TRUE(pair.server.request_certificate(how));
        pair.pump();
        expect_stranger(pair);
        if (how == PeerVerification::optional) {
            EXPECT_EQ(pair.server.certificate_requests(), 0u);
            expect_alive(pair);
        } else {
            expect_poisoned(pair.server, ErrorCode::certificate_required);
            EXPECT_EQ(pair.client.error()->detail,
                      static_cast<std::uint16_t>(AlertDescription::certificate_required));
        }
    }
}

TEST(PostHandshake, what_was_proven_before_stays_where_nothing_is_shown) {
    PairConfig config = offering();
    config.server.client_verification = PeerVerification::required;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    expect_known(pair);
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_known(pair);
}

TEST(PostHandshake, after_a_resumption_and_after_a_retry) {
    SeededRng rng(7);
    FixedClock clock;
    PairConfig config = offering();
    config.client.sessions = make_session_cache();
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    config.server.groups = {NamedGroup::secp521r1};
    ASSERT_TRUE(Pair(config).connect());
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.negotiated().resumed);
    ASSERT_TRUE(pair.client.negotiated().hello_retry);
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_known(pair);
}

TEST(PostHandshake, the_finished_is_under_the_keys_of_its_moment) {
    Pair pair(offering());
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    pair.pump();
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_known(pair);
    // The request and our change of keys cross.
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    pair.pump();
    expect_known(pair);
}

TEST(PostHandshake, the_answer_waits_for_the_sending_half) {
    Pair pair(offering());
    ASSERT_TRUE(pair.connect());
    EXPECT_FALSE(pair.client.output_due());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    deliver(pair.server, pair.client);
    EXPECT_TRUE(pair.client.output_due());
    deliver(pair.client, pair.server);
    EXPECT_FALSE(pair.client.output_due());
    expect_known(pair);
}

TEST(PostHandshake, decisions_can_be_the_callers) {
    PairConfig config = offering();
    config.client.deferred.signature = true;
    config.server.deferred.certificate = true;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::signature);
    ASSERT_TRUE(pair.client.handshake_complete());
    ASSERT_TRUE(pair.client.write(as_bytes("meanwhile")));
    pair.pump();
    EXPECT_EQ(read_all(pair.server), "meanwhile");
    const auto request = pair.client.signature_request();
    ASSERT_TRUE(request);
    SeededRng rng(3);
    const auto signature = request->credential.data()->key->sign(request->scheme, request->content, rng);
    ASSERT_TRUE(signature);
    ASSERT_TRUE(pair.client.provide_signature(*signature));
    EXPECT_EQ(pair.client.provide_signature(*signature).error().code, ErrorCode::nothing_to_decide);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::certificate);
    ASSERT_EQ(pair.server.chain_to_verify().size(), 1u);
    expect_stranger(pair); // nothing is proven yet
    ASSERT_TRUE(pair.server.certificate_verdict(std::nullopt));
    pair.pump();
    EXPECT_EQ(pair.server.negotiated().peer_chain.size(), 1u);
    expect_alive(pair);
}

TEST(PostHandshake, needs_a_client_that_offers_it) {
    PairConfig config = offering();
    config.client.post_handshake_auth = PostHandshakeAuth::not_offered;
    Pair pair(config);
    EXPECT_EQ(pair.server.request_certificate(PeerVerification::required).error().code,
              ErrorCode::handshake_not_done);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.server.request_certificate(PeerVerification::required).error().code,
              ErrorCode::post_handshake_auth_not_offered);
    EXPECT_EQ(pair.server.request_certificate(PeerVerification::none).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(pair.client.request_certificate(PeerVerification::required).error().code,
              ErrorCode::bad_argument);
    expect_alive(pair);
}

TEST(PostHandshake, does_not_exist_in_tls12) {
    PairConfig config = tls12();
    config.client.post_handshake_auth = PostHandshakeAuth::offered;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(pair.server.request_certificate(PeerVerification::required).error().code,
              ErrorCode::post_handshake_auth_not_offered);
}

// ---------------------------------------------------------------- what is refused

TEST(PostHandshakeRefusal, a_request_that_the_client_did_not_offer_to_answer) {
    PairConfig config = offering();
    config.client.post_handshake_auth = PostHandshakeAuth::not_offered;
    RewritingTap tap(HandshakeType::client_hello, [](ByteVector& hello) {
        add_extension(hello, ExtensionType::post_handshake_auth, {}); // without the client's knowledge
    });
    config.client_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    expect_poisoned(pair.client, ErrorCode::unexpected_message);
    EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(AlertDescription::unexpected_message));
}

TEST(PostHandshakeRefusal, a_stranger) {
    PairConfig config = offering();
    config.client.credentials = {mint_credential(leaf_spec(KeyType::ecdsa_p256), foreign_authority())};
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::optional));
    pair.pump();
    expect_poisoned(pair.server, ErrorCode::unknown_issuer);
    expect_stranger(pair);
}

void expect_answer_refused(HandshakeType type, const std::function<void(ByteVector&)>& change, ErrorCode code,
                           AlertDescription alert) {
    bool armed = false;
    RewritingTap tap(type, [&](ByteVector& message) {
        if (armed) change(message);
    });
    PairConfig config = offering();
    config.client_hooks.tap = &tap;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    armed = true;
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    deliver(pair.server, pair.client);
    ASSERT_TRUE(pair.client.write(as_bytes("data")));
    pair.pump();
    expect_poisoned(pair.server, code);
    EXPECT_EQ(pair.client.error()->detail, static_cast<std::uint16_t>(alert));
    expect_stranger(pair);
}

TEST(PostHandshakeRefusal, an_answer_to_another_request) {
    expect_answer_refused(
        HandshakeType::certificate, [](ByteVector& message) { message[5] ^= 1; },
        ErrorCode::certificate_request_context, AlertDescription::illegal_parameter);
}

TEST(PostHandshakeRefusal, a_signature_that_does_not_verify) {
    expect_answer_refused(
        HandshakeType::certificate_verify, [](ByteVector& message) { message.back() ^= 1; },
        ErrorCode::bad_signature, AlertDescription::decrypt_error);
}

TEST(PostHandshakeRefusal, no_certificate_verify) {
    expect_answer_refused(
        HandshakeType::certificate_verify, [](ByteVector& message) { message.clear(); },
        ErrorCode::unexpected_message, AlertDescription::unexpected_message);
}

TEST(PostHandshakeRefusal, a_finished_that_does_not_verify) {
    expect_answer_refused(
        HandshakeType::finished, [](ByteVector& message) { message.back() ^= 1; },
        ErrorCode::finished_mismatch, AlertDescription::decrypt_error);
}

TEST(PostHandshakeRefusal, data_in_the_middle_of_an_answer) {
    expect_answer_refused(
        HandshakeType::finished, [](ByteVector& message) { message.clear(); },
        ErrorCode::unexpected_application_data, AlertDescription::unexpected_message);
}

TEST(PostHandshakeRefusal, an_answer_to_nothing) {
    const ByteVector certificate{static_cast<std::uint8_t>(HandshakeType::certificate), 0, 0, 0, 0, 0, 0, 0};
    const ByteVector compressed{
        static_cast<std::uint8_t>(HandshakeType::compressed_certificate), 0, 0, 0, 0, 1, 0, 0, 4, 0, 0, 1, 0};
    for (const ByteVector& answer : {certificate, compressed}) {
        RewritingTap tap(HandshakeType::key_update, [&](ByteVector& message) { message = answer; });
        PairConfig config = offering();
        config.client_hooks.tap = &tap;
        Pair pair(config);
        ASSERT_TRUE(pair.connect());
        ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::ours));
        pair.pump();
        expect_poisoned(pair.server, ErrorCode::unexpected_message);
    }
}

TEST(PostHandshakeRefusal, requests_without_end) {
    PairConfig config = offering();
    config.client.credentials.clear();
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    for (int i = 0; i < 100 && !pair.client.error(); ++i) {
        ASSERT_TRUE(pair.server.request_certificate(PeerVerification::optional));
        pair.pump();
    }
    expect_poisoned(pair.client, ErrorCode::no_progress);
}

} // namespace
} // namespace pavise::testing
