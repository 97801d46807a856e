// Decisions that the caller makes itself: at once, later, wrongly, or when there is nothing to decide.
#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"
#include "messages/certificate_verify.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

constexpr crypto::KeyType p256 = crypto::KeyType::ecdsa_p256;

PairConfig mutual() {
    PairConfig config;
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(p256)};
    return config;
}

// Answers to other questions than this one change nothing.
void expect_no_other(Connection& connection, Decision decision) {
    const auto nothing = ErrorCode::nothing_to_decide;
    if (decision != Decision::certificate) {
        EXPECT_EQ(connection.certificate_verdict(std::nullopt).error().code, nothing);
        EXPECT_TRUE(connection.chain_to_verify().empty());
    }
    if (decision != Decision::signature) {
        EXPECT_EQ(connection.provide_signature(as_bytes("x")).error().code, nothing);
        EXPECT_FALSE(connection.signature_request());
    }
    if (decision != Decision::config) {
        EXPECT_EQ(connection.choose_config(std::make_shared<const ServerConfig>()).error().code, nothing);
        EXPECT_EQ(connection.client_offer().error().code, nothing);
        EXPECT_TRUE(connection.client_hello().empty());
    }
    EXPECT_EQ(connection.waiting_for(), decision);
    EXPECT_FALSE(connection.error());
}

// A suspended connection takes nothing in and is unharmed by answers to other questions.
void expect_suspended(Connection& connection, Decision decision) {
    ASSERT_EQ(connection.waiting_for(), decision);
    EXPECT_FALSE(connection.wants_input());
    EXPECT_TRUE(connection.receive_space().empty());
    EXPECT_EQ(*connection.feed(as_bytes("x")), 0u);
    EXPECT_FALSE(connection.handshake_complete());
    EXPECT_EQ(connection.write(as_bytes("x")).error().code, ErrorCode::handshake_not_done);
    expect_no_other(connection, decision);
}

void expect_connected(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}

TEST(NothingToDecide, before_and_after_a_handshake_that_needs_nobody) {
    Pair pair{PairConfig()};
    for (Connection* side : {&pair.client, &pair.server}) expect_no_other(*side, Decision::none);
    expect_connected(pair);
    for (Connection* side : {&pair.client, &pair.server}) expect_no_other(*side, Decision::none);
}

// ---------------------------------------------------------------- the peer's certificate

TEST(CertificateDecision, accepted_later_by_either_side) {
    PairConfig config = mutual();
    config.client.deferred.certificate = config.server.deferred.certificate = true;
    config.client.trust = config.server.client_trust = TrustStore(); // not asked
    Pair pair(config);
    pair.pump();
    expect_suspended(pair.client, Decision::certificate);
    const auto& server_chain = server_credential(p256).data()->chain;
    ASSERT_EQ(pair.client.chain_to_verify().size(), server_chain.size());
    EXPECT_TRUE(std::ranges::equal(pair.client.chain_to_verify().front(), server_chain.front()));
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    EXPECT_EQ(pair.client.certificate_verdict(std::nullopt).error().code, ErrorCode::nothing_to_decide);
    pair.pump();
    expect_suspended(pair.server, Decision::certificate);
    const auto& client_chain = client_credential(p256).data()->chain;
    EXPECT_TRUE(std::ranges::equal(pair.server.chain_to_verify().front(), client_chain.front()));
    ASSERT_TRUE(pair.server.certificate_verdict(std::nullopt));
    expect_connected(pair);
    EXPECT_TRUE(pair.client.negotiated().verified_chain.empty()); // we did not verify it
}

TEST(CertificateDecision, refused_for_the_callers_reason) {
    const Error refusals[] = {{ErrorCode::unknown_issuer, 1},
                              {ErrorCode::name_mismatch},
                              {ErrorCode::certificate_expired},
                              {ErrorCode::certificate_revoked}};
    for (const Error refusal : refusals) {
        PairConfig config;
        config.client.deferred.certificate = true;
        Pair pair(config);
        pair.pump();
        EXPECT_EQ(pair.client.certificate_verdict(refusal).error(), refusal);
        pair.pump();
        expect_poisoned(pair.client, refusal.code);
        expect_poisoned(pair.server, ErrorCode::alert_received);
        EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(*alert_of(refusal)));
    }
}

