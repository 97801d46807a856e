#include "subjects.hpp"

#include "scripted_target.hpp"

namespace pavise::testing {

namespace {

Clock& clock() {
    static FixedClock fixed;
    return fixed;
}

Rng& tested_rng() {
    static SeededRng rng(11);
    return rng;
}

TicketKeys ticket_keys() {
    auto keys = TicketKeys::generate();
    return keys ? *std::move(keys) : TicketKeys();
}

constexpr auto cbc_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256;

// What both sides were given.
ExternalPsk shared_psk() {
    const Bytes identity = as_bytes("shared");
    return {.identity = ByteVector(identity.begin(), identity.end()), .key = ByteVector(32, 0x4b)};
}
peer::PskOffer psk_offer() {
    return {.identity = shared_psk().identity, .key = shared_psk().key};
}

conform::Setting setting_for(Subject& subject) {
    conform::Setting setting;
    setting.target = subject.target.get();
    setting.rng = subject.rng.get();
    setting.server_name = std::string(server_name);
    setting.server_credential = server_credential(crypto::KeyType::ecdsa_p256);
    setting.client_credential = client_credential(crypto::KeyType::ecdsa_p256);
    return setting;
}

// Offers the first session that it was given in every connection.
class OneSession final : public SessionCache {
    Session session_;

  public:
    void put(std::string_view, const Session& session) override {
        if (!session_) session_ = session;
    }
    Session take(std::string_view, Timestamp) override { return session_; }
};

} // namespace

Subject server_subject(ServerKind kind) {
    ServerConfig config;
    config.rng = &tested_rng();
    config.clock = &clock();
    config.credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
    config.alpn_protocols = {"http/1.1"};
    if (kind == ServerKind::session_ids)
        config.session_store = make_session_store();
    else
        config.ticket_keys = ticket_keys();
    if (kind == ServerKind::external_psk) {
        config.external_psks = {shared_psk()};
        config.psk_modes = {PskKeyExchangeMode::psk_ke, PskKeyExchangeMode::psk_dhe_ke};
    }
    if (kind == ServerKind::cbc) config.cipher_suites.push_back(cbc_suite);
    if (kind == ServerKind::asking) {
        config.client_verification = PeerVerification::optional;
        config.client_trust = trust_in(authority());
    }
    if (kind == ServerKind::early_data) {
        config.max_early_data = 1u << 14;
        config.replay_register = make_replay_register();
        config.psk_modes = {PskKeyExchangeMode::psk_ke, PskKeyExchangeMode::psk_dhe_ke};
        config.record_size_limit = 1024;
    }
    Subject subject;
    subject.target = std::make_unique<LocalServer>(std::move(config));
    subject.setting = setting_for(subject);
    if (kind == ServerKind::external_psk) subject.setting.external_psk = psk_offer();
    conform::explore_server(subject.setting);
    return subject;
}

Subject client_subject(ClientKind kind) {
    ClientConfig config;
    config.rng = &tested_rng();
    config.clock = &clock();
    config.trust = trust_in(authority());
    if (kind != ClientKind::uninformed) config.alpn_protocols = {"http/1.1"};
    if (kind == ClientKind::uninformed) config.psk_modes = {};
    if (kind == ClientKind::nist) config.groups = {NamedGroup::secp256r1, NamedGroup::x25519};
    if (kind == ClientKind::authenticating) {
        config.post_handshake_auth = PostHandshakeAuth::offered;
        config.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    }
    if (kind == ClientKind::external_psk) {
        config.external_psks = {shared_psk()};
        config.psk_modes = {PskKeyExchangeMode::psk_ke, PskKeyExchangeMode::psk_dhe_ke};
    }
    if (kind == ClientKind::cbc) config.cipher_suites.push_back(cbc_suite);
    if (kind == ClientKind::resuming || kind == ClientKind::early_data)
        config.sessions = std::make_shared<OneSession>();
    if (kind == ClientKind::early_data)
        config.psk_modes = {PskKeyExchangeMode::psk_ke, PskKeyExchangeMode::psk_dhe_ke};
    if (kind == ClientKind::small) {
        config.record_size_limit = 1024;
        config.max_fragment_length = MaxFragmentLength::bytes_1024;
    }
    ClientOptions options;
    options.server_name = std::string(server_name);
    if (kind == ClientKind::early_data) options.early_data = EarlyData::on;
    Subject subject;
    subject.target = std::make_unique<LocalClient>(std::move(config), std::move(options));
    subject.setting = setting_for(subject);
    if (kind == ClientKind::external_psk) subject.setting.external_psk = psk_offer();
    conform::explore_client(subject.setting);
    return subject;
}

Subject scripted_subject(Role role) {
    Subject subject;
    subject.target = std::make_unique<ScriptedTarget>(role, tested_rng());
    subject.setting = setting_for(subject);
    if (role == Role::server)
        conform::explore_server(subject.setting);
    else
        conform::explore_client(subject.setting);
    return subject;
}

} // namespace pavise::testing
