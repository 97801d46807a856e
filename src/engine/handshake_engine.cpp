#include "engine/handshake_engine.hpp"

#include "engine/config_check.hpp"
#include "engine/peer_verification.hpp"
#include "handshake/credential.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/server/resumption.hpp"

namespace pavise::engine {

// ---------------------------------------------------------------- beginning

Status HandshakeEngine::open_client(std::shared_ptr<const ClientConfig> config, const ClientOptions& options,
                                    handshake::Transport& transport) {
    if (config == nullptr) return fail(ErrorCode::bad_config);
    PAVISE_LET(const ConfigFacts* const facts, facts_of(*config));
    std::string sni;
    if (!options.server_name.empty()) {
        PAVISE_LET(server_name_, trust::ReferenceName::from_host(options.server_name));
        // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in 'HostName'."
        if (server_name_->kind() == trust::ReferenceName::Kind::dns) sni = server_name_->text();
    } else if (config->verification != PeerVerification::none && !config->deferred.certificate) {
        return fail(ErrorCode::no_server_name);
    }
    client_config_ = std::move(config);
    negotiated_.server_name = sni;
    PAVISE_LET(auto ech, ech_to_offer(options));
    binding_ = binding_in(*facts);
    handshake::ClientStart start{client_config_,
                                 std::move(sni),
                                 reference_name(),
                                 session_to_resume(options),
                                 options.early_data == EarlyData::on ? EarlyDataStatus::pending
                                                                     : EarlyDataStatus::not_offered,
                                 binding_,
                                 std::move(ech)};
    const auto around = surroundings(*client_config_->rng, *client_config_->clock, transport);
    PAVISE_LET(handshake_, handshake::make_client(std::move(start), around));
    return {};
}

Status HandshakeEngine::open_server(std::shared_ptr<const ServerConfig> config,
                                    handshake::Transport& transport) {
    if (config == nullptr) return fail(ErrorCode::bad_config);
    if (config->deferred.config)
        PAVISE_TRY(check_until_chosen(*config));
    else
        PAVISE_TRY(facts_of(*config));
    server_config_ = std::move(config);
    const auto around = surroundings(*server_config_->rng, *server_config_->clock, transport);
    PAVISE_LET(handshake_, handshake::make_server(server_config_, around));
    return {};
}

// What the first hello is encrypted to (RFC 9849 §6.1).
Result<std::optional<handshake::EchChoice>>
HandshakeEngine::ech_to_offer(const ClientOptions& options) const {
    std::optional<handshake::EchChoice> choice;
    if (!options.ech_configs.empty()) {
        PAVISE_LET(choice, handshake::choose_ech_config(options.ech_configs));
    }
    if (!handshake::enables(*client_config_, ProtocolVersion::tls_1_3)) choice.reset();
    if (!choice && client_config_->ech == EchPolicy::required) return fail(ErrorCode::no_usable_ech_config);
    return choice;
}

handshake::Surroundings HandshakeEngine::surroundings(Rng& rng, Clock& clock,
                                                      handshake::Transport& transport) {
    KeyLog* const key_log =
        role_ == Role::client ? client_config_->key_log.get() : server_config_->key_log.get();
    return {*hooks_.provider, rng, clock, transport, negotiated_, key_log, hooks_.tap};
}

RecordPadding HandshakeEngine::padding() const noexcept {
    return role_ == Role::client ? client_config_->padding : server_config_->padding;
}

std::optional<std::uint16_t> HandshakeEngine::max_send_fragment() const noexcept {
    return role_ == Role::client ? client_config_->max_send_fragment : server_config_->max_send_fragment;
}

// ---------------------------------------------------------------- sessions

const SharedBytes& HandshakeEngine::binding_in(const ConfigFacts& facts) const noexcept {
    return medium_ == Medium::quic ? facts.quic_binding : facts.records_binding;
}

std::string HandshakeEngine::reference_name() const {
    return server_name_ ? server_name_->text() : std::string();
}

// A session counts only for the name, the policy and the trusted certificates under which it was made.
Session HandshakeEngine::session_to_resume(const ClientOptions& options) const {
    const std::string name = reference_name();
    if (name.empty()) return {}; // nothing says whom a session would be with
    Session session = options.session;
    if (!session && client_config_->sessions != nullptr)
        session = client_config_->sessions->take(name, client_config_->clock->now());
    if (!session || session.data()->server_name != name || session.data()->binding != binding_) return {};
    return session;
}

void HandshakeEngine::keep_session(Session session) {
    constexpr std::size_t most = 16; // a caller that does not ask keeps the newest
    const std::string name = reference_name();
    if (name.empty()) return;
    if (client_config_->sessions != nullptr) client_config_->sessions->put(name, session);
    if (new_sessions_.size() == most) new_sessions_.erase(new_sessions_.begin());
    new_sessions_.push_back(std::move(session));
}

void HandshakeEngine::forget_sessions() {
    handshake_->forget_session();
    // Tickets of TLS 1.3 are used once. A server that fails before it has named a version may have failed at
    // the session that it was offered.
    if (role_ == Role::server || negotiated_.version == ProtocolVersion::tls_1_3) return;
    std::erase_if(new_sessions_,
                  [](const Session& session) { return session.version() < ProtocolVersion::tls_1_3; });
    const std::string name = reference_name();
    if (client_config_->sessions != nullptr && !name.empty()) client_config_->sessions->forget(name);
}

// ---------------------------------------------------------------- decisions

const DeferredDecisions& HandshakeEngine::deferred() const {
    return role_ == Role::client ? client_config_->deferred : server_config_->deferred;
}

bool HandshakeEngine::config_decides() const {
    switch (handshake_->waiting_for()) {
    case Decision::config: return !deferred().config;
    case Decision::psk: return !deferred().psk;
    case Decision::certificate: return !deferred().certificate;
    case Decision::signature: return !deferred().signature;
    case Decision::none: break;
    }
    return false;
}

Status HandshakeEngine::decide_by_config() {
    switch (handshake_->waiting_for()) {
    case Decision::config: {
        PAVISE_LET(const ConfigFacts* const facts, facts_of(*server_config_));
        binding_ = binding_in(*facts);
        return handshake_->decide(handshake::ConfigChosen{server_config_, binding_});
    }
    case Decision::psk: {
        PAVISE_LET(const auto choice, handshake::server::find_psks(*hooks_.provider, *server_config_,
                                                                   binding_, *handshake_->psk_offer(),
                                                                   handshake_->exchange().clock().now()));
        return handshake_->decide(choice);
    }
    case Decision::certificate: {
        PAVISE_LET(const auto verdict, judge_certificate());
        return handshake_->decide(verdict);
    }
    case Decision::signature: {
        const handshake::PendingSignature& request = *handshake_->pending_signature();
        Rng& rng = handshake_->exchange().rng();
        PAVISE_LET(const ByteVector signature,
                   request.credential.data()->key->sign(request.scheme, request.content, rng));
        return handshake_->decide(handshake::Signature{signature});
    }
    case Decision::none: break;
    }
    return {};
}

Result<handshake::CertificateVerdict> HandshakeEngine::judge_certificate() {
    if (role_ == Role::client) {
        if (negotiated_.ech != EchStatus::rejected)
            return verify_server(*client_config_, server_name_, *hooks_.provider, handshake_->judged());
        // "The client MUST verify that the certificate is valid for ECHConfig.contents.public_name." (RFC
        // 9849 §6.1.7)
        PAVISE_LET(const auto public_name, trust::ReferenceName::from_dns_name(negotiated_.ech_public_name));
        return verify_server(*client_config_, public_name, *hooks_.provider, handshake_->judged());
    }
    return verify_client(*server_config_, *hooks_.provider, handshake_->judged());
}

Result<handshake::CertificateVerdict> HandshakeEngine::verdict(std::optional<Error> refusal) const {
    if (handshake_->waiting_for() != Decision::certificate) return fail(ErrorCode::nothing_to_decide);
    if (refusal) {
        handshake::CertificateVerdict refused;
        refused.refusal = refusal;
        return refused;
    }
    return role_ == Role::client ? accept_server(*client_config_, *hooks_.provider, judged())
                                 : accept_client(*server_config_, *hooks_.provider, judged());
}

Result<handshake::ConfigChosen> HandshakeEngine::config_chosen(std::shared_ptr<const ServerConfig> config) {
    if (handshake_->waiting_for() != Decision::config) return fail(ErrorCode::nothing_to_decide);
    if (config == nullptr) return fail(ErrorCode::bad_config);
    PAVISE_LET(const ConfigFacts* const facts, facts_of(*config));
    binding_ = binding_in(*facts);
    server_config_ = std::move(config);
    handshake_->exchange().set_key_log(server_config_->key_log.get());
    return handshake::ConfigChosen{server_config_, binding_};
}

std::vector<Bytes> HandshakeEngine::offered_psks() const {
    const handshake::PskOffer* offer = handshake_->psk_offer();
    return offer != nullptr ? offer->identities : std::vector<Bytes>();
}

Result<handshake::PskChosen> HandshakeEngine::psk_chosen(const std::optional<FoundPsk>& found) const {
    if (handshake_->waiting_for() != Decision::psk) return fail(ErrorCode::nothing_to_decide);
    handshake::PskChosen choice;
    if (!found) return choice;
    PAVISE_LET(auto psks, handshake::psks_of(*hooks_.provider, found->psk));
    for (handshake::Psk& psk : psks) choice.found.push_back({found->index, std::move(psk)});
    return choice;
}

} // namespace pavise::engine
