// After the handshake (RFC 8446 §4.6), and the client as the transports see it.
#include "handshake/client/states.hpp"
#include "handshake/running.hpp"

namespace pavise::handshake {

namespace client {

Result<Next<Connected>> Connected::on(const messages::NewSessionTicket&, Context& context) && {
    PAVISE_TRY(context.exchange.budget.draw());
    return std::move(*this);
}

Result<Next<Connected>> Connected::on(const messages::KeyUpdate& message, Context& context) && {
    PAVISE_TRY(accept_key_update(context.exchange, message, suite, *hmac, server_application_traffic_secret));
    return std::move(*this);
}

namespace {

class RunningClient final : public Running<Client> {
  public:
    explicit RunningClient(Context context) :
        Running(State(std::in_place_type<Poisoned>, Poisoned{{ErrorCode::internal}}), std::move(context)) {}

    Status start() override {
        auto first = client::start(context_);
        if (!first) return poison(first.error());
        machine::replace<State>(state_, State(std::in_place_type<ExpectServerHello>, *std::move(first)));
        return {};
    }
    bool complete() const override { return std::holds_alternative<Connected>(state_); }
    bool peer_finished() const override {
        return std::holds_alternative<AwaitSignature>(state_) || std::holds_alternative<Connected>(state_);
    }
    Decision waiting_for() const override {
        if (std::holds_alternative<AwaitCertificateVerdict>(state_)) return Decision::certificate;
        if (std::holds_alternative<AwaitSignature>(state_)) return Decision::signature;
        return Decision::none;
    }
    Status decide(const CertificateVerdict& verdict) override { return resume_with(verdict); }
    Status decide(const Signature& signature) override { return resume_with(signature); }
    Status decide(const ConfigChosen&) override { return fail(ErrorCode::nothing_to_decide); }
    Bytes client_hello() const override { return {}; }
};

} // namespace

} // namespace client

Result<std::unique_ptr<Handshake>> make_client(std::shared_ptr<const ClientConfig> config, std::string sni,
                                               const Surroundings& surroundings) {
    return std::unique_ptr<Handshake>(std::make_unique<client::RunningClient>(
        client::Context{Exchange(surroundings), std::move(config), std::move(sni), std::nullopt}));
}

} // namespace pavise::handshake
