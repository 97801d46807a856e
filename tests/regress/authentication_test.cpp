// Mistakes of authentication: verdicts that were not heeded, signatures of the wrong kind, proofs that were
// not compared.
#include "regress/support.hpp"

#include "support/pair.hpp"

#include "messages/extension/negotiation.hpp"

#include <functional>

namespace pavise::testing {
namespace {

using enum AlertDescription;

peer::ServerScript as(const Credential& credential) {
    peer::ServerScript script;
    script.credential = credential;
    return script;
}

ServerConfig asking_for_certificates() {
    ServerConfig config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    return config;
}

// As far as the server's Certificate, and whatever of the rest gets out.
void present_everything(ClientUnderTest& test) {
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_rest_of_flight();
}

// As expect_refused(), for a config whose peer will never do.
template <class Test> void expect_refused_always(Test& test, ErrorCode code, AlertDescription alert) {
    ASSERT_TRUE(test.connection.error());
    EXPECT_EQ(test.connection.error()->code, code) << describe(*test.connection.error());
    test.peer.expect_alert(alert);
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
    EXPECT_FALSE(test.connection.handshake_complete());
    EXPECT_TRUE(test.link.application_data().empty());
    expect_poisoned(test.connection, test.connection.error()->code);
}

// ---------------------------------------------------------------- verdicts
// goto fail (CVE-2014-1266) and its kin: the result of the verification did not matter. Whatever the server
// proves afterwards, a chain that was refused stays refused.

TEST(IgnoredVerdict, client_stops_at_a_chain_that_it_does_not_trust) {
    auto config = scripted_client_config();
    config.trust = trust_in(foreign_authority());
    ClientUnderTest test(config);
    present_everything(test);
    expect_refused_always(test, ErrorCode::unknown_issuer, unknown_ca);
}

TEST(IgnoredVerdict, client_stops_at_another_name) {
    auto spec = leaf_spec(crypto::KeyType::ecdsa_p256);
    spec.names = {trust::MintName::dns("other.test")};
    ClientUnderTest test(scripted_client_config(), as(mint_credential(spec)));
    present_everything(test);
    expect_refused_always(test, ErrorCode::name_mismatch, bad_certificate);
}

TEST(IgnoredVerdict, client_stops_at_an_expired_certificate) {
    auto spec = leaf_spec(crypto::KeyType::ecdsa_p256);
    spec.not_after = test_time - std::chrono::hours(1);
    ClientUnderTest test(scripted_client_config(), as(mint_credential(spec)));
    present_everything(test);
    expect_refused_always(test, ErrorCode::certificate_expired, certificate_expired);
}

TEST(IgnoredVerdict, client_stops_at_a_key_that_may_not_sign) {
    auto spec = leaf_spec(crypto::KeyType::ecdsa_p256);
    spec.key_usages = {trust::KeyUsage::key_agreement};
    ClientUnderTest test(scripted_client_config(), as(mint_credential(spec)));
    present_everything(test);
    expect_refused_always(test, ErrorCode::key_usage_not_allowed, unsupported_certificate);
}

TEST(IgnoredVerdict, server_stops_at_a_chain_that_it_does_not_trust) {
    auto config = asking_for_certificates();
    config.client_trust = trust_in(foreign_authority());
    for (const PeerVerification verification : {PeerVerification::required, PeerVerification::optional}) {
        config.client_verification = verification;
        ServerUnderTest test(config);
        test.peer.send_client_hello();
        test.peer.expect_flight();
        test.peer.send_second_flight();
        expect_refused_always(test, ErrorCode::unknown_issuer, unknown_ca);
    }
}

TEST(IgnoredVerdict, of_the_application_counts_too) {
    auto config = scripted_client_config();
    config.deferred.certificate = true;
    ClientUnderTest test(config);
    present_everything(test);
    ASSERT_EQ(test.connection.waiting_for(), Decision::certificate);
    EXPECT_FALSE(test.connection.handshake_complete());
    EXPECT_EQ(test.connection.certificate_verdict(Error{ErrorCode::certificate_revoked}).error().code,
              ErrorCode::certificate_revoked);
    test.link.resume(); // CertificateVerify and Finished were there already
    expect_refused_always(test, ErrorCode::certificate_revoked, certificate_revoked);
    EXPECT_FALSE(test.connection.certificate_verdict(std::nullopt));
}

// ---------------------------------------------------------------- signatures

void client_refuses_signature(const std::function<peer::CertificateVerifyDraft(peer::ScriptedServer&)>& sign,
                              ErrorCode code, AlertDescription alert,
                              ClientConfig config = scripted_client_config(),
                              crypto::KeyType key = crypto::KeyType::ecdsa_p256) {
    ClientUnderTest test(std::move(config), as(server_credential(key)));
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send(sign(test.peer));
    expect_refused(test, code, alert);
}

void server_refuses_signature(const std::function<peer::CertificateVerifyDraft(peer::ScriptedClient&)>& sign,
                              ErrorCode code, AlertDescription alert) {
    ServerUnderTest test(asking_for_certificates());
    test.peer.send_client_hello();
    test.peer.expect_flight();
    test.peer.begin_second_flight();
    test.peer.send_certificate();
    test.peer.send(sign(test.peer));
    expect_refused(test, code, alert);
}

// Both roles, the same change of a good CertificateVerify.
void both_refuse_signature(const std::function<void(peer::CertificateVerifyDraft&)>& change, ErrorCode code,
                           AlertDescription alert) {
    const auto changed = [&](auto& peer) {
        auto verify = peer.certificate_verify();
        change(verify);
        return verify;
    };
    client_refuses_signature(changed, code, alert);
    server_refuses_signature(changed, code, alert);
}

TEST(Signatures, that_do_not_verify_are_refused) {
    both_refuse_signature([](auto& verify) { verify.signature.back() ^= 1; }, ErrorCode::bad_signature,
                          decrypt_error);
    both_refuse_signature([](auto& verify) { verify.signature.clear(); }, ErrorCode::bad_signature,
                          decrypt_error);
    both_refuse_signature([](auto& verify) { verify.signature.push_back(0); }, ErrorCode::bad_signature,
                          decrypt_error);
}

TEST(Signatures, over_another_transcript_are_refused) {
    client_refuses_signature(
        [](peer::ScriptedServer& peer) {
            peer.add_to_transcript(ByteVector{0});
            return peer.certificate_verify();
        },
        ErrorCode::bad_signature, decrypt_error);
    server_refuses_signature(
        [](peer::ScriptedClient& peer) {
            peer.add_to_transcript(ByteVector{0});
            return peer.certificate_verify();
        },
        ErrorCode::bad_signature, decrypt_error);
}

// RFC 8446 §4.4.3: each role signs under a context string of its own, so that a signature cannot be
// reflected; and neither is what TLS 1.2 signs.
TEST(SignatureContext, of_the_other_role_is_refused) {
    client_refuses_signature([](auto& peer) { return peer.certificate_verify(Role::client); },
                             ErrorCode::bad_signature, decrypt_error);
    server_refuses_signature([](auto& peer) { return peer.certificate_verify(Role::server); },
                             ErrorCode::bad_signature, decrypt_error);
}

TEST(SignatureContext, of_tls_1_2_is_refused) {
    const auto bare = [](auto& peer) { // the transcript hash alone
        return *peer::certificate_verify_by(peer.script().credential, SignatureScheme::ecdsa_secp256r1_sha256,
                                            peer.transcript_hash().view(), peer.rng());
    };
    client_refuses_signature(bare, ErrorCode::bad_signature, decrypt_error);
    server_refuses_signature(bare, ErrorCode::bad_signature, decrypt_error);
}

// SLOTH (CVE-2015-7575), Botan CVE-2016-2850, wolfSSL CVE-2022-25638: any algorithm would do.
TEST(SignatureSchemes, that_were_not_offered_are_refused) {
    for (const auto scheme : {SignatureScheme::rsa_pkcs1_sha1, SignatureScheme::ecdsa_sha1,
                              static_cast<SignatureScheme>(0x0101), static_cast<SignatureScheme>(0x7f7f)})
        both_refuse_signature([&](auto& verify) { verify.algorithm = scheme; },
                              ErrorCode::signature_scheme_not_offered, illegal_parameter);
    auto config = scripted_client_config();
    config.signature_schemes = {SignatureScheme::ed25519, SignatureScheme::ecdsa_secp256r1_sha256};
    ClientUnderTest test(config, as(server_credential(crypto::KeyType::ecdsa_p384)));
    present_everything(test);
    expect_refused_always(test, ErrorCode::signature_scheme_not_offered, illegal_parameter);
}

// Offered for certificates' sake, PKCS#1 v1.5 and SHA-1 have no place in a CertificateVerify (§4.2.3).
TEST(SignatureSchemes, that_only_certificates_may_use_are_refused) {
    for (const auto scheme : {SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha1}) {
        auto config = scripted_client_config();
        config.signature_schemes.push_back(scheme);
        client_refuses_signature(
            [&](auto& peer) {
                auto verify = peer.certificate_verify();
                verify.algorithm = scheme;
                return verify;
            },
            ErrorCode::scheme_does_not_fit_key, illegal_parameter, config, crypto::KeyType::rsa);
    }
}

// In TLS 1.3 the scheme binds the curve, and tells rsaEncryption keys from RSASSA-PSS keys (§4.2.3).
TEST(SignatureSchemes, of_another_curve_or_key_are_refused) {
    both_refuse_signature([](auto& verify) { verify.algorithm = SignatureScheme::ecdsa_secp384r1_sha384; },
                          ErrorCode::scheme_does_not_fit_key, illegal_parameter);
    both_refuse_signature([](auto& verify) { verify.algorithm = SignatureScheme::rsa_pss_rsae_sha256; },
                          ErrorCode::scheme_does_not_fit_key, illegal_parameter);
    client_refuses_signature(
        [](auto& peer) {
            auto verify = peer.certificate_verify();
            verify.algorithm = SignatureScheme::rsa_pss_pss_sha256;
            return verify;
        },
        ErrorCode::scheme_does_not_fit_key, illegal_parameter, scripted_client_config(),
        crypto::KeyType::rsa);
}

TEST(SignatureSchemes, server_signs_with_nothing_that_the_client_does_not_accept) {
    ServerUnderTest test;
    auto hello = test.peer.client_hello();
    const std::vector<SignatureScheme> schemes{SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::ed25519};
    hello.extensions.set(messages::SignatureAlgorithms{schemes});
    test.peer.send_client_hello(hello);
    expect_refused(test, ErrorCode::no_common_signature_scheme, handshake_failure);
}

// ---------------------------------------------------------------- Finished
// RFC 8446 §4.4.4.

void both_refuse_finished(const std::function<void(peer::FinishedDraft&)>& change, ErrorCode code,
                          AlertDescription alert) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    client.peer.send_certificate();
    client.peer.send_certificate_verify();
    auto finished = client.peer.finished();
    change(finished);
    client.peer.send_finished(finished);
    expect_refused(client, code, alert);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    finished = server.peer.finished();
    change(finished);
    server.peer.send_finished(finished);
    expect_refused(server, code, alert);
}

TEST(FinishedMessages, are_compared_to_the_last_byte) {
    both_refuse_finished([](auto& finished) { finished.verify_data.front() ^= 1; },
                         ErrorCode::finished_mismatch, decrypt_error);
    both_refuse_finished([](auto& finished) { finished.verify_data.back() ^= 0x80; },
                         ErrorCode::finished_mismatch, decrypt_error);
    both_refuse_finished([](auto& finished) { std::ranges::fill(finished.verify_data, std::uint8_t{0}); },
                         ErrorCode::finished_mismatch, decrypt_error);
}

TEST(FinishedMessages, have_the_length_of_their_hash) {
    both_refuse_finished([](auto& finished) { finished.verify_data.pop_back(); },
                         ErrorCode::bad_finished_length, decode_error);
    both_refuse_finished([](auto& finished) { finished.verify_data.push_back(0); },
                         ErrorCode::bad_finished_length, decode_error);
    both_refuse_finished([](auto& finished) { finished.verify_data.clear(); }, ErrorCode::bad_finished_length,
                         decode_error);
}

TEST(FinishedMessages, of_the_other_side_are_refused) {
    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send_finished({server.peer.finished_data(Role::server)});
    expect_refused(server, ErrorCode::finished_mismatch, decrypt_error);
}

// ---------------------------------------------------------------- malformed requests and certificates

TEST(CertificateMessages, with_a_context_during_the_handshake_are_refused) {
    ClientUnderTest request;
    request.peer.expect_client_hello();
    request.peer.send_server_hello();
    request.peer.send_encrypted_extensions();
    auto draft = request.peer.certificate_request();
    draft.certificate_request_context = {1};
    request.peer.send(draft);
    expect_refused(request, ErrorCode::certificate_request_context, illegal_parameter);

    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    auto certificate = client.peer.certificate();
    certificate.certificate_request_context = {1};
    client.peer.send(certificate);
    expect_refused(client, ErrorCode::certificate_request_context, illegal_parameter);

    ServerUnderTest server(asking_for_certificates());
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    certificate = server.peer.certificate();
    certificate.certificate_request_context = {1};
    server.peer.send(certificate);
    expect_refused(server, ErrorCode::certificate_request_context, illegal_parameter);
}

TEST(CertificateMessages, of_a_server_without_certificates_are_refused) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send(peer::CertificateDraft{});
    expect_refused(test, ErrorCode::empty_certificate_list, decode_error);
}

TEST(CertificateMessages, with_something_else_than_a_certificate_are_refused) {
    const ByteVector junk(100, 0x30);
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    client.peer.send(peer::CertificateDraft{{}, {{junk, {}}}});
    expect_refused(client, ErrorCode::malformed_certificate, bad_certificate);

    ServerUnderTest server(asking_for_certificates());
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send(peer::CertificateDraft{{}, {{junk, {}}}});
    expect_refused(server, ErrorCode::malformed_certificate, bad_certificate);
}

} // namespace
} // namespace pavise::testing
