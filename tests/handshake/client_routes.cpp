#include "handshake/routes.hpp"

#include "messages/extension/pre_shared_key.hpp"
#include "messages/key_update.hpp"

namespace pavise::testing {

namespace {

using handshake::client::Client;
namespace states = handshake::client;

template <class State> constexpr std::size_t index_of() {
    return handshake::machine::find<State>(handshake::machine::States<Client>{});
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

auto made_with(ClientConfig (*config)()) {
    return [config](Tap& tap) { return std::make_unique<ClientUnderTest>(config(), null_hooks(tap)); };
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

// ---- the ways

using Step = void (*)(ClientUnderTest&);
auto by(std::vector<Step> steps) {
    return [steps = std::move(steps)](ClientUnderTest& test) {
        test.peer.expect_client_hello();
        for (const Step step : steps) {
            step(test);
            if (step == &send_retry) test.peer.expect_client_hello();
        }
    };
}

} // namespace

std::vector<ClientRoute> client_routes() {
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
         [](ClientUnderTest& test) { EXPECT_TRUE(test.connection.certificate_verdict(std::nullopt)); }},
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
         [](ClientUnderTest& test) { EXPECT_TRUE(test.connection.provide_signature(ByteVector(64, 0x5a))); }},
        {index_of<states::Connected>(),
         "Connected",
         made_with(base_config),
         by({send_server_hello, send_encrypted_extensions, send_certificate, send_certificate_verify,
             send_finished}),
         {{new_session_ticket, send_ticket}, {key_update, send_key_update}}},
    };
}

} // namespace pavise::testing
