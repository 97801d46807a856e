#include "peer/client.hpp"

#include "messages/certificate_verify.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/finished.hpp"
#include "messages/key_update.hpp"

#include <algorithm>

namespace pavise::peer {

ScriptedClient::ScriptedClient(ClientScript script, Link& link, const crypto::Provider& provider, Rng& rng) :
    Peer(Role::client, link, provider, rng),
    script_(std::move(script)) {}

// ---------------------------------------------------------------- hellos

void ScriptedClient::add_key_share(NamedGroup group) {
    auto share = must(provider().generate_key_share(group, rng()), "making a key share");
    if (share != nullptr) key_shares_.push_back(std::move(share));
}

ByteVector ScriptedClient::key_share_extension() const {
    std::vector<messages::KeyShareEntry> entries;
    for (const auto& share : key_shares_) entries.push_back({share->group(), share->public_value()});
    ByteVector body;
    wire::Writer writer(body);
    messages::KeyShareClientHello{entries}.write(writer);
    return body;
}

ClientHelloDraft ScriptedClient::client_hello() {
    ClientHelloDraft draft;
    must(rng().fill(draft.random), "drawing a random");
    draft.legacy_session_id.resize(messages::max_session_id_size);
    must(rng().fill(draft.legacy_session_id), "drawing a session id");
    draft.cipher_suites = script_.cipher_suites;
    if (!script_.server_name.empty())
        draft.extensions.add(messages::ServerName{as_bytes(script_.server_name)});
    if (!script_.alpn_protocols.empty()) {
        std::vector<messages::ProtocolName> names;
        for (const std::string& name : script_.alpn_protocols) names.push_back({as_bytes(name)});
        draft.extensions.add(messages::AlpnProtocols{names});
    }
    draft.extensions.add(messages::SupportedGroups{script_.groups});
    draft.extensions.add(messages::SignatureAlgorithms{script_.signature_schemes});
    const std::vector<ProtocolVersion> versions{ProtocolVersion::tls_1_3};
    draft.extensions.add(messages::SupportedVersions{versions});
    key_shares_.clear();
    for (std::size_t i = 0; i < std::min(script_.key_shares, script_.groups.size()); ++i)
        add_key_share(script_.groups[i]);
    draft.extensions.add(ExtensionType::key_share, key_share_extension());
    return draft;
}

void ScriptedClient::send_client_hello(const ClientHelloDraft& hello) {
    hello_ = hello;
    send(hello);
}

void ScriptedClient::allow_psks(ClientHelloDraft& hello, const std::vector<PskKeyExchangeMode>& modes) {
    hello.extensions.set(messages::PskKeyExchangeModes{modes});
}

void ScriptedClient::offer_psks(ClientHelloDraft& hello, const std::vector<PskOffer>& psks) {
    psks_ = psks;
    if (!hello.extensions.contains(ExtensionType::psk_key_exchange_modes)) allow_psks(hello);
    std::vector<messages::PskIdentity> identities;
    std::vector<ByteVector> values;
    for (const PskOffer& psk : psks) {
        identities.push_back({psk.identity, psk.obfuscated_ticket_age});
        const auto suite = crypto::suite13(psk.suite);
        values.emplace_back(suite ? crypto::digest_size(suite->hash) : 32);
    }
    const auto write = [&] {
        const std::vector<messages::PskBinderEntry> binders = [&] {
            std::vector<messages::PskBinderEntry> entries;
            for (const ByteVector& value : values) entries.push_back({value});
            return entries;
        }();
        const messages::OfferedPsks offered{identities, binders};
        hello.extensions.remove(ExtensionType::pre_shared_key);
        hello.extensions.add(offered);
        return offered.binders_size();
    };
    const std::size_t binders_size = write(); // of zeros, so that the lengths before them are right
    const ByteVector message = hello.message();
    const Bytes truncated = Bytes(message).first(message.size() - binders_size);
    for (std::size_t i = 0; i < psks.size(); ++i)
        if (const auto suite = crypto::suite13(psks[i].suite))
            values[i] = binder(psks[i].kind, suite->hash, psks[i].key, truncated);
    write();
}

void ScriptedClient::write_early_data() {
    if (ok() && psks_.empty()) complain("early data wants a PSK");
    if (!ok()) return;
    if (!hello_.legacy_session_id.empty()) send_change_cipher_spec();
    compatibility_sent_ = true;
    use_early_data_keys(psks_.front().suite, psks_.front().key);
}

void ScriptedClient::send_message_in_the_clear(const ClientHelloDraft& hello) {
    hello_ = hello;
    add_to_transcript(hello.message());
    send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2, hello.message());
}

// The secrets that the ServerHello agrees on: of a key share, of a PSK, or of both.
void ScriptedClient::take_secrets(const messages::ServerHello& hello) {
    const auto selected = must(hello.extensions.get<messages::SelectedPsk>(), "reading pre_shared_key");
    if (selected && selected->value >= psks_.size()) return complain("the server selects an unknown PSK");
    if (selected) use_psk(psks_[selected->value].key);
    const auto answer = must(hello.extensions.get<messages::KeyShareServerHello>(), "reading key_share");
    if (!ok()) return;
    if (!answer && !selected) return complain("the ServerHello has neither key_share nor pre_shared_key");
    if (!answer) return derive_handshake_keys(schedule::hash_length_zeros(suite()->hash));
    const NamedGroup group = answer->server_share.group;
    const auto ours = std::ranges::find_if(key_shares_, [&](const auto& s) { return s->group() == group; });
    if (ours == key_shares_.end()) return complain("the server answers a key share that was not sent");
    const SecretVector secret = must((*ours)->agree(answer->server_share.key_exchange), "key exchange");
    derive_handshake_keys(secret.view());
}

