// After the handshake (RFC 8446 §4.6), and the client as the transports see it.
#include "handshake/client/states.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/quic.hpp"
#include "handshake/running.hpp"
#include "messages/extension/early_data.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>

namespace pavise::handshake {

namespace client {

Result<Next<Connected>> Connected::on(const messages::NewSessionTicket& message, Context& context) && {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(exchange.budget.draw());
    PAVISE_TRY(messages::check_allowed(message.extensions, messages::MessageKind::new_session_ticket));
    PAVISE_LET(const auto max_early_data, message.extensions.get<messages::MaxEarlyDataSize>());
    if (max_early_data) PAVISE_TRY(check_max_early_data(max_early_data->value, exchange));
    // "The value of zero indicates that the ticket should be discarded immediately" (§4.6.1)
    if (message.ticket_lifetime == 0 || context.config->psk_modes.empty()) return std::move(*this);

    const Negotiated& negotiated = exchange.negotiated();
    SessionData session;
    session.cipher_suite = suite.id;
    PAVISE_LET(session.secret,
               schedule::resumption_psk(*hmac, resumption_master_secret.view(), message.ticket_nonce));
    session.issued_at = exchange.clock().now();
    // "Clients MUST NOT cache tickets for longer than 7 days, regardless of the ticket_lifetime" (§4.6.1)
    session.lifetime = std::min(std::chrono::seconds(message.ticket_lifetime), max_ticket_lifetime);
    session.age_add = message.ticket_age_add;
    session.max_early_data = max_early_data ? max_early_data->value : 0;
    session.ticket.assign(message.ticket.begin(), message.ticket.end());
    session.authenticated_at = exchange.authenticated_at;
    session.valid_until = exchange.valid_until;
    session.server_name = context.reference_name;
    session.alpn_protocol = negotiated.alpn_protocol;
    session.binding = context.binding;
    session.peer_certificate_type = negotiated.peer_certificate_type;
    session.local_certificate_type = negotiated.local_certificate_type;
    session.peer_chain = negotiated.peer_chain;
    session.verified_chain = negotiated.verified_chain;
    session.ocsp_response = negotiated.ocsp_response;
    session.certificate_timestamps = negotiated.certificate_timestamps;
    session.group = negotiated.group;
    exchange.transport().keep_session(Session(std::make_shared<const SessionData>(std::move(session))));
    return std::move(*this);
}

Result<Next<Connected>> Connected::on(const messages::KeyUpdate& message, Context& context) && {
    PAVISE_TRY(refuse_key_update(context.exchange));
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
        machine::replace<State>(state_, (*std::move(first)).take());
        return {};
    }
    bool complete() const override { return connected() != nullptr || is<Connected12>(); }
    bool peer_finished() const override { return is<AwaitSignature>() || complete(); }
    Decision waiting_for() const override {
        if (is<AwaitSessionVerdict>() || is<AwaitCertificateVerdict>() || is<AwaitCertificateVerdict12>())
            return Decision::certificate;
        if (is<AwaitSignature>() || is<AwaitSignature12>() || is<AwaitPostHandshakeSignature>())
            return Decision::signature;
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
    Status decide(const CertificateVerdict& verdict) override { return resume_with(verdict); }
    Status decide(const Signature& signature) override { return resume_with(signature); }
    Status decide(const ConfigChosen&) override { return fail(ErrorCode::nothing_to_decide); }
    Status decide(const PskChosen&) override { return fail(ErrorCode::nothing_to_decide); }
    const PskOffer* psk_offer() const override { return nullptr; }
    Bytes client_hello() const override { return {}; }

  private:
    const Connected* connected() const {
        if (const auto* waiting = std::get_if<AwaitPostHandshakeSignature>(&state_))
            return &waiting->connected;
        return std::get_if<Connected>(&state_);
    }

  protected:
    bool ignores_change_cipher_spec() const override {
        return context_.exchange.negotiated().version != ProtocolVersion::tls_1_2 &&
               enables(*context_.config, ProtocolVersion::tls_1_3);
    }
    // It "SHOULD be ignored by the client if it arrives in the middle of a handshake" (RFC 5246 §7.4): before
    // the ServerHello tells the version too. Who takes renegotiation for an attack takes this for one.
    bool ignores_hello_request() const override {
        if (context_.config->renegotiation == Renegotiation::fatal || complete()) return false;
        return context_.exchange.negotiated().version == ProtocolVersion::tls_1_2 ||
               (is<ExpectServerHello>() && enables(*context_.config, ProtocolVersion::tls_1_2));
    }
};

} // namespace

} // namespace client

Result<std::unique_ptr<Handshake>> make_client(ClientStart start, const Surroundings& surroundings) {
    return std::unique_ptr<Handshake>(std::make_unique<client::RunningClient>(
        client::Context{Exchange(surroundings), std::move(start.config), std::move(start.sni),
                        std::move(start.reference_name), std::move(start.session), start.early_data,
                        std::move(start.binding), std::nullopt, std::move(start.ech)}));
}

} // namespace pavise::handshake
