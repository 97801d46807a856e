// What stands behind a Connection: the two halves, the handshake between them, and the decisions.
//
// Nothing here throws but std::bad_alloc, which the outermost entry (outermost.hpp) turns into a failed
// connection.
#pragma once

#include "engine/sending_half.hpp"
#include "handshake/handshake.hpp"
#include "record/reader.hpp"
#include "trust/name_match.hpp"

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

class ConnectionCore final : private handshake::Transport {
    Role role_;
    std::shared_ptr<const ClientConfig> client_config_; // one of the two
    std::shared_ptr<const ServerConfig> server_config_;
    std::optional<trust::ReferenceName> server_name_;
    Hooks hooks_;

    Mailbox mailbox_;
    SendingHalf sending_;
    record::RecordReader reader_;
    std::uint64_t first_read_sequence_number_;
    MutableBytes data_; // what is left of the current record's application data
    Negotiated negotiated_;
    std::unique_ptr<handshake::Handshake> handshake_;
    std::atomic<bool> peer_closed_{false};
    std::size_t early_data_left_ = 0; // server: bytes of early data that may yet come
    std::vector<Session> new_sessions_;
    ByteVector binding_; // what our sessions are bound to

    ConnectionCore(Role role, const Hooks& hooks) :
        role_(role),
        hooks_(hooks),
        sending_(*hooks.provider, mailbox_, hooks.tap),
        first_read_sequence_number_(hooks.first_sequence_number) {}

  public:
    static Result<std::unique_ptr<ConnectionCore>> client(std::shared_ptr<const ClientConfig> config,
                                                          const ClientOptions& options, const Hooks& hooks);
    static Result<std::unique_ptr<ConnectionCore>> server(std::shared_ptr<const ServerConfig> config,
                                                          const Hooks& hooks);

    // ---- the ports, as Connection has them
    MutableBytes receive_space();
    Status received(std::size_t count);
    Result<std::size_t> feed(Bytes bytes);
    Status transport_closed();
    Bytes data() const noexcept { return data_; }
    Status data_read(std::size_t count);
    SendingHalf& sending() noexcept { return sending_; }
    bool output_due() const noexcept { return mailbox_.output_requested() || sending_.alert_due(); }

    // ---- state
    bool wants_input() const;
    bool handshake_complete() const { return sending_.is_open(); }
    bool peer_closed() const { return peer_closed_.load(std::memory_order_acquire); }
    bool closed() const;
    std::optional<Error> error() const { return mailbox_.failure(); }
    const Negotiated& negotiated() const { return negotiated_; }
    Role role() const { return role_; }
    // Fails for good.
    Status poison(Error error) noexcept;
    void release_idle() noexcept;

    // ---- decisions
    Decision waiting_for() const;
    template <class Answer> Status decide(const Answer& answer) {
        PAVISE_TRY(usable());
        if (auto decided = handshake_->decide(answer); !decided)
            return decided.error().code == ErrorCode::nothing_to_decide ? decided : poison(decided.error());
        follow_handshake();
        return proceed();
    }
    Status decide_certificate(std::optional<Error> refusal);
    Status choose_config(std::shared_ptr<const ServerConfig> config);
    Status choose_psk(const std::optional<FoundPsk>& found);
    std::vector<Bytes> offered_psks() const;
    std::vector<Session> take_sessions() { return std::exchange(new_sessions_, {}); }
    Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes out) const;
    Result<ByteVector> channel_binding(std::string_view type) const;
    const handshake::PendingSignature* pending_signature() const { return handshake_->pending_signature(); }
    Bytes client_hello() const { return handshake_->client_hello(); }

  private:
    // ---- handshake::Transport
    Status send(Bytes message) override;
    Status install_write_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                                crypto::Hmac& hmac) override;
    Status install_read_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                               crypto::Hmac& hmac) override;
    Status send_change_cipher_spec() override { return sending_.send_change_cipher_spec(); }
    Status install_write_keys12(const crypto::Suite12& suite, const schedule::WriteKeys& keys) override {
        return sending_.install12(suite, keys, handshake_->exchange().rng());
    }
    Status install_read_keys12(const crypto::Suite12& suite, const schedule::WriteKeys& keys) override;
    Status limit_records(const handshake::RecordSizes& sizes) override;
    void refuse_renegotiation() override { mailbox_.request_no_renegotiation(); }
    Status answer_key_update() override;
    void allow_early_data(std::size_t bytes) override { sending_.allow_early_data(bytes); }
    void drop_write_keys() override { sending_.drop_keys(); }
    void expect_early_data(std::size_t bytes) override { early_data_left_ = bytes; }
    void skip_early_data(std::size_t bytes) override { reader_.skip_undecryptable(bytes); }
    void keep_session(Session session) override;

    handshake::Surroundings surroundings(Rng& rng, Clock& clock);
    const DeferredDecisions& deferred() const;
    // The name that the server must prove, which is more than the SNI: an IP address is not sent.
    std::string reference_name() const;
    Session session_to_resume(const ClientOptions& options) const;
    Status usable() const;
    // Decisions, then records, as far as both go.
    Status proceed();
    Status resolve_decisions();
    Status decide_by_config();
    Result<handshake::CertificateVerdict> judge_certificate();
    void follow_handshake();
    Status process_records();
    Status handle(const record::Record& record);
    Status handle_alert(const record::Record& record);
    bool tolerates_warnings() const;
    Status handle_application_data(const record::Record& record);
};

} // namespace pavise::engine
