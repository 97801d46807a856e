#include "subjects.hpp"

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

conform::Setting setting_for(Subject& subject) {
    conform::Setting setting;
    setting.target = subject.target.get();
    setting.rng = subject.rng.get();
    setting.server_name = std::string(server_name);
    setting.server_credential = server_credential(crypto::KeyType::ecdsa_p256);
    setting.client_credential = client_credential(crypto::KeyType::ecdsa_p256);
    return setting;
}

} // namespace

Subject server_subject(ServerKind kind) {
    ServerConfig config;
    config.rng = &tested_rng();
    config.clock = &clock();
    config.credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
    config.ticket_keys = ticket_keys();
    config.alpn_protocols = {"http/1.1"};
    if (kind == ServerKind::asking) {
        config.client_verification = PeerVerification::optional;
        config.client_trust = trust_in(authority());
    }
    Subject subject;
    subject.target = std::make_unique<LocalServer>(std::move(config));
    subject.setting = setting_for(subject);
    conform::explore_server(subject.setting);
    return subject;
}

Subject client_subject() {
    ClientConfig config;
    config.rng = &tested_rng();
    config.clock = &clock();
    config.trust = trust_in(authority());
    config.alpn_protocols = {"http/1.1"};
    ClientOptions options;
    options.server_name = std::string(server_name);
    Subject subject;
    subject.target = std::make_unique<LocalClient>(std::move(config), std::move(options));
    subject.setting = setting_for(subject);
    conform::explore_client(subject.setting);
    return subject;
}

} // namespace pavise::testing
