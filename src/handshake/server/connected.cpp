// After the handshake (RFC 8446 §4.6), and the server as the transports see it.
#include "handshake/quic.hpp"
#include "handshake/running.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake {

namespace server {

Result<Next<Connected>> Connected::on(const messages::KeyUpdate& message, Context& context) && {
    PAVISE_TRY(refuse_key_update(context.exchange));
    PAVISE_TRY(accept_key_update(context.exchange, message, suite, *hmac, client_application_traffic_secret));
    return std::move(*this);
}

namespace {

class RunningServer final : public Running<Server> {
  public:
    explicit RunningServer(Context context) :
        Running(State(std::in_place_type<ExpectClientHello>), std::move(context)) {}

    Status start() override { return {}; }
    bool complete() const override { return connected() != nullptr || is<Connected12>(); }
    bool peer_finished() const override { return complete(); }
    Decision waiting_for() const override {
        if (is<AwaitConfig>()) return Decision::config;
        if (is<AwaitPsk>() || is<AwaitPsk12>()) return Decision::psk;
        if (is<AwaitSignature>() || is<AwaitSignature12>()) return Decision::signature;
        if (is<AwaitClientCertificateVerdict>() || is<AwaitClientCertificateVerdict12>() ||
            is<AwaitPostHandshakeVerdict>())
            return Decision::certificate;
        return Decision::none;
    }
    Result<ExporterSecret> exporter() const override {
        if (const auto* connected12 = std::get_if<Connected12>(&state_))
            return connected12->established.exporter(context_.exchange);
        if (connected() == nullptr) return fail(ErrorCode::handshake_not_done);
        return ExporterSecret{connected()->exporter_master_secret.view(), connected()->suite.hash, {}};
    }
    std::optional<Bytes> tls_unique() const override {
        const auto* connected12 = std::get_if<Connected12>(&state_);
        return connected12 == nullptr ? std::nullopt : connected12->established.tls_unique_binding();
    }
    Status request_certificate(PeerVerification how) override {
        Connected* asked = connected_in(state_);
        if (asked == nullptr) return fail(ErrorCode::post_handshake_auth_not_offered); // TLS 1.2
        return server::request_certificate(*asked, how, context_);
    }
    // One whose answer is under way is still open: nothing of the answer counts before its Finished.
    std::size_t open_requests() const override {
        if (connected() == nullptr) return 0;
        return connected()->requests.size() + (peer_authenticating() ? 1 : 0);
    }
    bool peer_authenticating() const override { return connected() != nullptr && !is<Connected>(); }
    Negotiated& judged() override {
        auto* waiting = std::get_if<AwaitPostHandshakeVerdict>(&state_);
        return waiting != nullptr ? waiting->answer->shown : context_.exchange.negotiated();
    }
    Status decide(const CertificateVerdict& verdict) override { return resume_with(verdict); }
    Status decide(const Signature& signature) override { return resume_with(signature); }
    Status decide(const ConfigChosen& choice) override { return resume_with(choice); }
    Status decide(const PskChosen& choice) override { return resume_with(choice); }
    const PskOffer* psk_offer() const override {
        return waiting_for() == Decision::psk ? &context_.psk_offer : nullptr;
    }
    Status decline_ech() override {
        if (!is<AwaitConfig>()) return fail(ErrorCode::nothing_to_decide);
        return server::decline_ech(context_);
    }
    Bytes client_hello() const override { return context_.client_hello; }
    void forget_session() override {
        if (context_.stored_session.empty()) return;
        const ByteVector id = std::exchange(context_.stored_session, {});
        auto state = context_.config->session_store->take(id, context_.exchange.clock().now());
        if (state) secure_wipe(*state);
    }

  private:
    // Connected also where an answer to a request of ours is under way.
    template <class AnyState>
    static auto connected_in(AnyState& state) -> decltype(std::get_if<Connected>(&state)) {
        if (auto* verdict = std::get_if<AwaitPostHandshakeVerdict>(&state)) return &verdict->connected;
        if (auto* verify = std::get_if<ExpectPostHandshakeCertificateVerify>(&state))
            return &verify->connected;
        if (auto* finished = std::get_if<ExpectPostHandshakeFinished>(&state)) return &finished->connected;
        return std::get_if<Connected>(&state);
    }
    const Connected* connected() const { return connected_in(state_); }

  protected:
    bool ignores_change_cipher_spec() const override {
        // "… received before the first ClientHello message …, it MUST be treated as an unexpected record
        // type" (RFC 8446 §5)
        return !is<ExpectClientHello>() && context_.exchange.negotiated().version != ProtocolVersion::tls_1_2;
    }
};

} // namespace

} // namespace server

Result<std::unique_ptr<Handshake>> make_server(std::shared_ptr<const ServerConfig> config,
                                               const Surroundings& surroundings) {
    return std::unique_ptr<Handshake>(std::make_unique<server::RunningServer>(
        server::Context{Exchange(surroundings), std::move(config), std::nullopt, {}, {}, {}}));
}

} // namespace pavise::handshake
