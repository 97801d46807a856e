#include "peer/server12.hpp"

#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"
#include "messages/certificate12.hpp"
#include "messages/certificate_request12.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/client_key_exchange.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/server_key_exchange.hpp"

#include <algorithm>
#include <array>

namespace pavise::peer {

ScriptedServer12::ScriptedServer12(Server12Script script, Link& link, const crypto::Provider& provider,
                                   Rng& rng) :
    Peer12(Role::server, link, provider, rng),
    script_(std::move(script)) {}

// ---------------------------------------------------------------- hellos

messages::ClientHello ScriptedServer12::expect_client_hello() {
    auto hello = expect<messages::ClientHello>();
    if (!ok()) return hello;
    client_hello_ = ClientHelloDraft::from(hello);
    use_client_random(hello.random);
    return hello;
}

CipherSuite ScriptedServer12::choose_suite() const {
    const auto* credential = script_.credential.data();
    for (const CipherSuite ours : script_.cipher_suites) {
        const auto suite = crypto::suite12(ours);
        const bool fits = suite && (credential == nullptr ||
                                    crypto::can_authenticate(credential->key->type(), suite->authentication));
        if (fits && std::ranges::find(client_hello_.cipher_suites, ours) != client_hello_.cipher_suites.end())
            return ours;
    }
    return script_.cipher_suites.front();
}

ServerHelloDraft ScriptedServer12::server_hello() {
    ServerHelloDraft draft;
    if (!ok()) return draft;
    must(rng().fill(draft.random), "drawing a random");
    draft.legacy_session_id_echo = ByteVector(messages::max_session_id_size);
    must(rng().fill(draft.legacy_session_id_echo), "drawing a session id");
    draft.cipher_suite = choose_suite();
    const auto& offered = client_hello_.extensions;
    const bool scsv =
        std::ranges::find(client_hello_.cipher_suites, CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) !=
        client_hello_.cipher_suites.end();
    if (scsv || offered.contains(ExtensionType::renegotiation_info))
        draft.extensions.add(messages::RenegotiationInfo{});
    if (offered.contains(ExtensionType::extended_master_secret))
        draft.extensions.add(messages::ExtendedMasterSecret{});
    if (script_.mac_order == MacOrder::encrypt_then_mac && is_cbc(draft.cipher_suite) &&
        offered.contains(ExtensionType::encrypt_then_mac))
        draft.extensions.add(messages::EncryptThenMac{});
    if (!script_.alpn_protocol.empty())
        draft.extensions.add(messages::AlpnSelected{as_bytes(script_.alpn_protocol)});
    return draft;
}

void ScriptedServer12::use_server_hello(const ServerHelloDraft& hello) {
    server_hello_ = hello;
    use_server_random(hello.random);
    // A script may name a suite that does not exist.
    if (crypto::suite12(hello.cipher_suite)) use_suite12(hello.cipher_suite);
    use_mac_order(hello.extensions.contains(ExtensionType::encrypt_then_mac) ? MacOrder::encrypt_then_mac
                                                                             : MacOrder::mac_then_encrypt);
}

void ScriptedServer12::send_server_hello(const ServerHelloDraft& hello) {
    use_server_hello(hello);
    send(hello);
}

// ---------------------------------------------------------------- the rest of the flight

ByteVector ScriptedServer12::certificate() const {
    std::vector<messages::Asn1Certificate> chain;
    if (script_.credential.data() != nullptr)
        for (const ByteVector& certificate : script_.credential.data()->chain) chain.push_back({certificate});
    return written(messages::Certificate12{chain});
}

SignatureScheme ScriptedServer12::scheme() const {
    const ByteVector block = client_hello_.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<messages::SignatureAlgorithms>();
    if (offered && *offered && script_.credential.data() != nullptr)
        for (const SignatureScheme scheme : (*offered)->values)
            if (crypto::fits_tls12(scheme, script_.credential.data()->key->type())) return scheme;
    return SignatureScheme{};
}

NamedGroup ScriptedServer12::group() const {
    const ByteVector block = client_hello_.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<messages::SupportedGroups>();
    constexpr std::array curves{NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
                                NamedGroup::secp521r1, NamedGroup::x448};
    if (offered && *offered)
        for (const NamedGroup group : (*offered)->values)
            if (std::ranges::find(curves, group) != curves.end() && provider().supports(group)) return group;
    return NamedGroup::secp256r1;
}

ByteVector ScriptedServer12::params(NamedGroup group) {
    if (!ok()) return {};
    share_ = must(provider().generate_key_share(group, rng()), "making a key share");
    if (!ok()) return {};
    ByteVector bytes;
    wire::Writer writer(bytes);
    messages::ServerEcdhParams{group, share_->public_value()}.write(writer);
    return bytes;
}

ByteVector ScriptedServer12::signed_key_exchange(Bytes params, Bytes content, SignatureScheme scheme) {
    if (ok() && script_.credential.data() == nullptr) complain("a ServerKeyExchange wants a credential");
    if (!ok()) return {};
    const ByteVector signature =
        must(script_.credential.data()->key->sign(scheme, content, rng()), "signing a ServerKeyExchange");
    ByteVector body(params.begin(), params.end());
    wire::Writer writer(body);
    messages::DigitallySigned{scheme, signature}.write(writer);
    return written(HandshakeType::server_key_exchange, body);
}

ByteVector ScriptedServer12::server_key_exchange(std::optional<NamedGroup> group) {
    const ByteVector share = params(group.value_or(this->group()));
    return signed_key_exchange(share, signed_params(share), scheme());
}

ByteVector ScriptedServer12::certificate_request() const {
    constexpr std::array types{messages::ClientCertificateType::ecdsa_sign,
                               messages::ClientCertificateType::rsa_sign};
    constexpr std::array schemes{SignatureScheme::ecdsa_secp256r1_sha256,
                                 SignatureScheme::ecdsa_secp384r1_sha384,
                                 SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pkcs1_sha256};
    messages::CertificateRequest12 request;
    request.certificate_types = types;
    request.supported_signature_algorithms = schemes;
    return written(request);
}

void ScriptedServer12::send_certificate_request() {
    certificate_requested_ = true;
    send(certificate_request());
}

void ScriptedServer12::request_certificate_by(Bytes body) {
    certificate_requested_ = true;
    send(written(HandshakeType::certificate_request, body));
}

void ScriptedServer12::send_rest_of_flight() {
    send_certificate();
    send_server_key_exchange();
    send_server_hello_done();
}

// ---------------------------------------------------------------- the client's second flight

void ScriptedServer12::expect_client_key_exchange() {
    const auto message = expect<messages::ClientKeyExchange>();
    if (ok() && share_ == nullptr) complain("there is no key share that a client could answer");
    if (!ok()) return;
    const auto share =
        must(messages::EcdheClientKeyExchange::parse(message.body), "reading ClientKeyExchange");
    if (!ok()) return;
    const SecretVector secret = must(share_->agree(share.value), "key exchange");
    derive_keys12(secret.view(), server_hello_.extensions.contains(ExtensionType::extended_master_secret)
                                     ? MasterSecret::extended
                                     : MasterSecret::plain);
}

void ScriptedServer12::expect_second_flight() {
    bool proves = false;
    if (certificate_requested_) proves = !expect<messages::Certificate12>().certificate_list.empty();
    expect_client_key_exchange();
    if (proves) expect<messages::CertificateVerify>();
    expect_change_cipher_spec();
    expect_finished12();
}

void ScriptedServer12::send_second_flight() {
    change_write_keys();
    send_finished12();
}

void ScriptedServer12::connect() {
    expect_client_hello();
    send_server_hello();
    send_rest_of_flight();
    expect_second_flight();
    send_second_flight();
}

} // namespace pavise::peer
