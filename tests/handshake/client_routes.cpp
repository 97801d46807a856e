#include "handshake/routes.hpp"

#include "messages/compressed_certificate.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/key_update.hpp"
#include "peer/null_provider.hpp"
#include "support/ech.hpp"

#include <algorithm>
#include <iterator>

namespace pavise::testing {

ByteVector compressed(const peer::CertificateDraft& certificate) {
    const ByteVector message = certificate.message();
    const Bytes body = Bytes(message).subspan(messages::handshake_header_size);
    return peer::written(
        messages::CompressedCertificate{Stored().algorithm(), static_cast<std::uint32_t>(body.size()), body});
}

namespace {

using handshake::client::Client;
namespace states = handshake::client;

template <class State> constexpr std::size_t index_of() {
    return testing::index_of<Client, State>();
}

ScriptHooks null_hooks(Tap& tap) {
    return {.hooks = {.tap = &tap, .cryptography = Cryptography::null}};
}

ClientConfig base_config() {
    return scripted_client_config(Cryptography::null);
}
ClientConfig config_with_credential() {
    ClientConfig config = base_config();
    config.credentials = {null_credential()};
    return config;
}
ClientConfig config_with_psk() {
    ClientConfig config = base_config();
    config.external_psks = {{.identity = ByteVector{1, 2, 3}, .key = ByteVector(32, 7)}};
    return config;
}
ClientConfig config_that_judges() {
    ClientConfig config = base_config();
    config.deferred.certificate = true;
    return config;
}
ClientConfig config_that_signs_elsewhere() {
    ClientConfig config = config_with_credential();
    config.deferred.signature = true;
    return config;
}

ClientConfig config_that_decompresses() {
    ClientConfig config = base_config();
    config.certificate_compression = {std::make_shared<const Stored>()};
    return config;
}
ClientConfig config_for_later_requests() {
    ClientConfig config = base_config();
    config.post_handshake_auth = PostHandshakeAuth::offered;
    return config;
}
ClientConfig config_that_signs_later_requests_elsewhere() {
    ClientConfig config = config_that_signs_elsewhere();
    config.post_handshake_auth = PostHandshakeAuth::offered;
    return config;
}
ClientConfig config_that_judges_sessions() {
    ClientConfig config = config_that_judges();
    config.session_peer = SessionPeer::verified_again;
    return config;
}

auto made_with(ClientConfig (*config)()) {
    return [config](Tap& tap) { return std::make_unique<ClientUnderTest>(config(), null_hooks(tap)); };
}

std::unique_ptr<ClientUnderTest> made_with_ech(Tap& tap) {
    ScriptHooks hooks = null_hooks(tap);
    hooks.ech_configs = ech_list({ech_key()});
    return std::make_unique<ClientUnderTest>(config_that_judges(), hooks);
}

// ---- the steps of a legal server

void send_retry(ClientUnderTest& test) {
    test.peer.send_hello_retry_request(test.peer.hello_retry_request(NamedGroup::secp256r1));
}
void send_server_hello(ClientUnderTest& test) {
    test.peer.send_server_hello();
}
void send_server_hello_with_psk(ClientUnderTest& test) {
    auto hello = test.peer.server_hello();
    hello.extensions.add(messages::SelectedPsk{0});
    test.peer.send_server_hello(hello);
}
void send_encrypted_extensions(ClientUnderTest& test) {
    test.peer.send_encrypted_extensions();
}
void send_certificate_request(ClientUnderTest& test) {
    test.peer.send_certificate_request();
}
void send_certificate(ClientUnderTest& test) {
    test.peer.send_certificate();
}
void send_certificate_verify(ClientUnderTest& test) {
    test.peer.send_certificate_verify();
}
void send_finished(ClientUnderTest& test) {
    test.peer.send_finished();
}
void send_ticket(ClientUnderTest& test) {
    test.peer.send_ticket();
}
void send_key_update(ClientUnderTest& test) {
    test.peer.send_key_update(KeyUpdateRequest::update_not_requested);
}

void send_compressed_certificate(ClientUnderTest& test) {
    test.peer.send_message(compressed(test.peer.certificate()));
}
void send_later_request(ClientUnderTest& test) {
    auto request = test.peer.certificate_request();
    request.certificate_request_context = {1, 2, 3};
    test.peer.send(request);
}
void accept_certificate(ClientUnderTest& test) {
    EXPECT_TRUE(test.connection.certificate_verdict(std::nullopt));
}
void sign(ClientUnderTest& test) {
    EXPECT_TRUE(test.connection.provide_signature(ByteVector(64, 0x5a)));
}

// Where nothing is computed, all confirmations of ECH are alike (RFC 9849 §7.2, §7.2.1).
void send_server_hello_with_ech(ClientUnderTest& test) {
    auto hello = test.peer.server_hello();
    std::fill(hello.random.end() - 8, hello.random.end(), peer::null_byte);
    test.peer.send_server_hello(hello);
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::accepted);
}
void send_retry_with_ech(ClientUnderTest& test) {
    auto retry = test.peer.hello_retry_request(NamedGroup::secp256r1);
    messages::EchHelloRetryRequest confirmation;
    confirmation.confirmation.fill(peer::null_byte);
    retry.extensions.add(confirmation);
    test.peer.send_hello_retry_request(retry);
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::accepted);
}
void send_server_hello_without_ech(ClientUnderTest& test) {
    send_server_hello(test);
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::rejected);
}

