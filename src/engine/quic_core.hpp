// What stands behind a QuicHandshake: the handshake of HandshakeEngine over QUIC's CRYPTO frames.
#pragma once

#include "engine/handshake_engine.hpp"

#include <pavise/quic.hpp>

#include <deque>

namespace pavise::engine {

class QuicCore final : private handshake::Transport {
    HandshakeEngine engine_;
    std::optional<Error> failure_;
    ByteVector parameters_;
    std::optional<ByteVector> peer_parameters_;
    handshake::Level write_level_ = handshake::Level::initial;

    // What is to be sent, a piece for each level.
    struct Piece {
        QuicLevel level;
        ByteVector bytes;
        std::size_t taken = 0;
    };
    std::deque<Piece> pieces_;
    std::deque<QuicSecret> secrets_;

    QuicCore(Role role, Bytes parameters, const Hooks& hooks) :
        engine_(role, Medium::quic, hooks),
        parameters_(parameters.begin(), parameters.end()) {}

  public:
    static Result<std::unique_ptr<QuicCore>> client(const std::shared_ptr<const ClientConfig>& config,
                                                    const ClientOptions& options, Bytes parameters,
                                                    const Hooks& hooks);
    static Result<std::unique_ptr<QuicCore>> server(const std::shared_ptr<const ServerConfig>& config,
                                                    Bytes parameters, const Hooks& hooks);

    Status receive(QuicLevel level, Bytes bytes);
    QuicLevel read_level() const;
    QuicHandshake::Output output() const;
    void output_taken(std::size_t count);
    std::optional<QuicSecret> secret();
    std::optional<Bytes> peer_parameters() const;

    bool complete() const { return engine_.handshake().complete(); }
    std::optional<Error> error() const { return failure_; }
    Status poison(Error error) noexcept;
    HandshakeEngine& engine() noexcept { return engine_; }
    const HandshakeEngine& engine() const noexcept { return engine_; }
    Decision waiting_for() const { return failure_ ? Decision::none : engine_.handshake().waiting_for(); }

    Status decide_certificate(std::optional<Error> refusal);
    Status decide_signature(Bytes signature);
    Status choose_config(const std::shared_ptr<const ServerConfig>& config);
    Status choose_psk(const std::optional<FoundPsk>& found);

  private:
    // ---- handshake::Transport
    Status send(Bytes message) override;
    Status install_write_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                                crypto::Hmac& hmac) override;
    Status install_read_secret(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                               crypto::Hmac& hmac) override;
    Status send_change_cipher_spec() override { return {}; }
    std::optional<Bytes> quic_parameters() const override { return Bytes(parameters_); }
    void keep_quic_parameters(Bytes parameters) override {
        peer_parameters_.emplace(parameters.begin(), parameters.end());
    }
    // Early data goes in packets of its own, which nobody here sees.
    void allow_early_data(std::size_t) override {}
    void drop_write_keys() override {}
    void expect_early_data(std::size_t) override {}
    void skip_early_data(std::size_t) override {}
    void keep_session(Session session) override { engine_.keep_session(std::move(session)); }
    // RFC 9001 §4.4: there is no post-handshake client authentication.
    Status send_authentication(ByteVector, const crypto::Digest&) override {
        return fail(ErrorCode::internal);
    }
    Status answer_key_update() override { return fail(ErrorCode::internal); } // refused before, see quic.hpp

    Status usable() const;
    Status resolve_decisions();
    template <class Answer> Status decide(const Answer& answer);
};

} // namespace pavise::engine
