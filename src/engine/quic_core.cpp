#include "engine/quic_core.hpp"

#include "base/try.hpp"
#include "handshake/decisions.hpp"

namespace pavise::engine {

using handshake::Level;

namespace {

QuicLevel quic_level(Level level) {
    switch (level) {
    case Level::initial: return QuicLevel::initial;
    case Level::early_data: return QuicLevel::early_data;
    case Level::handshake: return QuicLevel::handshake;
    case Level::application: return QuicLevel::application;
    }
    return QuicLevel::initial;
}

void take_out_records(ClientConfig& config) {
    config.record_size_limit.reset();
    config.max_fragment_length.reset();
}
void take_out_records(ServerConfig& config) {
    config.record_size_limit.reset();
}

// The config without what QUIC has not: "Clients MUST NOT offer TLS versions older than 1.3" (RFC 9001 §4.2),
// "A client MUST NOT request the use of the TLS 1.3 compatibility mode" (§8.4), and there are no records.
template <class Config>
Result<std::shared_ptr<const Config>> for_quic(const std::shared_ptr<const Config>& config) {
    if (config == nullptr || config->versions.most < ProtocolVersion::tls_1_3 ||
        config->alpn_protocols.empty())
        return fail(ErrorCode::bad_config);
    auto copy = std::make_shared<Config>(*config);
    copy->versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    copy->middlebox_compatibility = MiddleboxCompatibility::off;
    take_out_records(*copy);
    return std::shared_ptr<const Config>(std::move(copy));
}

} // namespace

// ---------------------------------------------------------------- beginning

Result<std::unique_ptr<QuicCore>> QuicCore::client(const std::shared_ptr<const ClientConfig>& config,
                                                   const ClientOptions& options, Bytes parameters,
                                                   const Hooks& hooks) {
    PAVISE_LET(auto fitting, for_quic(config));
    std::unique_ptr<QuicCore> core(new QuicCore(Role::client, parameters, hooks));
    PAVISE_TRY(core->engine_.open_client(std::move(fitting), options, *core));
    PAVISE_TRY(core->engine_.handshake().start());
    PAVISE_TRY(core->resolve_decisions());
    return core;
}

Result<std::unique_ptr<QuicCore>> QuicCore::server(const std::shared_ptr<const ServerConfig>& config,
                                                   Bytes parameters, const Hooks& hooks) {
    PAVISE_LET(auto fitting, for_quic(config));
    std::unique_ptr<QuicCore> core(new QuicCore(Role::server, parameters, hooks));
    PAVISE_TRY(core->engine_.open_server(std::move(fitting), *core));
    return core;
}

// ---------------------------------------------------------------- CRYPTO frames

Status QuicCore::usable() const {
    if (failure_) return Unexpected(*failure_);
    return {};
}

Status QuicCore::poison(Error error) noexcept {
    if (!failure_) failure_ = error;
    return Unexpected(*failure_);
}

QuicLevel QuicCore::read_level() const {
    return quic_level(engine_.handshake().read_level());
}

Status QuicCore::receive(QuicLevel level, Bytes bytes) {
    PAVISE_TRY(usable());
    if (bytes.empty()) return {};
    // "If the packet is from a previously installed encryption level, it MUST NOT contain data that extends
    // past the end of previously received data in that flow. Implementations MUST treat any violations of
    // this requirement as a connection error" (RFC 9001 §4.1.3)
    if (level != read_level())
        return poison({ErrorCode::quic_wrong_level, static_cast<std::uint16_t>(level)});
    if (auto status = engine_.handshake().receive(bytes); !status) return poison(status.error());
    if (auto status = resolve_decisions(); !status) return poison(status.error());
    return {};
}

QuicHandshake::Output QuicCore::output() const {
    if (pieces_.empty()) return {quic_level(write_level_), {}};
    const Piece& piece = pieces_.front();
    return {piece.level, Bytes(piece.bytes).subspan(piece.taken)};
}

void QuicCore::output_taken(std::size_t count) {
    if (pieces_.empty()) return;
    Piece& piece = pieces_.front();
    piece.taken += std::min(count, piece.bytes.size() - piece.taken);
    if (piece.taken == piece.bytes.size()) pieces_.pop_front();
}

Status QuicCore::send(Bytes message) {
    const QuicLevel level = quic_level(write_level_);
    if (pieces_.empty() || pieces_.back().level != level) pieces_.push_back({level, {}});
    ByteVector& bytes = pieces_.back().bytes;
    bytes.insert(bytes.end(), message.begin(), message.end());
    return {};
}

// ---------------------------------------------------------------- secrets

Status QuicCore::install_write_secret(Level level, const crypto::Suite13& suite, Bytes secret,
                                      crypto::Hmac&) {
    secrets_.emplace_back(quic_level(level), QuicUse::sending, suite.id, secret);
    // No CRYPTO frame goes in a 0-RTT packet (RFC 9001 §8.3).
    if (level != Level::early_data) write_level_ = level;
    return {};
}

Status QuicCore::install_read_secret(Level level, const crypto::Suite13& suite, Bytes secret, crypto::Hmac&) {
    secrets_.emplace_back(quic_level(level), QuicUse::receiving, suite.id, secret);
    return {};
}

std::optional<QuicSecret> QuicCore::secret() {
    if (secrets_.empty()) return std::nullopt;
    std::optional<QuicSecret> next(std::move(secrets_.front()));
    secrets_.pop_front();
    return next;
}

std::optional<Bytes> QuicCore::peer_parameters() const {
    if (!peer_parameters_) return std::nullopt;
    return Bytes(*peer_parameters_);
}

// ---------------------------------------------------------------- decisions

Status QuicCore::resolve_decisions() {
    while (engine_.config_decides()) PAVISE_TRY(engine_.decide_by_config());
    return {};
}

template <class Answer> Status QuicCore::decide(const Answer& answer) {
    PAVISE_TRY(usable());
    if (auto decided = engine_.handshake().decide(answer); !decided)
        return decided.error().code == ErrorCode::nothing_to_decide ? decided : poison(decided.error());
    if (auto status = resolve_decisions(); !status) return poison(status.error());
    return {};
}

Status QuicCore::decide_certificate(std::optional<Error> refusal) {
    PAVISE_TRY(usable());
    PAVISE_LET(const auto verdict, engine_.verdict(refusal));
    return decide(verdict);
}

Status QuicCore::decide_signature(Bytes signature) {
    return decide(handshake::Signature{signature});
}

Status QuicCore::choose_config(const std::shared_ptr<const ServerConfig>& config) {
    PAVISE_TRY(usable());
    PAVISE_LET(auto fitting, for_quic(config));
    PAVISE_LET(const auto choice, engine_.config_chosen(std::move(fitting)));
    return decide(choice);
}

Status QuicCore::choose_psk(const std::optional<FoundPsk>& found) {
    PAVISE_TRY(usable());
    PAVISE_LET(const auto choice, engine_.psk_chosen(found));
    return decide(choice);
}

} // namespace pavise::engine
