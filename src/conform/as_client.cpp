#include "conform/as_client.hpp"

#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "messages/key_update.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

constexpr std::size_t most_answer = 1u << 20;

// Reads until the application's answer is there; what the handshake sends in between is `on_message`'s.
template <class OnMessage>
void read_answer(Trial& trial, peer::Peer& peer, auto matches, OnMessage on_message) {
    std::string text;
    while (trial.ok() && !matches(text)) {
        if (text.size() > most_answer)
            return trial.fails("another answer came than the one that was expected");
        const auto event = peer.next();
        if (!peer.ok()) return;
        if (!event)
            return trial.fails(trial.is_over() ? "the connection was ended before application data came"
                                               : "no application data came");
        if (event->type == ContentType::application_data)
            text.append(event->bytes.begin(), event->bytes.end());
        else if (event->type == ContentType::handshake)
            on_message(*event);
        else
            return trial.fails(peer::describe(event) + " came instead of application data");
    }
}

bool is_retry(const std::optional<peer::Event>& event) {
    constexpr std::size_t random_at = messages::handshake_header_size + 2;
    return event && event->type == ContentType::handshake &&
           event->bytes.size() >= random_at + messages::hello_retry_request_random.size() &&
           std::equal(messages::hello_retry_request_random.begin(),
                      messages::hello_retry_request_random.end(), event->bytes.begin() + random_at);
}

} // namespace

// ---------------------------------------------------------------- TLS 1.3

AsClient13::AsClient13(Setting& setting) : Trial(setting) {
    script.server_name = setting.server_name;
    if (!setting.profile.suites13.empty()) script.cipher_suites = setting.profile.suites13;
    // Large shares have checks of their own.
    std::vector<NamedGroup> groups = setting.profile.groups13;
    std::erase(groups, NamedGroup::x25519_ml_kem_768);
    if (!groups.empty()) script.groups = std::move(groups);
}

peer::ScriptedClient& AsClient13::client() {
    return client_ == nullptr ? reconnect() : *client_;
}

peer::ScriptedClient& AsClient13::reconnect() {
    if (client_ != nullptr) keep_journal();
    client_.reset();
    client_ = std::make_unique<peer::ScriptedClient>(script, connect_link(), crypto::botan_provider(),
                                                     *setting().rng);
    client_->set_meddler(setting().saboteur);
    return *client_;
}

void AsClient13::offer_only_suites_of(const peer::PskOffer& psk) {
    const auto own = crypto::suite13(psk.suite);
    std::erase_if(script.cipher_suites, [&](CipherSuite id) {
        const auto suite = crypto::suite13(id);
        return !suite || !own || suite->hash != own->hash;
    });
}

void AsClient13::connect() {
    client().connect();
}

void AsClient13::connect_for_tickets() {
    // Servers need not give tickets to clients that name no modes of pre-shared keys (RFC 8446 §4.2.9).
    Hello hello = this->hello();
    peer::ScriptedClient::allow_psks(hello);
    client().send_client_hello(hello);
    client().expect_flight();
    client().send_second_flight();
}

peer::PskOffer AsClient13::ticket() {
    connect_for_tickets();
    auto offer = client().expect_ticket();
    if (ok()) reconnect();
    return offer;
}

messages::ServerHello AsClient13::be_retried() {
    Hello hello = this->hello();
    hello.extensions.set(ExtensionType::key_share, bytes({0, 0}));
    client().send_client_hello(hello);
    return client().expect_hello_retry_request();
}

void AsClient13::accepts(HelloEdit edit) {
    Hello changed = hello();
    edit(changed);
    from_here();
    client().send_client_hello(changed);
    accepted();
}

void AsClient13::refuses(const Alerts& alerts, HelloEdit edit) {
    Hello changed = hello();
    edit(changed);
    client().send_client_hello(changed);
    refused(alerts);
}