// A session of the past, of a server whose certificates were judged by the caller.
Session earlier_session() {
    static const Session session = [] {
        ClientUnderTest test(config_that_judges(), {.hooks = {.cryptography = Cryptography::null}});
        test.peer.expect_client_hello();
        send_server_hello(test);
        send_encrypted_extensions(test);
        send_certificate(test);
        accept_certificate(test);
        send_certificate_verify(test);
        send_finished(test);
        send_ticket(test);
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
        const auto sessions = test.connection.take_sessions();
        EXPECT_EQ(sessions.size(), 1u);
        return sessions.empty() ? Session() : sessions.front();
    }();
    return session;
}
std::unique_ptr<ClientUnderTest> made_with_session(Tap& tap) {
    ScriptHooks hooks = null_hooks(tap);
    hooks.session = earlier_session();
    return std::make_unique<ClientUnderTest>(config_that_judges_sessions(), hooks);
}

// ---- the ways

using Step = void (*)(ClientUnderTest&);
auto by(std::vector<Step> steps) {
    return [steps = std::move(steps)](ClientUnderTest& test) {
        test.peer.expect_client_hello();
        for (const Step step : steps) {
            step(test);
            if (step == &send_retry || step == &send_retry_with_ech) test.peer.expect_client_hello();
        }
    };
}

const std::vector<Step> to_connected{send_server_hello, send_encrypted_extensions, send_certificate,
                                     send_certificate_verify, send_finished};

auto by(std::vector<Step> steps, Step last) {
    steps.push_back(last);
    return by(std::move(steps));
}

std::vector<ClientRoute> routes_of_the_handshake() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectServerHello>(),
         "ExpectServerHello",
         made_with(base_config),
         by({}),
         {{server_hello, send_server_hello}, {server_hello, send_retry}}},
        {index_of<states::ExpectServerHello>(),
         "ExpectServerHello, with a PSK on offer",
         made_with(config_with_psk),
         by({}),
         {{server_hello, send_server_hello_with_psk}, {server_hello, send_server_hello}}},
        {index_of<states::ExpectServerHelloAfterRetry>(),
         "ExpectServerHelloAfterRetry",
         made_with(config_with_psk),
         by({send_retry}),
         {{server_hello, send_server_hello}, {server_hello, send_server_hello_with_psk}}},
        {index_of<states::ExpectEncryptedExtensions>(),
         "ExpectEncryptedExtensions",
         made_with(base_config),
         by({send_server_hello}),
         {{encrypted_extensions, send_encrypted_extensions}}},
        {index_of<states::ExpectEncryptedExtensionsWithPsk>(),
         "ExpectEncryptedExtensionsWithPsk",
         made_with(config_with_psk),
         by({send_server_hello_with_psk}),
         {{encrypted_extensions, send_encrypted_extensions}}},
        {index_of<states::ExpectCertificateOrRequest>(),
         "ExpectCertificateOrRequest",
         made_with(base_config),
         by({send_server_hello, send_encrypted_extensions}),
         {{certificate_request, send_certificate_request}, {certificate, send_certificate}}},
        {index_of<states::ExpectCertificate>(),
         "ExpectCertificate",
         made_with(config_with_credential),
         by({send_server_hello, send_encrypted_extensions, send_certificate_request}),
         {{certificate, send_certificate}}},
        {index_of<states::AwaitCertificateVerdict>(),
         "AwaitCertificateVerdict",
         made_with(config_that_judges),
         by({send_server_hello, send_encrypted_extensions, send_certificate}),
         {},
         accept_certificate},
        {index_of<states::ExpectCertificateVerify>(),
         "ExpectCertificateVerify",
         made_with(base_config),
         by({send_server_hello, send_encrypted_extensions, send_certificate}),
         {{certificate_verify, send_certificate_verify}}},
        {index_of<states::ExpectServerFinished>(),
         "ExpectServerFinished",
         made_with(base_config),
         by({send_server_hello, send_encrypted_extensions, send_certificate, send_certificate_verify}),
         {{finished, send_finished}}},
        {index_of<states::AwaitSignature>(),
         "AwaitSignature",
         made_with(config_that_signs_elsewhere),
         by({send_server_hello, send_encrypted_extensions, send_certificate_request, send_certificate,
             send_certificate_verify, send_finished}),
         {},
         sign},
        {index_of<states::Connected>(),
         "Connected",
         made_with(base_config),
         by(to_connected),
         {{new_session_ticket, send_ticket}, {key_update, send_key_update}}},
    };
}

