// Mistakes around the HelloRetryRequest: what it may ask for, and what it binds (RFC 8446 §4.1.2, §4.1.4).
#include "regress/hellos.hpp"

#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>

namespace pavise::testing {
namespace {

using enum AlertDescription;

constexpr auto unassigned_type = static_cast<ExtensionType>(0x7f7f);

void server_refuses_second_hello(const ClientHelloChange& change, ErrorCode code, AlertDescription alert) {
    ServerUnderTest test(p256_only());
    test.peer.send_client_hello();
    auto second = test.peer.second_client_hello(test.peer.expect_hello_retry_request());
    change(second);
    test.peer.send_client_hello(second);
    expect_refused(test, code, alert);
}

TEST(HelloRetryRequests, come_once) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    const auto retry = test.peer.hello_retry_request(NamedGroup::secp256r1);
    test.peer.send_hello_retry_request(retry);
    test.peer.expect_client_hello();
    test.peer.send(retry);
    expect_refused(test, ErrorCode::second_retry, unexpected_message);
}

TEST(HelloRetryRequests, that_change_nothing_are_refused) {
    client_refuses_retry(
        [](peer::ServerHelloDraft& retry) { retry.extensions.remove(ExtensionType::key_share); },
        ErrorCode::retry_changes_nothing, illegal_parameter);
    client_refuses_retry(
        [](peer::ServerHelloDraft& retry) { // whose share was sent
            retry.extensions.set(messages::KeyShareHelloRetryRequest{NamedGroup::x25519});
        },
        ErrorCode::retry_group, illegal_parameter);
    client_refuses_retry(
        [](peer::ServerHelloDraft& retry) { // that was not offered
            retry.extensions.set(messages::KeyShareHelloRetryRequest{NamedGroup::secp384r1});
        },
        ErrorCode::retry_group, illegal_parameter);
}

// What the HelloRetryRequest chose stays chosen.
void client_refuses_after_retry(const ServerHelloChange& change, ErrorCode code, AlertDescription alert) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_hello_retry_request(test.peer.hello_retry_request(NamedGroup::secp256r1));
    test.peer.expect_client_hello();
    auto hello = test.peer.server_hello();
    change(hello);
    test.peer.send_server_hello_alone(hello);
    expect_refused(test, code, alert);
}

TEST(HelloRetryRequests, bind_the_server_hello) {
    client_refuses_after_retry(
        [](peer::ServerHelloDraft& hello) { hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384; },
        ErrorCode::suite_changed, illegal_parameter);
    client_refuses_after_retry(
        [](peer::ServerHelloDraft& hello) {
            hello.extensions.set(messages::SelectedVersion{ProtocolVersion::tls_1_2});
        },
        ErrorCode::version_not_offered, illegal_parameter);
    client_refuses_after_retry([](peer::ServerHelloDraft& hello) { hello.legacy_session_id_echo[3] ^= 4; },
                               ErrorCode::session_id_not_echoed, illegal_parameter);
    client_refuses_after_retry(
        [](peer::ServerHelloDraft& hello) {
            const ByteVector share(32, 9);
            hello.extensions.set(messages::KeyShareServerHello{{NamedGroup::x25519, share}});
        },
        ErrorCode::group_not_offered, illegal_parameter);
}

// Mbed TLS CVE-2026-34873: after a HelloRetryRequest of TLS 1.3 the handshake went on in TLS 1.2, where the
// session of the ticket was taken up with a master secret of zeros.
TEST(AnotherVersionAfterARetry, is_refused_by_the_client) {
    ClientUnderTest test(client_of_both_versions());
    test.peer.expect_client_hello();
    test.peer.send_hello_retry_request(test.peer.hello_retry_request(NamedGroup::secp256r1));
    test.peer.expect_client_hello();
    auto hello = test.peer.server_hello();
    select_tls12(hello);
    test.peer.send_server_hello_alone(hello);
    expect_refused(test, ErrorCode::version_changed, illegal_parameter);
}

TEST(AnotherVersionAfterARetry, is_refused_by_the_server) {
    auto config = p256_only();
    config.versions = VersionRange();
    peer::ClientScript script;
    script.cipher_suites.push_back(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    ServerUnderTest test(config, script);
    const auto first = test.peer.client_hello();
    test.peer.send_client_hello(first);
    test.peer.expect_hello_retry_request();
    auto second = first; // as a client of TLS 1.2 would say it
    second.extensions.remove(ExtensionType::supported_versions);
    second.extensions.remove(ExtensionType::key_share);
    test.peer.send_client_hello(second);
    expect_refused(test, ErrorCode::hello_changed, illegal_parameter);
}

TEST(SecondClientHello, must_be_the_first_one_again) {
    const std::pair<const char*, ClientHelloChange> changes[] = {
        {"random", [](auto& hello) { hello.random[7] ^= 1; }},
        {"session id", [](auto& hello) { hello.legacy_session_id[0] ^= 1; }},
        {"suites", [](auto& hello) { hello.cipher_suites.pop_back(); }},
        {"suite order", [](auto& hello) { std::ranges::reverse(hello.cipher_suites); }},
        {"legacy_version", [](auto& hello) { hello.legacy_version = ProtocolVersion::tls_1_1; }},
        {"server name", [](auto& hello) { hello.extensions.remove(ExtensionType::server_name); }},
        {"groups",
         [](auto& hello) {
             const std::vector<NamedGroup> groups{NamedGroup::secp256r1};
             hello.extensions.set(messages::SupportedGroups{groups});
         }},
        {"new extension", [](auto& hello) { hello.extensions.add(unassigned_type, {}); }},
        {"order of extensions", [](auto& hello) { hello.extensions.reverse(); }},
    };
    for (const auto& [what, change] : changes) {
        SCOPED_TRACE(what);
        server_refuses_second_hello(change, ErrorCode::hello_changed, illegal_parameter);
    }
}

TEST(SecondClientHello, must_answer_what_was_asked) {
    server_refuses_second_hello(
        [](peer::ClientHelloDraft& hello) { // the old share
            const ByteVector share(32, 9);
            const std::vector<messages::KeyShareEntry> entries{{NamedGroup::x25519, share}};
            hello.extensions.set(messages::KeyShareClientHello{entries});
        },
        ErrorCode::retry_not_answered, illegal_parameter);
    server_refuses_second_hello(
        [](peer::ClientHelloDraft& hello) { // none at all
            hello.extensions.set(ExtensionType::key_share, ByteVector{0, 0});
        },
        ErrorCode::retry_not_answered, illegal_parameter);
    server_refuses_second_hello(
        [](peer::ClientHelloDraft& hello) { hello.extensions.remove(ExtensionType::key_share); },
        ErrorCode::missing_key_share, missing_extension);
    server_refuses_second_hello(
        [](peer::ClientHelloDraft& hello) {
            const ByteVector cookie(8, 1); // none was sent
            hello.extensions.add(messages::Cookie{cookie});
        },
        ErrorCode::cookie_not_echoed, illegal_parameter);
    server_refuses_second_hello(
        [](peer::ClientHelloDraft& hello) { hello.extensions.add(ExtensionType::early_data, {}); },
        ErrorCode::early_data_after_retry, illegal_parameter);
}

} // namespace
} // namespace pavise::testing