void AsClient13::refuses_second(const Alerts& alerts, HelloEdit edit) {
    const auto retry = be_retried();
    if (!ok()) return;
    Hello second = client().second_client_hello(retry);
    edit(second);
    client().send_client_hello(second);
    refused(alerts);
}

void AsClient13::accepted() {
    expects("the handshake is completed, and the connection carries data");
    from_here();
    if (!ok()) return;
    if (is_retry(client().peek()))
        client().send_client_hello(client().second_client_hello(client().expect_hello_retry_request()));
    client().expect_flight();
    client().send_second_flight();
    serves();
}

void AsClient13::serves() {
    expects("the connection carries data");
    from_here();
    if (!profile().talks) {
        client().send_alert(AlertDescription::close_notify, AlertLevel::warning);
        return close_notify_answered();
    }
    client().send_data(setting().probe.request);
    read_answer(
        *this, client(), [&](std::string_view text) { return matches_probe(text); },
        [&](const peer::Event& event) {
            if (static_cast<HandshakeType>(event.bytes[0]) == HandshakeType::key_update)
                client().update_read_keys();
        });
}

// ---------------------------------------------------------------- TLS 1.2

AsClient12::AsClient12(Setting& setting) : Trial(setting) {
    script.server_name = setting.server_name;
    if (!setting.profile.suites12.empty()) script.cipher_suites = setting.profile.suites12;
    if (setting.profile.groups12.empty()) return;
    script.groups = setting.profile.groups12;
    // They also say which curves a certificate may have (RFC 8422 §5.1.1).
    for (const NamedGroup curve : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1})
        if (std::ranges::find(script.groups, curve) == script.groups.end()) script.groups.push_back(curve);
}

peer::ScriptedClient12& AsClient12::client() {
    return client_ == nullptr ? reconnect() : *client_;
}

peer::ScriptedClient12& AsClient12::reconnect() {
    if (client_ != nullptr) keep_journal();
    client_.reset();
    client_ = std::make_unique<peer::ScriptedClient12>(script, connect_link(), crypto::botan_provider(),
                                                       *setting().rng);
    client_->set_meddler(setting().saboteur);
    return *client_;
}

void AsClient12::connect() {
    client().connect();
}

void AsClient12::expect_flight() {
    client().expect_server_hello();
    client().expect_rest_of_flight();
}

peer::Session12 AsClient12::session() {
    Hello hello = this->hello();
    if (profile().tickets12) hello.extensions.add(ExtensionType::session_ticket, {});
    client().send_client_hello(hello);
    expect_flight();
    client().send_second_flight();
    client().expect_second_flight();
    auto session = client().session();
    if (ok() && session.ticket.empty() && session.session_id.empty())
        does_not_apply("the server gave no session to resume");
    if (ok()) reconnect();
    return session;
}

void AsClient12::accepts(HelloEdit edit) {
    Hello changed = hello();
    edit(changed);
    from_here();
    client().send_client_hello(changed);
    accepted();
}

void AsClient12::refuses(const Alerts& alerts, HelloEdit edit) {
    Hello changed = hello();
    edit(changed);
    client().send_client_hello(changed);
    refused(alerts);
}

void AsClient12::accepted() {
    expects("the handshake is completed, and the connection carries data");
    from_here();
    expect_flight();
    client().send_second_flight();
    client().expect_second_flight();
    serves();
}

void AsClient12::serves() {
    expects("the connection carries data");
    from_here();
    if (!profile().talks) {
        client().send_alert(AlertDescription::close_notify, AlertLevel::warning);
        return close_notify_answered();
    }
    client().send_data(setting().probe.request);
    read_answer(
        *this, client(), [&](std::string_view text) { return matches_probe(text); },
        [&](const peer::Event& event) {
            if (static_cast<HandshakeType>(event.bytes[0]) != HandshakeType::hello_request)
                fails(peer::describe(event) + " came instead of application data");
        });
}

} // namespace pavise::conform
