// A handshake and all that decides it but bytes: configs, the name to be proven, sessions, decisions,
// exported keys. A transport (Connection's records, or QUIC) holds one and moves its messages.
//
// Errors are for good: the transport that sees one fails. Nothing here throws but std::bad_alloc.
#pragma once

#include "engine/config_facts.hpp"
#include "handshake/handshake.hpp"
#include "trust/name_match.hpp"
#include "wire/tap.hpp"

#include <pavise/engine.hpp>

#include <optional>

namespace pavise::engine {

// What tests inject besides the config: see <pavise/testing/…>.
struct Hooks {
    const crypto::Provider* provider = &crypto::botan_provider();
    wire::Tap* tap = nullptr;
    // Of the first application keys, in both directions: a test need not send 2^24 records to meet a limit.
    std::uint64_t first_sequence_number = 0;
};

// Sessions of the two transports are kept apart (RFC 9001 §4.5: what QUIC remembers with one, records have
// not).
enum class Medium : std::uint8_t { records, quic };

class HandshakeEngine {
    Role role_;
    Medium medium_;
    Hooks hooks_;
    std::shared_ptr<const ClientConfig> client_config_; // one of the two
    std::shared_ptr<const ServerConfig> server_config_;
    std::optional<trust::ReferenceName> server_name_;
    Negotiated negotiated_;
    std::unique_ptr<handshake::Handshake> handshake_;
    std::vector<Session> new_sessions_;
    SharedBytes binding_; // what our sessions are bound to

  public:
    HandshakeEngine(Role role, Medium medium, const Hooks& hooks) :
        role_(role),
        medium_(medium),
        hooks_(hooks) {}

    // One of the two comes first. Nothing is sent before handshake().start().
    Status open_client(std::shared_ptr<const ClientConfig> config, const ClientOptions& options,
                       handshake::Transport& transport);
    Status open_server(std::shared_ptr<const ServerConfig> config, handshake::Transport& transport);

    Role role() const noexcept { return role_; }
    const Hooks& hooks() const noexcept { return hooks_; }
    handshake::Handshake& handshake() noexcept { return *handshake_; }
    const handshake::Handshake& handshake() const noexcept { return *handshake_; }
    Negotiated& negotiated() noexcept { return negotiated_; }
    const Negotiated& negotiated() const noexcept { return negotiated_; }
    // Null in the other role.
    const ClientConfig* client_config() const noexcept { return client_config_.get(); }
    const ServerConfig* server_config() const noexcept { return server_config_.get(); }
    RecordPadding padding() const noexcept;
    std::optional<std::uint16_t> max_send_fragment() const noexcept;

    // ---- decisions
    // Whether the config decides what the handshake waits for; its caller decides everything else.
    bool config_decides() const;
    // Whose chain is to be verified, while the handshake waits for that.
    const Negotiated& judged() const { return handshake_->judged(); }
    // Precondition: config_decides().
    Status decide_by_config();
    // The caller's answers, as the handshake takes them. An error (nothing_to_decide, or an answer that
    // cannot be) leaves the handshake as it was.
    Result<handshake::CertificateVerdict> verdict(std::optional<Error> refusal) const;
    Result<handshake::ConfigChosen> config_chosen(std::shared_ptr<const ServerConfig> config);
    Result<handshake::PskChosen> psk_chosen(const std::optional<FoundPsk>& found) const;
    std::vector<Bytes> offered_psks() const;

    // ---- sessions
    void keep_session(Session session);
    std::vector<Session> take_sessions() { return std::exchange(new_sessions_, {}); }
    // After a fatal alert, sent or received: what may be used again must not be (RFC 5246 §7.2.2).
    void forget_sessions();

    // ---- keys and bindings for protocols above (channel_binding.cpp)
    Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes out) const;
    Result<ByteVector> channel_binding(std::string_view type) const;

  private:
    Result<std::optional<handshake::EchChoice>> ech_to_offer(const ClientOptions& options) const;
    handshake::Surroundings surroundings(Rng& rng, Clock& clock, handshake::Transport& transport);
    const DeferredDecisions& deferred() const;
    const SharedBytes& binding_in(const ConfigFacts& facts) const noexcept;
    // The name that the server must prove, which is more than the SNI: an IP address is not sent.
    std::string reference_name() const;
    Session session_to_resume(const ClientOptions& options) const;
    Result<handshake::CertificateVerdict> judge_certificate();
};

} // namespace pavise::engine