// As where the config judges. Who believes what has ended already knows why.
TEST(CertificateDecision, accepted_sessions_end_with_the_peers_own_certificate) {
    SeededRng rng(7);
    FixedClock clock;
    const auto keys = TicketKeys::generate(rng, clock);
    ASSERT_TRUE(keys);
    for (const Timestamp end : {test_time + std::chrono::minutes(5), test_time - std::chrono::seconds(1)}) {
        trust::CertificateSpec spec = leaf_spec(p256);
        spec.not_after = end;
        PairConfig config;
        config.server.credentials = {mint_credential(spec)};
        config.server.ticket_keys = *keys;
        config.client.deferred.certificate = true;
        Pair pair(config);
        pair.pump();
        ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
        expect_connected(pair);
        const auto sessions = pair.client.take_sessions();
        ASSERT_FALSE(sessions.empty());
        if (end > test_time)
            EXPECT_EQ(sessions.back().expires_at(), end);
        else
            EXPECT_GT(sessions.back().expires_at(), test_time + std::chrono::minutes(5));
    }
}

TEST(CertificateDecision, a_client_without_a_name_may_judge_for_itself) {
    PairConfig config;
    config.name.clear();
    config.client.deferred.certificate = true;
    Pair pair(config);
    pair.pump();
    EXPECT_TRUE(pair.server.negotiated().server_name.empty());
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    expect_connected(pair);
}

TEST(CertificateDecision, acceptance_does_not_excuse_a_wrong_signature) {
    PairConfig config;
    config.client.deferred.certificate = true;
    config.server.deferred.signature = true;
    Pair pair(config);
    pair.pump();
    ASSERT_TRUE(pair.server.provide_signature(ByteVector(70, 1)));
    pair.pump();
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    pair.pump();
    expect_poisoned(pair.client, ErrorCode::bad_signature);
}

// ---------------------------------------------------------------- the signature

ByteVector sign(const Credential& credential, const SignatureRequest& request) {
    SeededRng rng(9);
    auto signature = credential.data()->key->sign(request.scheme, request.content, rng);
    return signature ? *std::move(signature) : ByteVector();
}

TEST(SignatureDecision, by_a_key_elsewhere_for_either_side_and_every_key_type) {
    for (const crypto::KeyType key : every_key_type) {
        PairConfig config(key);
        config.server.client_verification = PeerVerification::required;
        config.client.credentials = {client_credential(key)};
        config.client.deferred.signature = config.server.deferred.signature = true;
        Pair pair(config);
        pair.pump();
        expect_suspended(pair.server, Decision::signature);
        auto request = pair.server.signature_request();
        ASSERT_TRUE(request);
        EXPECT_TRUE(crypto::fits_tls13(request->scheme, key));
        EXPECT_NE(as_text(request->content).find("TLS 1.3, server CertificateVerify"),
                  std::string_view::npos);
        ASSERT_TRUE(pair.server.provide_signature(sign(server_credential(key), *request)));
        EXPECT_FALSE(pair.server.signature_request());
        pair.pump();
        expect_suspended(pair.client, Decision::signature);
        request = pair.client.signature_request();
        ASSERT_TRUE(request);
        EXPECT_NE(as_text(request->content).find("TLS 1.3, client CertificateVerify"),
                  std::string_view::npos);
        ASSERT_TRUE(pair.client.provide_signature(sign(client_credential(key), *request)));
        expect_connected(pair);
        EXPECT_EQ(pair.client.negotiated().local_signature, pair.server.negotiated().peer_signature);
        EXPECT_EQ(pair.server.negotiated().local_signature, pair.client.negotiated().peer_signature);
    }
}

TEST(SignatureDecision, the_wrong_one_is_found_by_the_peer) {
    PairConfig config;
    config.server.deferred.signature = true;
    Pair pair(config);
    pair.pump();
    // A signature over something else.
    SignatureRequest request = *pair.server.signature_request();
    request.content = as_bytes("something else");
    ASSERT_TRUE(pair.server.provide_signature(sign(server_credential(p256), request)));
    pair.pump();
    expect_poisoned(pair.client, ErrorCode::bad_signature);
    expect_poisoned(pair.server, ErrorCode::alert_received);
}

TEST(SignatureDecision, one_that_no_message_can_hold_is_our_own_failure) {
    PairConfig config;
    config.server.deferred.signature = true;
    Pair pair(config);
    pair.pump();
    EXPECT_FALSE(pair.server.provide_signature(ByteVector(65536, 1)));
    expect_poisoned(pair.server, ErrorCode::output_too_long);
    pair.pump();
    EXPECT_EQ(pair.client.error(), (Error{ErrorCode::alert_received,
                                          static_cast<std::uint16_t>(AlertDescription::internal_error)}));
}

// ---------------------------------------------------------------- the config

std::shared_ptr<const ServerConfig> server_config(std::vector<std::string> protocols,
                                                  crypto::KeyType key = p256) {
    ServerConfig config;
    config.credentials = {server_credential(key)};
    config.alpn_protocols = std::move(protocols);
    return std::make_shared<const ServerConfig>(std::move(config));
}

