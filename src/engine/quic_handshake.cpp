// QuicHandshake: the public face of QuicCore. Every call that can allocate goes through guarded().
#include "base/secret.hpp"
#include "base/try.hpp"
#include "engine/access.hpp"
#include "engine/client_offer.hpp"
#include "engine/outermost.hpp"
#include "engine/quic_core.hpp"

namespace pavise {

using engine::guarded;
using engine::QuicCore;

// ---------------------------------------------------------------- QuicSecret

QuicSecret::QuicSecret(QuicLevel level, QuicUse use, CipherSuite suite, Bytes secret) :
    level_(level),
    use_(use),
    suite_(suite),
    secret_(secret.begin(), secret.end()) {}
QuicSecret::QuicSecret(QuicSecret&&) noexcept = default;
QuicSecret& QuicSecret::operator=(QuicSecret&& other) noexcept {
    level_ = other.level_;
    use_ = other.use_;
    suite_ = other.suite_;
    secret_.swap(other.secret_); // the other one wipes what was here
    return *this;
}
QuicSecret::~QuicSecret() {
    secure_wipe(secret_);
}

Result<QuicPacketKeys> QuicSecret::keys(QuicVersion version) const {
    return QuicPacketKeys::from_secret(version, suite_, use_, secret_);
}

// ---------------------------------------------------------------- QuicHandshake

QuicHandshake::QuicHandshake(std::unique_ptr<QuicCore> core) noexcept : core_(std::move(core)) {}
QuicHandshake::QuicHandshake(QuicHandshake&&) noexcept = default;
QuicHandshake& QuicHandshake::operator=(QuicHandshake&&) noexcept = default;
QuicHandshake::~QuicHandshake() = default;

Result<QuicHandshake> testing::Access::quic_client(std::shared_ptr<const ClientConfig> config,
                                                   const ClientOptions& options, Bytes transport_parameters,
                                                   const engine::Hooks& hooks) {
    return guarded([&]() -> Result<QuicHandshake> {
        PAVISE_LET(auto core, QuicCore::client(config, options, transport_parameters, hooks));
        return QuicHandshake(std::move(core));
    });
}

Result<QuicHandshake> testing::Access::quic_server(std::shared_ptr<const ServerConfig> config,
                                                   Bytes transport_parameters, const engine::Hooks& hooks) {
    return guarded([&]() -> Result<QuicHandshake> {
        PAVISE_LET(auto core, QuicCore::server(config, transport_parameters, hooks));
        return QuicHandshake(std::move(core));
    });
}

Result<QuicHandshake> QuicHandshake::client(std::shared_ptr<const ClientConfig> config,
                                            const ClientOptions& options, Bytes transport_parameters) {
    return testing::Access::quic_client(std::move(config), options, transport_parameters, {});
}

Result<QuicHandshake> QuicHandshake::server(std::shared_ptr<const ServerConfig> config,
                                            Bytes transport_parameters) {
    return testing::Access::quic_server(std::move(config), transport_parameters, {});
}

Status QuicHandshake::receive(QuicLevel level, Bytes bytes) {
    return guarded(*core_, [&] { return core_->receive(level, bytes); });
}
QuicLevel QuicHandshake::read_level() const {
    return core_->read_level();
}
QuicHandshake::Output QuicHandshake::output() const {
    return core_->output();
}
void QuicHandshake::output_taken(std::size_t count) {
    core_->output_taken(count);
}
std::optional<QuicSecret> QuicHandshake::secret() {
    return core_->secret();
}
std::optional<Bytes> QuicHandshake::peer_transport_parameters() const {
    return core_->peer_parameters();
}

bool QuicHandshake::handshake_complete() const {
    return core_->complete();
}
std::optional<Error> QuicHandshake::error() const {
    return core_->error();
}

// ---------------------------------------------------------------- decisions

Decision QuicHandshake::waiting_for() const {
    return core_->waiting_for();
}

std::vector<Bytes> QuicHandshake::chain_to_verify() const {
    if (core_->waiting_for() != Decision::certificate) return {};
    const auto& chain = core_->engine().negotiated().peer_chain;
    return {chain.begin(), chain.end()};
}

Status QuicHandshake::certificate_verdict(std::optional<Error> refusal) {
    return guarded(*core_, [&] { return core_->decide_certificate(refusal); });
}

std::optional<SignatureRequest> QuicHandshake::signature_request() const {
    if (core_->waiting_for() != Decision::signature) return std::nullopt;
    const handshake::PendingSignature& pending = *core_->engine().handshake().pending_signature();
    return SignatureRequest{pending.credential, pending.scheme, pending.content};
}

Status QuicHandshake::provide_signature(Bytes signature) {
    return guarded(*core_, [&] { return core_->decide_signature(signature); });
}

Bytes QuicHandshake::client_hello() const {
    return core_->waiting_for() == Decision::config ? core_->engine().handshake().client_hello() : Bytes();
}

Result<ClientOffer> QuicHandshake::client_offer() const {
    if (core_->waiting_for() != Decision::config) return fail(ErrorCode::nothing_to_decide);
    return guarded([&] { return engine::read_offer(core_->engine().handshake().client_hello()); });
}

Status QuicHandshake::decline_ech() {
    return guarded(*core_, [&] { return core_->engine().handshake().decline_ech(); });
}

Status QuicHandshake::choose_config(std::shared_ptr<const ServerConfig> config) {
    return guarded(*core_, [&] { return core_->choose_config(config); });
}

std::vector<Bytes> QuicHandshake::offered_psks() const {
    return core_->engine().offered_psks();
}

Status QuicHandshake::choose_psk(const std::optional<FoundPsk>& found) {
    return guarded(*core_, [&] { return core_->choose_psk(found); });
}

// ---------------------------------------------------------------- what protocols above need

Status QuicHandshake::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                             MutableBytes out) const {
    return guarded([&] { return core_->engine().export_keying_material(label, context, out); });
}

Result<ByteVector> QuicHandshake::channel_binding(std::string_view type) const {
    return guarded([&] { return core_->engine().channel_binding(type); });
}

std::vector<Session> QuicHandshake::take_sessions() {
    return core_->engine().take_sessions();
}
const Negotiated& QuicHandshake::negotiated() const {
    return core_->engine().negotiated();
}
Role QuicHandshake::role() const {
    return core_->engine().role();
}

std::uint64_t quic_error_code(Error error) noexcept {
    constexpr std::uint64_t internal_error = 0x01;
    constexpr std::uint64_t protocol_violation = 0x0a;
    constexpr std::uint64_t crypto_error = 0x0100; // plus the alert
    switch (error.code) {
    case ErrorCode::quic_session_id:        // RFC 9001 §8.4
    case ErrorCode::quic_ticket_early_data: // §4.6.1
    case ErrorCode::quic_wrong_level:       // §4.1.3
        return protocol_violation;
    default: break;
    }
    const auto alert = alert_of(error);
    return alert ? crypto_error + static_cast<std::uint64_t>(*alert) : internal_error;
}

} // namespace pavise
