// Connection: the public face of ConnectionCore. Every call that can allocate goes through guarded().
#include "engine/access.hpp"
#include "engine/client_offer.hpp"
#include "engine/outermost.hpp"

namespace pavise {

using engine::ConnectionCore;
using engine::guarded;

Connection::Connection(std::unique_ptr<ConnectionCore> core) noexcept : core_(std::move(core)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> testing::Access::client(std::shared_ptr<const ClientConfig> config,
                                           const ClientOptions& options, const engine::Hooks& hooks) {
    return guarded([&]() -> Result<Connection> {
        PAVISE_LET(auto core, ConnectionCore::client(std::move(config), options, hooks));
        return Connection(std::move(core));
    });
}

Result<Connection> testing::Access::server(std::shared_ptr<const ServerConfig> config,
                                           const engine::Hooks& hooks) {
    return guarded([&]() -> Result<Connection> {
        PAVISE_LET(auto core, ConnectionCore::server(std::move(config), hooks));
        return Connection(std::move(core));
    });
}

Result<Connection> Connection::client(std::shared_ptr<const ClientConfig> config,
                                      const ClientOptions& options) {
    return testing::Access::client(std::move(config), options, {});
}

Result<Connection> Connection::server(std::shared_ptr<const ServerConfig> config) {
    return testing::Access::server(std::move(config), {});
}

// ---------------------------------------------------------------- records in

MutableBytes Connection::receive_space() {
    const auto space = guarded(*core_, [&]() -> Result<MutableBytes> { return core_->receive_space(); });
    return space ? *space : MutableBytes();
}

Status Connection::received(std::size_t count) {
    return guarded(*core_, [&] { return core_->received(count); });
}

Result<std::size_t> Connection::feed(Bytes bytes) {
    return guarded(*core_, [&] { return core_->feed(bytes); });
}

Status Connection::transport_closed() {
    return core_->transport_closed();
}

// ---------------------------------------------------------------- records out

Bytes Connection::output() {
    const auto bytes = guarded(*core_, [&]() -> Result<Bytes> { return core_->sending().output(); });
    return bytes ? *bytes : Bytes();
}

bool Connection::output_due() const {
    return core_->output_due();
}

void Connection::output_sent(std::size_t count) {
    core_->sending().output_sent(count);
}

// ---------------------------------------------------------------- application data

Bytes Connection::data() {
    return core_->data();
}

Status Connection::data_read(std::size_t count) {
    return guarded(*core_, [&] { return core_->data_read(count); });
}

Result<std::size_t> Connection::write(Bytes data) {
    return guarded(*core_, [&] { return core_->sending().write(data); });
}

Result<MutableBytes> Connection::reserve(std::size_t want) {
    return guarded(*core_, [&] { return core_->sending().reserve(want); });
}

Status Connection::commit(std::size_t used) {
    return core_->sending().commit(used);
}

// ---------------------------------------------------------------- state, ending, rekeying

bool Connection::wants_input() const {
    return core_->wants_input();
}
bool Connection::handshake_complete() const {
    return core_->handshake_complete();
}
bool Connection::peer_closed() const {
    return core_->peer_closed();
}
bool Connection::closed() const {
    return core_->closed();
}
std::optional<Error> Connection::error() const {
    return core_->error();
}

Status Connection::close() {
    return guarded(*core_, [&] { return core_->sending().close(); });
}

Status Connection::cancel() {
    return guarded(*core_, [&] { return core_->sending().cancel(); });
}

Status Connection::refuse(AlertDescription reason) {
    return guarded(*core_, [&] { return core_->refuse(reason); });
}

Status Connection::update_keys(KeyUpdateScope scope) {
    return guarded(*core_, [&] { return core_->sending().update_keys(scope); });
}

void Connection::release_idle() {
    core_->release_idle();
}

Status Connection::request_certificate(PeerVerification how) {
    return guarded(*core_, [&] { return core_->request_certificate(how); });
}
std::size_t Connection::certificate_requests() const {
    return core_->certificate_requests();
}

// ---------------------------------------------------------------- decisions

Decision Connection::waiting_for() const {
    return core_->waiting_for();
}

std::vector<Bytes> Connection::chain_to_verify() const {
    if (core_->waiting_for() != Decision::certificate) return {};
    const auto& chain = core_->engine().judged().peer_chain;
    return {chain.begin(), chain.end()};
}

Status Connection::certificate_verdict(std::optional<Error> refusal) {
    return guarded(*core_, [&] { return core_->decide_certificate(refusal); });
}

std::optional<SignatureRequest> Connection::signature_request() const {
    if (core_->waiting_for() != Decision::signature) return std::nullopt;
    const handshake::PendingSignature& pending = *core_->engine().handshake().pending_signature();
    return SignatureRequest{pending.credential, pending.scheme, pending.content};
}

Status Connection::provide_signature(Bytes signature) {
    return guarded(*core_, [&] { return core_->decide(handshake::Signature{signature}); });
}

Bytes Connection::client_hello() const {
    return core_->waiting_for() == Decision::config ? core_->engine().handshake().client_hello() : Bytes();
}

Result<ClientOffer> Connection::client_offer() const {
    if (core_->waiting_for() != Decision::config) return fail(ErrorCode::nothing_to_decide);
    return guarded([&] { return engine::read_offer(core_->engine().handshake().client_hello()); });
}

Status Connection::choose_config(std::shared_ptr<const ServerConfig> config) {
    return guarded(*core_, [&] { return core_->choose_config(std::move(config)); });
}

Status Connection::decline_ech() {
    return guarded(*core_, [&] { return core_->engine().handshake().decline_ech(); });
}

std::vector<Bytes> Connection::offered_psks() const {
    return core_->engine().offered_psks();
}

Status Connection::choose_psk(const std::optional<FoundPsk>& found) {
    return guarded(*core_, [&] { return core_->choose_psk(found); });
}

Status Connection::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                          MutableBytes out) const {
    return guarded([&] { return core_->engine().export_keying_material(label, context, out); });
}

Result<ByteVector> Connection::channel_binding(std::string_view type) const {
    return guarded([&] { return core_->engine().channel_binding(type); });
}

std::vector<Session> Connection::take_sessions() {
    return core_->engine().take_sessions();
}
std::size_t Connection::early_data_room() const {
    return core_->sending().early_data_room();
}

const Negotiated& Connection::negotiated() const {
    return core_->engine().negotiated();
}
Role Connection::role() const {
    return core_->engine().role();
}

} // namespace pavise
