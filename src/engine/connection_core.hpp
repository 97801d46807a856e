// What stands behind a Connection: the two halves, the handshake between them, and the decisions.
//
// Nothing here throws but std::bad_alloc, which the outermost entry (outermost.hpp) turns into a failed
// connection.
#pragma once

#include "engine/handshake_engine.hpp"
#include "engine/sending_half.hpp"
#include "record/reader.hpp"

#include <pavise/engine.hpp>

#include <memory>
#include <optional>

namespace pavise::engine {

class ConnectionCore final : private handshake::Transport {
    HandshakeEngine engine_;
    Mailbox mailbox_;
    SendingHalf sending_;
    record::RecordReader reader_;
    std::uint64_t first_read_sequence_number_;
    MutableBytes data_; // what is left of the current record's application data
    std::atomic<bool> peer_closed_{false};
    std::size_t early_data_left_ = 0; // server: bytes of early data that may yet come
    std::unique_ptr<const handshake::RecordSizes> limits_after_early_data_; // of this handshake
    // How the handshake stands: asked after each of its steps, and not again for every record.
    struct Standing {
        Decision waiting_for = Decision::none;
        bool message_in_progress = false;
        bool peer_authenticating = false;
    };
    Standing standing_;

    ConnectionCore(Role role, const Hooks& hooks) :
        engine_(role, Medium::records, hooks),
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
    HandshakeEngine& engine() noexcept { return engine_; }
    const HandshakeEngine& engine() const noexcept { return engine_; }
    // Fails for good.
    Status poison(Error error) noexcept;
    Status refuse(AlertDescription reason);
    void release_idle() noexcept;

    // ---- authentication after the handshake
    Status request_certificate(PeerVerification how);
    std::size_t certificate_requests() const { return handshake().open_requests(); }

    // ---- decisions
    Decision waiting_for() const;
    template <class Answer> Status decide(const Answer& answer) {
        PAVISE_TRY(usable());
        if (auto decided = handshake().decide(answer); !decided)
            return decided.error().code == ErrorCode::nothing_to_decide ? decided : end_with(decided.error());
        follow_handshake();
        return proceed();
    }
    Status decide_certificate(std::optional<Error> refusal);
    Status choose_config(std::shared_ptr<const ServerConfig> config);
    Status choose_psk(const std::optional<FoundPsk>& found);

  private:
    // ---- handshake::Transport
    Status send(Bytes message) override;
    Status install_write_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                                crypto::Hmac& hmac) override;
    Status install_read_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                               crypto::Hmac& hmac) override;
    Status send_change_cipher_spec() override { return sending_.send_change_cipher_spec(); }
    Status install_write_keys12(const crypto::Suite12& suite, const schedule::WriteKeys& keys) override {
        return sending_.install12(suite, keys, handshake().exchange().rng());
    }
    Status install_read_keys12(const crypto::Suite12& suite, const schedule::WriteKeys& keys) override;
    Status limit_records(const handshake::RecordSizes& sizes) override;
    Status limit_received_records(const handshake::RecordSizes& sizes);
    void refuse_renegotiation() override { mailbox_.request_no_renegotiation(); }
    Status send_authentication(ByteVector messages, const crypto::Digest& transcript_hash) override;
    Status answer_key_update() override;
    void allow_early_data(std::size_t bytes) override { sending_.allow_early_data(bytes); }
    void drop_write_keys() override { sending_.drop_keys(); }
    void expect_early_data(std::size_t bytes) override;
    void skip_early_data(std::size_t bytes) override { reader_.skip_undecryptable(bytes); }
    void keep_session(Session session) override { engine_.keep_session(std::move(session)); }

    handshake::Handshake& handshake() noexcept { return engine_.handshake(); }
    const handshake::Handshake& handshake() const noexcept { return engine_.handshake(); }
    const Hooks& hooks() const noexcept { return engine_.hooks(); }
    Role role() const noexcept { return engine_.role(); }
    // As the config says.
    Status form_sent_records();
    Status usable() const;
    // Fails for good, and forgets the session if this takes an alert or came with one.
    Status end_with(Error error);
    // Decisions, then records, as far as both go.
    Status proceed();
    Status resolve_decisions();
    void follow_handshake();
    Status process_records();
    void show_next_record();
    Status handle(const record::Record& record);
    Status handle_alert(const record::Record& record);
    bool tolerates_warnings() const;
    Status handle_application_data(const record::Record& record);
};

} // namespace pavise::engine
