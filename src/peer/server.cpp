#include "peer/server.hpp"

#include "messages/certificate13.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/finished.hpp"
#include "messages/key_update.hpp"

#include <algorithm>

namespace pavise::peer {

namespace {

// More than any client sends that was given a ticket by a script.
constexpr std::size_t most_early_data = std::size_t{1} << 20;

} // namespace

ScriptedServer::ScriptedServer(ServerScript script, Link& link, const crypto::Provider& provider, Rng& rng) :
    Peer(Role::server, link, provider, rng),
    script_(std::move(script)) {}

// ---------------------------------------------------------------- hellos

messages::ClientHello ScriptedServer::expect_client_hello() {
    auto hello = expect<messages::ClientHello>();
    if (ok()) client_hello_ = ClientHelloDraft::from(hello);
    // A server that accepts no early data skips it, "up to the configured max_early_data_size" (RFC 8446
    // §4.2.10). A script that accepts it uses its keys.
    if (ok() && hello.extensions.contains(ExtensionType::early_data))
        port().skip_undecryptable(most_early_data);
    return hello;
}

CipherSuite ScriptedServer::choose_suite() const {
    if (suite()) return suite()->id; // of the HelloRetryRequest
    for (const CipherSuite ours : script_.cipher_suites)
        if (std::ranges::find(client_hello_.cipher_suites, ours) != client_hello_.cipher_suites.end())
            return ours;
    return script_.cipher_suites.front();
}

ServerHelloDraft ScriptedServer::server_hello(std::optional<NamedGroup> group) {
    ServerHelloDraft draft;
    if (!ok()) return draft;
    must(rng().fill(draft.random), "drawing a random");
    draft.legacy_session_id_echo = client_hello_.legacy_session_id;
    draft.cipher_suite = choose_suite();
    draft.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
    const ByteVector block = client_hello_.extensions.block();
    const auto shares = messages::Extensions::from_block(block).get<messages::KeyShareClientHello>();
    if (!shares || !*shares) return draft;
    for (const messages::KeyShareEntry& share : (*shares)->client_shares) {
        if (group ? share.group != *group : !provider().supports(share.group)) continue;
        auto answer = must(provider().answer_key_share(share.group, share.key_exchange, rng()),
                           "answering a key share");
        draft.extensions.add(
            messages::KeyShareServerHello{{.group = share.group, .key_exchange = answer.public_value}});
        shared_secret_ = std::move(answer.secret);
        break;
    }
    return draft;
}

ServerHelloDraft ScriptedServer::server_hello_with_psk(std::uint16_t index, Bytes psk) {
    ServerHelloDraft draft = server_hello();
    draft.extensions.add(messages::SelectedPsk{index});
    use_psk(psk);
    return draft;
}

ServerHelloDraft ScriptedServer::hello_retry_request(NamedGroup group) {
    ServerHelloDraft draft;
    draft.random = messages::hello_retry_request_random;
    draft.legacy_session_id_echo = client_hello_.legacy_session_id;
    draft.cipher_suite = choose_suite();
    draft.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
    draft.extensions.add(messages::KeyShareHelloRetryRequest{group});
    return draft;
}

void ScriptedServer::send_hello_retry_request(const ServerHelloDraft& hello) {
    use_suite(hello.cipher_suite);
    restart_transcript();
    send(hello);
    send_compatibility_record();
}

// RFC 8446 §D.4: after the server's first message, to a client that sent a session id.
void ScriptedServer::send_compatibility_record() {
    if (compatibility_sent_ || client_hello_.legacy_session_id.empty()) return;
    compatibility_sent_ = true;
    send_change_cipher_spec();
}

void ScriptedServer::send_server_hello_alone(const ServerHelloDraft& hello) {
    send(hello);
}

void ScriptedServer::send_server_hello(const ServerHelloDraft& hello) {
    send_server_hello_alone(hello);
    send_compatibility_record();
    // A script may name a suite that does not exist: the client's answer to that comes in the clear.
    if (!crypto::suite13(hello.cipher_suite)) return;
    use_suite(hello.cipher_suite);
    derive_handshake_keys(shared_secret_.view());
    write_with(Epoch::handshake);
    read_with(Epoch::handshake);
}

// ---------------------------------------------------------------- the rest of the flight

EncryptedExtensionsDraft ScriptedServer::encrypted_extensions() const {
    EncryptedExtensionsDraft draft;
    if (!script_.alpn_protocol.empty())
        draft.extensions.add(messages::AlpnSelected{as_bytes(script_.alpn_protocol)});
    return draft;
}

CertificateRequestDraft ScriptedServer::certificate_request() const {
    const std::vector<SignatureScheme> schemes = default_signature_schemes();
    CertificateRequestDraft draft;
    draft.extensions.add(messages::SignatureAlgorithms{schemes});
    return draft;
}

CertificateVerifyDraft ScriptedServer::certificate_verify(Role context) {
    const crypto::Digest hash = transcript_hash();
    if (!ok()) return {};
    return must(certificate_verify_by(script_.credential, scheme_of(script_.credential),
                                      signed_content(certificate_verify_context(context), hash.view()),
                                      rng()),
                "signing a CertificateVerify");
}

void ScriptedServer::send_finished(const FinishedDraft& finished) {
    send(finished);
    derive_application_keys();
    write_with(Epoch::application);
}

void ScriptedServer::send_rest_of_flight() {
    send_encrypted_extensions();
    if (!uses_psk()) {
        send_certificate();
        send_certificate_verify();
    }
    send_finished();
}

// ---------------------------------------------------------------- the client's second flight

void ScriptedServer::expect_finished() {
    const ByteVector expected = finished_data(Role::client);
    const auto finished = expect<messages::Finished>();
    if (ok() && !std::ranges::equal(finished.verify_data, expected))
        complain("the client's Finished does not verify");
    derive_resumption_secret();
    read_with(Epoch::application);
}

void ScriptedServer::expect_client_certificate_and_finished() {
    const auto certificate = expect<messages::Certificate>();
    if (ok() && !certificate.certificate_list.empty()) expect<messages::CertificateVerify>();
    expect_finished();
}

// ---------------------------------------------------------------- afterwards

ByteVector ScriptedServer::send_ticket(const NewSessionTicketDraft& ticket) {
    send(ticket);
    return ticket_psk(ticket.ticket_nonce);
}

void ScriptedServer::send_key_update(KeyUpdateRequest request) {
    send(messages::KeyUpdate{request});
    update_write_keys();
}

void ScriptedServer::expect_key_update(KeyUpdateRequest request) {
    const auto update = expect<messages::KeyUpdate>();
    if (ok() && update.request_update != request) complain("the KeyUpdate has another request");
    update_read_keys();
}

void ScriptedServer::connect() {
    expect_client_hello();
    send_server_hello();
    send_rest_of_flight();
    expect_finished();
}

} // namespace pavise::peer
