// After the handshake (RFC 8446 §4.6), and the server as the transports see it.
#include "handshake/running.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake {

namespace server {

Result<Next<Connected>> Connected::on(const messages::KeyUpdate& message, Context& context) && {
    PAVISE_TRY(accept_key_update(context.exchange, message, suite, *hmac, client_application_traffic_secret));
    return std::move(*this);
}

namespace {

class RunningServer final : public Running<Server> {
  public:
    explicit RunningServer(Context context) :
        Running(State(std::in_place_type<ExpectClientHello>), std::move(context)) {}

    Status start() override { return {}; }
    bool complete() const override { return std::holds_alternative<Connected>(state_); }
    bool peer_finished() const override { return complete(); }
    Decision waiting_for() const override {
        if (std::holds_alternative<AwaitConfig>(state_)) return Decision::config;
        if (std::holds_alternative<AwaitPsk>(state_)) return Decision::psk;
        if (std::holds_alternative<AwaitSignature>(state_)) return Decision::signature;
        if (std::holds_alternative<AwaitClientCertificateVerdict>(state_)) return Decision::certificate;
        return Decision::none;
    }
    Result<ExporterSecret> exporter() const override {
        const Connected* connected = std::get_if<Connected>(&state_);
        if (connected == nullptr) return fail(ErrorCode::handshake_not_done);
        return ExporterSecret{connected->exporter_master_secret.view(), connected->suite.hash};
    }
    Status decide(const CertificateVerdict& verdict) override { return resume_with(verdict); }
    Status decide(const Signature& signature) override { return resume_with(signature); }
    Status decide(const ConfigChosen& choice) override { return resume_with(choice); }
    Status decide(const PskChosen& choice) override { return resume_with(choice); }
    const PskOffer* psk_offer() const override {
        return std::holds_alternative<AwaitPsk>(state_) ? &context_.psk_offer : nullptr;
    }
    Bytes client_hello() const override { return context_.client_hello; }
};

} // namespace

} // namespace server

Result<std::unique_ptr<Handshake>> make_server(const Surroundings& surroundings) {
    return std::unique_ptr<Handshake>(std::make_unique<server::RunningServer>(
        server::Context{Exchange(surroundings), nullptr, std::nullopt, {}, {}, {}}));
}

} // namespace pavise::handshake
