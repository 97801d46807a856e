// The public scripted peer, over the two roles' own classes.
#include "peer/client.hpp"
#include "peer/connection_link.hpp"
#include "peer/null_provider.hpp"
#include "peer/server.hpp"

#include <pavise/testing/peer.hpp>

#include <optional>
#include <utility>

namespace pavise::testing {

namespace {

const crypto::Provider& provider_of(Cryptography cryptography) {
    return cryptography == Cryptography::null ? peer::null_provider() : crypto::botan_provider();
}

peer::ClientScript client_script(const ScriptedPeerOptions& options) {
    peer::ClientScript script;
    script.server_name = options.server_name;
    script.credential = options.credential;
    if (!options.alpn_protocol.empty()) script.alpn_protocols = {options.alpn_protocol};
    return script;
}

peer::ServerScript server_script(const ScriptedPeerOptions& options) {
    peer::ServerScript script;
    script.credential = options.credential;
    script.alpn_protocol = options.alpn_protocol;
    return script;
}

} // namespace

std::unique_ptr<Link> link_to(Connection& connection, std::size_t step) {
    return std::make_unique<peer::ConnectionLink>(connection, step);
}

struct ScriptedPeer::Parts final : peer::Meddler {
    Rewrite rewrite;
    std::optional<AlertDescription> alert;
    // One of the two.
    std::optional<peer::ScriptedClient> client;
    std::optional<peer::ScriptedServer> server;

    Parts(const ScriptedPeerOptions& options, Link& link, Rng& rng) : rewrite(options.rewrite) {
        const crypto::Provider& provider = provider_of(options.cryptography);
        if (options.role == Role::client)
            client.emplace(client_script(options), link, provider, rng);
        else
            server.emplace(server_script(options), link, provider, rng);
        peer().set_meddler(this);
    }
    peer::Peer& peer() {
        if (client) return *client;
        return *server;
    }

    void outgoing(ByteVector& messages) override {
        if (rewrite) rewrite(messages);
    }
    void incoming(std::optional<peer::Event>& event) override {
        if (event && event->type == ContentType::alert && event->bytes.size() == 2)
            alert = static_cast<AlertDescription>(event->bytes[1]);
    }
};

ScriptedPeer::ScriptedPeer(const ScriptedPeerOptions& options, Link& link, Rng& rng) :
    parts_(std::make_unique<Parts>(options, link, rng)) {}
ScriptedPeer::ScriptedPeer(ScriptedPeer&&) noexcept = default;
ScriptedPeer& ScriptedPeer::operator=(ScriptedPeer&&) noexcept = default;
ScriptedPeer::~ScriptedPeer() = default;

void ScriptedPeer::connect() {
    if (parts_->client)
        parts_->client->connect();
    else
        parts_->server->connect();
}
bool ScriptedPeer::ok() const {
    return parts_->peer().ok();
}
const std::string& ScriptedPeer::complaint() const {
    return parts_->peer().complaint();
}
std::optional<AlertDescription> ScriptedPeer::alert() const {
    return parts_->alert;
}

void ScriptedPeer::send_message(Bytes message) {
    const Rewrite rewrite = std::exchange(parts_->rewrite, {});
    parts_->peer().send_message(message);
    parts_->rewrite = rewrite;
}
void ScriptedPeer::send_record(ContentType type, Bytes content, std::size_t padding) {
    parts_->peer().send_record(type, content, padding);
}
void ScriptedPeer::send_bytes(Bytes bytes) {
    parts_->peer().send_bytes(bytes);
}
void ScriptedPeer::send_data(Bytes data) {
    parts_->peer().send_data(as_text(data));
}
void ScriptedPeer::send_alert(AlertDescription description, AlertLevel level) {
    parts_->peer().send_alert(description, level);
}
void ScriptedPeer::send_key_update(KeyUpdateRequest request) {
    if (parts_->client)
        parts_->client->send_key_update(request);
    else
        parts_->server->send_key_update(request);
}

std::optional<PeerEvent> ScriptedPeer::next() {
    auto event = parts_->peer().next();
    if (!event) return std::nullopt;
    // RFC 8446 §4.6.3: what follows a KeyUpdate is under the next generation of keys.
    if (event->type == ContentType::handshake &&
        static_cast<HandshakeType>(event->bytes.at(0)) == HandshakeType::key_update)
        parts_->peer().update_read_keys();
    return PeerEvent{event->type, std::move(event->bytes)};
}

} // namespace pavise::testing