// Certificates that come compressed (RFC 8879), and requests after the handshake (RFC 8446 §4.6.2).
std::vector<ClientRoute> routes_of_extensions() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectCertificateOrRequest>(),
         "ExpectCertificateOrRequest, with compression on offer",
         made_with(config_that_decompresses),
         by({send_server_hello, send_encrypted_extensions}),
         {{certificate, send_certificate}, {compressed_certificate, send_compressed_certificate}}},
        {index_of<states::ExpectCertificate>(),
         "ExpectCertificate, with compression on offer",
         made_with(config_that_decompresses),
         by({send_server_hello, send_encrypted_extensions, send_certificate_request}),
         {{certificate, send_certificate}, {compressed_certificate, send_compressed_certificate}}},
        ClientRoute(index_of<states::Connected>(), "Connected, with nothing to show later",
                    made_with(config_for_later_requests), by(to_connected),
                    {{certificate_request, send_later_request}})
            .asking_for({certificate_request}),
        ClientRoute(index_of<states::Connected>(), "Connected, with something to show later",
                    made_with(config_that_signs_later_requests_elsewhere), by(to_connected),
                    {{certificate_request, send_later_request}})
            .asking_for({certificate_request}),
        {index_of<states::AwaitPostHandshakeSignature>(),
         "AwaitPostHandshakeSignature",
         made_with(config_that_signs_later_requests_elsewhere),
         by(to_connected, send_later_request),
         {},
         sign},
    };
}

// Before the first hello.
std::vector<ClientRoute> routes_of_sessions() {
    const auto nothing = [](ClientUnderTest&) {};
    return {
        ClientRoute(index_of<states::AwaitSessionVerdict>(), "AwaitSessionVerdict", made_with_session,
                    nothing, {}, accept_certificate)
            .beginning_in(index_of<states::AwaitSessionVerdict>()),
        ClientRoute(index_of<states::AwaitSessionVerdict>(), "AwaitSessionVerdict, refused",
                    made_with_session, nothing, {},
                    [](ClientUnderTest& test) {
                        EXPECT_TRUE(
                            test.connection.certificate_verdict(Error{ErrorCode::certificate_revoked}));
                    })
            .beginning_in(index_of<states::AwaitSessionVerdict>()),
    };
}

// With Encrypted Client Hello (RFC 9849), accepted and rejected: the states are the same.
std::vector<ClientRoute> routes_of_ech() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectServerHello>(),
         "ExpectServerHello, with ECH on offer",
         made_with_ech,
         by({}),
         {{server_hello, send_server_hello_with_ech},
          {server_hello, send_server_hello_without_ech},
          {server_hello, send_retry_with_ech},
          {server_hello, send_retry}}},
        {index_of<states::ExpectServerHelloAfterRetry>(),
         "ExpectServerHelloAfterRetry, ECH accepted",
         made_with_ech,
         by({send_retry_with_ech}),
         {{server_hello, send_server_hello_with_ech}}},
        {index_of<states::ExpectServerHelloAfterRetry>(),
         "ExpectServerHelloAfterRetry, ECH rejected",
         made_with_ech,
         by({send_retry}),
         {{server_hello, send_server_hello_without_ech}}},
        {index_of<states::ExpectEncryptedExtensions>(),
         "ExpectEncryptedExtensions, ECH accepted",
         made_with_ech,
         by({send_server_hello_with_ech}),
         {{encrypted_extensions, send_encrypted_extensions}}},
        {index_of<states::ExpectEncryptedExtensions>(),
         "ExpectEncryptedExtensions, ECH rejected",
         made_with_ech,
         by({send_server_hello_without_ech}),
         {{encrypted_extensions, send_encrypted_extensions}}},
        {index_of<states::ExpectCertificateOrRequest>(),
         "ExpectCertificateOrRequest, ECH rejected",
         made_with_ech,
         by({send_server_hello_without_ech, send_encrypted_extensions}),
         {{certificate_request, send_certificate_request}, {certificate, send_certificate}}},
        {index_of<states::AwaitCertificateVerdict>(),
         "AwaitCertificateVerdict, ECH rejected",
         made_with_ech,
         by({send_server_hello_without_ech, send_encrypted_extensions, send_certificate}),
         {},
         accept_certificate},
        {index_of<states::ExpectServerFinished>(),
         "ExpectServerFinished, ECH accepted",
         made_with_ech,
         by({send_server_hello_with_ech, send_encrypted_extensions, send_certificate, accept_certificate,
             send_certificate_verify}),
         {{finished, send_finished}}},
    };
}

} // namespace

std::vector<ClientRoute> client_routes() {
    std::vector<ClientRoute> all;
    for (const auto routes :
         {routes_of_the_handshake, routes_of_extensions, routes_of_sessions, routes_of_ech})
        std::ranges::copy(routes(), std::back_inserter(all));
    return all;
}

} // namespace pavise::testing