TEST(ConfigDecision, by_the_name_and_the_protocols_that_the_client_asks_for) {
    PairConfig config;
    config.client.alpn_protocols = {"h2", "http/1.1"};
    config.server.deferred.config = true;
    Pair pair(config);
    pair.pump();
    expect_suspended(pair.server, Decision::config);
    const auto offer = pair.server.client_offer();
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->server_name, server_name);
    EXPECT_EQ(offer->alpn_protocols, (std::vector<std::string_view>{"h2", "http/1.1"}));
    ASSERT_TRUE(pair.server.choose_config(server_config({"http/1.1"}, crypto::KeyType::ed25519)));
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().alpn_protocol, "http/1.1");
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ed25519);
}

TEST(ConfigDecision, by_the_raw_hello) {
    PairConfig config;
    config.name.clear();
    config.client.verification = PeerVerification::none;
    config.server.deferred.config = true;
    Pair pair(config);
    const Bytes output = pair.client.output();
    const ByteVector hello(output.begin() + 5, output.end()); // behind the record's header
    pair.pump();
    EXPECT_TRUE(std::ranges::equal(pair.server.client_hello(), hello));
    EXPECT_TRUE(pair.server.client_offer()->server_name.empty());
    EXPECT_TRUE(pair.server.client_offer()->alpn_protocols.empty());
    ASSERT_TRUE(pair.server.choose_config(server_config({})));
    expect_connected(pair);
}

TEST(ConfigDecision, one_that_cannot_work_is_refused_and_another_one_may_follow) {
    PairConfig config;
    config.server.deferred.config = true;
    Pair pair(config);
    pair.pump();
    EXPECT_EQ(pair.server.choose_config(nullptr).error().code, ErrorCode::bad_config);
    EXPECT_EQ(pair.server.choose_config(std::make_shared<const ServerConfig>()).error().code,
              ErrorCode::config_no_credential);
    expect_suspended(pair.server, Decision::config);
    ASSERT_TRUE(pair.server.choose_config(server_config({})));
    expect_connected(pair);
}

TEST(ConfigDecision, the_chosen_config_decides_what_else_is_deferred_and_asked) {
    PairConfig config;
    config.client.credentials = {client_credential(p256)};
    config.server.deferred.config = true;
    Pair pair(config);
    pair.pump();
    ServerConfig chosen = *server_config({});
    chosen.client_verification = PeerVerification::required;
    chosen.deferred = {.certificate = true, .signature = true, .config = false};
    ASSERT_TRUE(pair.server.choose_config(std::make_shared<const ServerConfig>(chosen)));
    expect_suspended(pair.server, Decision::signature);
    const auto request = pair.server.signature_request();
    ASSERT_TRUE(pair.server.provide_signature(sign(server_credential(p256), *request)));
    pair.pump();
    expect_suspended(pair.server, Decision::certificate);
    ASSERT_TRUE(pair.server.certificate_verdict(std::nullopt));
    expect_connected(pair);
}

TEST(ConfigDecision, is_asked_for_once_where_the_client_has_to_retry) {
    PairConfig config;
    config.client.key_shares = 0;
    config.server.deferred.config = true;
    Pair pair(config);
    pair.pump();
    ASSERT_TRUE(pair.server.choose_config(server_config({})));
    expect_connected(pair);
    EXPECT_TRUE(pair.server.negotiated().hello_retry);
}

// ---------------------------------------------------------------- all of them

TEST(Decisions, all_deferred_byte_by_byte) {
    PairConfig config = mutual();
    config.step = 1;
    config.client.deferred = {.certificate = true, .signature = true, .config = false};
    config.server.deferred = {.certificate = true, .signature = true, .config = true};
    Pair pair(config);
    int decisions = 0;
    for (bool asked = true; asked;) {
        pair.pump();
        asked = false;
        for (Connection* side : {&pair.client, &pair.server}) {
            const Credential& credential =
                side->role() == Role::client ? client_credential(p256) : server_credential(p256);
            Status answered;
            switch (side->waiting_for()) {
            case Decision::certificate: answered = side->certificate_verdict(std::nullopt); break;
            case Decision::signature:
                answered = side->provide_signature(sign(credential, *side->signature_request()));
                break;
            case Decision::config: {
                ServerConfig chosen = config.server;
                chosen.deferred.config = false;
                answered = side->choose_config(std::make_shared<const ServerConfig>(chosen));
                break;
            }
            default: continue;
            }
            ASSERT_TRUE(answered) << describe(answered.error());
            asked = true;
            ++decisions;
        }
    }
    EXPECT_EQ(decisions, 5);
    expect_connected(pair);
}

} // namespace
} // namespace pavise::testing
