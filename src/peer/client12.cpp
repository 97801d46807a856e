#include "peer/client12.hpp"

#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/client_key_exchange.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/server_name.hpp"

#include <algorithm>

namespace pavise::peer {

namespace {

ByteVector copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

} // namespace

ScriptedClient12::ScriptedClient12(Client12Script script, Link& link, const crypto::Provider& provider,
                                   Rng& rng) :
    Peer12(Role::client, link, provider, rng),
    script_(std::move(script)) {}

// ---------------------------------------------------------------- hellos

ClientHelloDraft ScriptedClient12::client_hello() {
    ClientHelloDraft draft;
    must(rng().fill(draft.random), "drawing a random");
    draft.cipher_suites = script_.cipher_suites;
    if (!script_.server_name.empty())
        draft.extensions.add(messages::ServerName{as_bytes(script_.server_name)});
    if (!script_.alpn_protocols.empty()) {
        std::vector<messages::ProtocolName> names;
        for (const std::string& name : script_.alpn_protocols) names.push_back({as_bytes(name)});
        draft.extensions.add(messages::AlpnProtocols{names});
    }
    const std::vector<EcPointFormat> formats{EcPointFormat::uncompressed};
    draft.extensions.add(messages::ExtendedMasterSecret{});
    draft.extensions.add(messages::RenegotiationInfo{});
    draft.extensions.add(messages::SupportedGroups{script_.groups});
    draft.extensions.add(messages::EcPointFormats{formats});
    draft.extensions.add(messages::SignatureAlgorithms{script_.signature_schemes});
    if (script_.mac_order == MacOrder::encrypt_then_mac && std::ranges::any_of(script_.cipher_suites, is_cbc))
        draft.extensions.add(messages::EncryptThenMac{});
    return draft;
}

void ScriptedClient12::resume(ClientHelloDraft& hello, const Session12& session) {
    hello.cipher_suites = {session.suite};
    if (!session.ticket.empty()) {
        hello.extensions.set(ExtensionType::session_ticket, session.ticket);
        // RFC 5077 §3.4: an id of the client's own tells it whether the ticket was accepted.
        hello.legacy_session_id = ByteVector(messages::max_session_id_size, 0x5e);
    } else {
        hello.legacy_session_id = session.session_id;
    }
}

void ScriptedClient12::use_client_hello(const ClientHelloDraft& hello) {
    hello_ = hello;
    use_client_random(hello.random);
}

void ScriptedClient12::send_client_hello(const ClientHelloDraft& hello) {
    use_client_hello(hello);
    send(hello);
}

messages::ServerHello ScriptedClient12::expect_server_hello() {
    server_hello_ = expect<messages::ServerHello>();
    if (!ok()) return {};
    use_server_random(server_hello_.random);
    if (server_hello_.extensions.contains(ExtensionType::supported_versions)) {
        complain("the server selects TLS 1.3");
        return {};
    }
    use_suite12(server_hello_.cipher_suite);
    use_mac_order(server_hello_.extensions.contains(ExtensionType::encrypt_then_mac)
                      ? MacOrder::encrypt_then_mac
                      : MacOrder::mac_then_encrypt);
    return server_hello_;
}

bool ScriptedClient12::extended_master_secret() const {
    return server_hello_.extensions.contains(ExtensionType::extended_master_secret);
}

// ---------------------------------------------------------------- the server's flight

Bytes ScriptedClient12::expect_certificate() {
    const auto certificate = expect<messages::Certificate12>();
    if (ok() && certificate.certificate_list.empty()) complain("the server's Certificate is empty");
    if (ok()) server_certificate_ = (*certificate.certificate_list.begin()).bytes;
    return server_certificate_;
}

messages::EcdheServerKeyExchange ScriptedClient12::expect_server_key_exchange() {
    const auto message = expect<messages::ServerKeyExchange>();
    if (ok())
        server_key_exchange_ =
            must(messages::EcdheServerKeyExchange::parse(message.body), "reading ServerKeyExchange");
    return server_key_exchange_;
}

void ScriptedClient12::expect_rest_of_flight() {
    expect_certificate();
    const auto comes = [&](HandshakeType type) {
        const auto& event = peek();
        return event && event->type == ContentType::handshake &&
               static_cast<HandshakeType>(event->bytes[0]) == type;
    };
    if (comes(HandshakeType::certificate_status)) expect_message(HandshakeType::certificate_status);
    expect_server_key_exchange();
    if (comes(HandshakeType::certificate_request))
        certificate_request_ = expect<messages::CertificateRequest12>();
    expect_message(HandshakeType::server_hello_done);
}

// ---------------------------------------------------------------- the second flight

ByteVector ScriptedClient12::certificate() const {
    std::vector<messages::Asn1Certificate> chain;
    if (script_.credential.data() != nullptr)
        for (const ByteVector& certificate : script_.credential.data()->chain) chain.push_back({certificate});
    return written(messages::Certificate12{chain});
}

ByteVector ScriptedClient12::client_key_exchange() {
    if (!ok()) return {};
    auto answer = must(provider().answer_key_share(server_key_exchange_.params.named_curve,
                                                   server_key_exchange_.params.point, rng()),
                       "answering the server's key share");
    pre_master_secret_ = copy(answer.secret.view());
    ByteVector body;
    wire::Writer writer(body);
    messages::EcdheClientKeyExchange{answer.public_value}.write(writer);
    return written(HandshakeType::client_key_exchange, body);
}

void ScriptedClient12::send_client_key_exchange(Bytes message) {
    send(message);
    derive_keys();
}

void ScriptedClient12::derive_keys() {
    derive_keys12(pre_master_secret_,
                  extended_master_secret() ? MasterSecret::extended : MasterSecret::plain);
}

ByteVector ScriptedClient12::certificate_verify() {
    const auto* data = script_.credential.data();
    if (ok() && data == nullptr) complain("a CertificateVerify wants a credential");
    if (!ok()) return {};
    for (const SignatureScheme scheme : script_.signature_schemes) {
        if (!crypto::fits_tls12(scheme, data->key->type())) continue;
        if (certificate_request_ && !certificate_request_->supported_signature_algorithms.contains(scheme))
            continue;
        const ByteVector signature =
            must(data->key->sign(scheme, transcript(), rng()), "signing a CertificateVerify");
        return CertificateVerifyDraft{scheme, signature}.message();
    }
    complain("no signature scheme fits the key and the server");
    return {};
}

void ScriptedClient12::begin_second_flight() {
    if (certificate_request_) send_certificate();
    send_client_key_exchange();
    if (certificate_request_ && script_.credential.data() != nullptr) send_certificate_verify();
    change_write_keys();
}

void ScriptedClient12::expect_second_flight() {
    if (const auto& event = peek();
        event && event->type == ContentType::handshake &&
        static_cast<HandshakeType>(event->bytes[0]) == HandshakeType::new_session_ticket)
        ticket_ = copy(expect<messages::NewSessionTicket12>().ticket);
    expect_change_cipher_spec();
    expect_finished12();
}

// ---------------------------------------------------------------- whole handshakes

void ScriptedClient12::connect() {
    send_client_hello();
    expect_server_hello();
    expect_rest_of_flight();
    send_second_flight();
    expect_second_flight();
}

void ScriptedClient12::finish_resumption(const Session12& session) {
    use_master_secret(session.master_secret);
    expect_second_flight();
    change_write_keys();
    send_finished12();
}

Session12 ScriptedClient12::session() const {
    return {.session_id = copy(server_hello_.legacy_session_id_echo),
            .ticket = ticket_,
            .master_secret = master_secret(),
            .suite = suite12() ? suite12()->id : CipherSuite{},
            .extended_master_secret = extended_master_secret()};
}

} // namespace pavise::peer