messages::ServerHello ScriptedClient::expect_server_hello() {
    const auto hello = expect<messages::ServerHello>();
    if (ok() && hello.is_hello_retry_request()) complain("expected ServerHello, got a HelloRetryRequest");
    if (ok()) use_suite(hello.cipher_suite);
    if (ok()) take_secrets(hello);
    read_with(Epoch::handshake);
    return hello;
}

messages::ServerHello ScriptedClient::expect_hello_retry_request() {
    const Bytes message = receive_message(HandshakeType::server_hello);
    if (!ok()) return {};
    const auto hello = parse<messages::ServerHello>(message.subspan(messages::handshake_header_size));
    if (ok() && !hello.is_hello_retry_request()) complain("expected a HelloRetryRequest, got ServerHello");
    if (ok()) use_suite(hello.cipher_suite);
    restart_transcript();
    add_to_transcript(message);
    return hello;
}

ClientHelloDraft ScriptedClient::second_client_hello(const messages::ServerHello& retry) {
    ClientHelloDraft draft = hello_;
    const auto group = must(retry.extensions.get<messages::KeyShareHelloRetryRequest>(), "reading key_share");
    if (group) {
        key_shares_.clear();
        add_key_share(group->value);
        draft.extensions.set(ExtensionType::key_share, key_share_extension());
    }
    const auto cookie = must(retry.extensions.get<messages::Cookie>(), "reading cookie");
    if (cookie) draft.extensions.add(*cookie);
    return draft;
}

// ---------------------------------------------------------------- the server's flight

messages::EncryptedExtensions ScriptedClient::expect_encrypted_extensions() {
    return expect<messages::EncryptedExtensions>();
}

void ScriptedClient::expect_certificates() {
    const auto& following = peek();
    if (following && following->type == ContentType::handshake &&
        static_cast<HandshakeType>(following->bytes[0]) == HandshakeType::certificate_request)
        certificate_request_ = expect<messages::CertificateRequest>();
    expect<messages::Certificate>();
    expect<messages::CertificateVerify>();
}

void ScriptedClient::expect_rest_of_flight() {
    expect_encrypted_extensions();
    if (!uses_psk()) expect_certificates();
    const ByteVector expected = finished_data(Role::server);
    const auto finished = expect<messages::Finished>();
    if (ok() && !std::ranges::equal(finished.verify_data, expected))
        complain("the server's Finished does not verify");
    derive_application_keys();
    read_with(Epoch::application);
}

// ---------------------------------------------------------------- the second flight

void ScriptedClient::begin_second_flight() {
    if (!compatibility_sent_ && !hello_.legacy_session_id.empty()) send_change_cipher_spec();
    compatibility_sent_ = true;
    write_with(Epoch::handshake);
}

CertificateVerifyDraft ScriptedClient::certificate_verify(Role context) {
    const crypto::Digest hash = transcript_hash();
    if (!ok()) return {};
    return must(certificate_verify_by(script_.credential, scheme_of(script_.credential),
                                      signed_content(certificate_verify_context(context), hash.view()),
                                      rng()),
                "signing a CertificateVerify");
}

void ScriptedClient::send_finished(const FinishedDraft& finished) {
    send(finished);
    derive_resumption_secret();
    write_with(Epoch::application);
}

void ScriptedClient::send_second_flight() {
    begin_second_flight();
    if (certificate_request_) {
        send_certificate();
        if (script_.credential.data() != nullptr) send_certificate_verify();
    }
    send_finished();
}

// ---------------------------------------------------------------- afterwards

PskOffer ScriptedClient::expect_ticket() {
    const auto ticket = expect<messages::NewSessionTicket>();
    if (!ok()) return {};
    // At the moment of its receipt the ticket's age is 0.
    return {.identity = ByteVector(ticket.ticket.begin(), ticket.ticket.end()),
            .key = ticket_psk(ticket.ticket_nonce),
            .obfuscated_ticket_age = ticket.ticket_age_add,
            .kind = schedule::PskKind::resumption,
            .suite = suite()->id};
}

void ScriptedClient::send_key_update(KeyUpdateRequest request) {
    send(messages::KeyUpdate{request});
    update_write_keys();
}

void ScriptedClient::expect_key_update(KeyUpdateRequest request) {
    const auto update = expect<messages::KeyUpdate>();
    if (ok() && update.request_update != request) complain("the KeyUpdate has another request");
    update_read_keys();
}

void ScriptedClient::connect() {
    send_client_hello();
    const auto& answer = peek();
    const bool retry =
        answer && answer->type == ContentType::handshake &&
        answer->bytes.size() >= messages::handshake_header_size + 2 + 32 &&
        std::equal(messages::hello_retry_request_random.begin(), messages::hello_retry_request_random.end(),
                   answer->bytes.begin() + messages::handshake_header_size + 2);
    if (retry) send_client_hello(second_client_hello(expect_hello_retry_request()));
    expect_flight();
    send_second_flight();
}

} // namespace pavise::peer
