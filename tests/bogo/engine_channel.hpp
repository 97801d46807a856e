// What Connection and QuicHandshake have in common.
#pragma once

#include "channel.hpp"

namespace pavise::bogo {

template <class Engine> class EngineChannel : public Channel {
    Engine engine_;

  protected:
    Engine& engine() noexcept { return engine_; }
    const Engine& engine() const noexcept { return engine_; }

  public:
    explicit EngineChannel(Engine engine) : engine_(std::move(engine)) {}

    bool handshake_complete() const override { return engine_.handshake_complete(); }
    std::optional<Error> error() const override { return engine_.error(); }
    Decision waiting_for() const override { return engine_.waiting_for(); }
    std::vector<Bytes> chain_to_verify() const override { return engine_.chain_to_verify(); }
    Status certificate_verdict(std::optional<Error> refusal) override {
        return engine_.certificate_verdict(refusal);
    }
    std::optional<SignatureRequest> signature_request() const override { return engine_.signature_request(); }
    Status provide_signature(Bytes signature) override { return engine_.provide_signature(signature); }
    Bytes client_hello() const override { return engine_.client_hello(); }
    Status choose_config(std::shared_ptr<const ServerConfig> config) override {
        return engine_.choose_config(std::move(config));
    }
    Status decline_ech() override { return engine_.decline_ech(); }
    Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes out) const override {
        return engine_.export_keying_material(label, context, out);
    }
    Result<ByteVector> channel_binding(std::string_view type) const override {
        return engine_.channel_binding(type);
    }
    std::vector<Session> take_sessions() override { return engine_.take_sessions(); }
    const Negotiated& negotiated() const override { return engine_.negotiated(); }
};

} // namespace pavise::bogo
