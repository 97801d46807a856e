#include "handshake/handshake13.hpp"

#include "schedule/key_log.hpp"
#include "schedule/traffic_keys.hpp"

namespace pavise::handshake {

namespace label = schedule::key_log_label;

Result<Handshake13> begin_handshake13(Exchange& exchange, const crypto::Suite13& suite,
                                      schedule::EarlyStage early, Bytes shared_secret,
                                      schedule::Transcript transcript) {
    PAVISE_LET(schedule::HandshakeStage stage, std::move(early).to_handshake(shared_secret));
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_LET(schedule::TrafficSecrets secrets, stage.traffic_secrets(hash.view()));
    exchange.log_secret(label::client_handshake_traffic_secret, secrets.client.view());
    exchange.log_secret(label::server_handshake_traffic_secret, secrets.server.view());
    return Handshake13{suite, std::move(transcript), std::move(stage), std::move(secrets)};
}

Result<ApplicationSecrets> begin_application13(Exchange& exchange, schedule::HandshakeStage handshake_stage,
                                               const schedule::Transcript& transcript) {
    PAVISE_LET(schedule::MasterStage stage, std::move(handshake_stage).to_master());
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_LET(schedule::TrafficSecrets traffic, stage.application_traffic_secrets(hash.view()));
    PAVISE_LET(HashSecret exporter, stage.exporter_master_secret(hash.view()));
    exchange.log_secret(label::client_application_traffic_secret_0, traffic.client.view());
    exchange.log_secret(label::server_application_traffic_secret_0, traffic.server.view());
    exchange.log_secret(label::exporter_master_secret, exporter.view());
    return ApplicationSecrets{std::move(stage), std::move(traffic), std::move(exporter)};
}

Status accept_key_update(Exchange& exchange, const messages::KeyUpdate& message, const crypto::Suite13& suite,
                         crypto::Hmac& hmac, HashSecret& read_traffic_secret) {
    PAVISE_TRY(exchange.budget.draw());
    PAVISE_LET(HashSecret next, schedule::next_traffic_secret(hmac, read_traffic_secret.view()));
    PAVISE_TRY(exchange.change_read_keys(Level::application, suite, next.view(), hmac));
    read_traffic_secret = std::move(next);
    if (message.request_update == KeyUpdateRequest::update_requested)
        return exchange.transport().answer_key_update();
    return {};
}

} // namespace pavise::handshake
