#include "conform/as_server.hpp"

#include "crypto/provider.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>
#include <utility>

namespace pavise::conform {

namespace {

constexpr std::string_view answer = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// What the client says by itself, where it does.
void hear(Trial& trial, peer::Peer& peer, bool& heard) {
    if (!trial.profile().talks || std::exchange(heard, true)) return;
    while (trial.ok()) {
        const auto event = peer.next();
        if (event && event->type == ContentType::application_data) {
            if (event->bytes.empty()) continue;
            return;
        }
        if (peer.ok()) peer.complain("expected application data, got " + peer::describe(event));
    }
}

// The client's data first, where it sends some; then ours, and the end.
void talk(Trial& trial, peer::Peer& peer, bool& heard) {
    trial.expects("the connection works");
    trial.from_here();
    hear(trial, peer, heard);
    peer.send_data(answer);
    peer.send_alert(AlertDescription::close_notify, AlertLevel::warning);
    trial.close_notify_answered();
}

} // namespace

// ---------------------------------------------------------------- TLS 1.3

AsServer13::AsServer13(Setting& setting) : Trial(setting) {
    script.credential = setting.server_credential;
}

peer::ScriptedServer& AsServer13::server() {
    return server_ == nullptr ? reconnect() : *server_;
}

peer::ScriptedServer& AsServer13::reconnect() {
    if (server_ != nullptr) keep_journal();
    server_.reset();
    server_ = std::make_unique<peer::ScriptedServer>(script, connect_link(), crypto::botan_provider(),
                                                     *setting().rng);
    server_->set_meddler(setting().saboteur);
    heard_ = false;
    return *server_;
}

void AsServer13::hello() {
    server().expect_client_hello();
}

void AsServer13::begin() {
    hello();
    server().send_server_hello();
}

void AsServer13::connect() {
    server().connect();
    hear(*this, server(), heard_);
}

std::optional<NamedGroup> AsServer13::group_without_share() {
    const ByteVector block = server().client_hello().extensions.block();
    const auto extensions = messages::Extensions::from_block(block);
    const auto groups = extensions.get<messages::SupportedGroups>();
    const auto shares = extensions.get<messages::KeyShareClientHello>();
    if (!groups || !*groups || !shares || !*shares) return std::nullopt;
    for (const NamedGroup group : (*groups)->values)
        if (crypto::botan_provider().supports(group) && !(*shares)->find(group)) return group;
    return std::nullopt;
}

std::optional<NamedGroup> AsServer13::request_retry() {
    hello();
    if (!ok()) return std::nullopt;
    const auto group = group_without_share();
    if (group)
        server().send_hello_retry_request(server().hello_retry_request(*group));
    else
        does_not_apply("the client sends a key share for every group that it offers");
    return group;
}

void AsServer13::retry() {
    if (request_retry()) server().expect_client_hello();
}

void AsServer13::accepts(ServerHelloEdit edit) {
    hello();
    auto changed = server().server_hello();
    edit(changed);
    from_here();
    server().send_server_hello(changed);
    accepted();
}

void AsServer13::refuses(const Alerts& alerts, ServerHelloEdit edit) {
    hello();
    auto changed = server().server_hello();
    edit(changed);
    // Its alert comes in the clear, or under the keys of the handshake where it only looked at the hello
    // afterwards.
    server().send_server_hello(changed);
    refused(alerts);
}

void AsServer13::refuses_retry(const Alerts& alerts, ServerHelloEdit edit) {
    hello();
    if (!ok()) return;
    const auto group = group_without_share();
    if (!group) return does_not_apply("the client sends a key share for every group that it offers");
    auto changed = server().hello_retry_request(*group);
    edit(changed);
    server().send_hello_retry_request(changed);
    refused(alerts);
}

void AsServer13::refuses_encrypted_extensions(const Alerts& alerts,
                                              void (*edit)(peer::ExtensionsDraft& extensions)) {
    begin();
    auto changed = server().encrypted_extensions();
    edit(changed.extensions);
    server().send(changed);
    from_here();
    // A client may wait for the whole flight before it looks at what came.
    if (ok() && !us().peek() && !is_over()) {
        server().send_certificate();
        server().send_certificate_verify();
        server().send_finished();
    }
    refused(alerts);
}

void AsServer13::accepted() {
    expects("the handshake is completed, and the connection works");
    from_here();
    server().send_rest_of_flight();
    server().expect_finished();
    serves();
}

void AsServer13::serves() {
    talk(*this, server(), heard_);
}

// ---------------------------------------------------------------- TLS 1.2

AsServer12::AsServer12(Setting& setting) : Trial(setting) {
    script.credential = setting.server_credential;
}

peer::ScriptedServer12& AsServer12::server() {
    return server_ == nullptr ? reconnect() : *server_;
}

peer::ScriptedServer12& AsServer12::reconnect() {
    if (server_ != nullptr) keep_journal();
    server_.reset();
    server_ = std::make_unique<peer::ScriptedServer12>(script, connect_link(), crypto::botan_provider(),
                                                       *setting().rng);
    server_->set_meddler(setting().saboteur);
    heard_ = false;
    return *server_;
}

void AsServer12::hello() {
    server().expect_client_hello();
}

void AsServer12::begin() {
    hello();
    server().send_server_hello();
}

void AsServer12::connect() {
    server().connect();
    hear(*this, server(), heard_);
}

void AsServer12::accepts(ServerHelloEdit edit) {
    hello();
    auto changed = server().server_hello();
    edit(changed);
    from_here();
    server().send_server_hello(changed);
    accepted();
}

void AsServer12::refuses(const Alerts& alerts, ServerHelloEdit edit) {
    hello();
    auto changed = server().server_hello();
    edit(changed);
    server().send_server_hello(changed);
    from_here();
    // A client may wait for the whole flight before it looks at the hello.
    if (ok() && !us().peek() && !is_over()) server().send_rest_of_flight();
    refused(alerts);
}

void AsServer12::accepted() {
    expects("the handshake is completed, and the connection works");
    from_here();
    server().send_rest_of_flight();
    server().expect_second_flight();
    server().send_second_flight();
    serves();
}

void AsServer12::serves() {
    talk(*this, server(), heard_);
}

} // namespace pavise::conform
