#include "peer/secrets13.hpp"

#include "base/try.hpp"
#include "schedule/traffic_keys.hpp"

namespace pavise::peer {

Result<Secrets13> Secrets13::start(const crypto::Provider& provider, const crypto::Suite13& suite, Bytes psk,
                                   Bytes shared_secret, Bytes transcript_hash) {
    Secrets13 secrets;
    secrets.suite_ = suite;
    PAVISE_LET(secrets.hmac_, provider.hmac(suite.hash));
    PAVISE_LET(schedule::EarlyStage early, psk.empty()
                                               ? schedule::EarlyStage::start(provider, suite.hash)
                                               : schedule::EarlyStage::start(provider, suite.hash, psk));
    PAVISE_LET(secrets.handshake_stage_, std::move(early).to_handshake(shared_secret));
    PAVISE_LET(secrets.handshake_, secrets.handshake_stage_->traffic_secrets(transcript_hash));
    return secrets;
}

Status Secrets13::to_application(Bytes transcript_hash) {
    if (!master_stage_) {
        PAVISE_LET(master_stage_, std::move(*handshake_stage_).to_master());
    }
    PAVISE_LET(application_, master_stage_->application_traffic_secrets(transcript_hash));
    return {};
}

const HashSecret& Secrets13::traffic_secret(Role sender, Epoch epoch) const {
    const schedule::TrafficSecrets& secrets = epoch == Epoch::handshake ? handshake_ : application_;
    return sender == Role::client ? secrets.client : secrets.server;
}

Result<HashSecret> Secrets13::finished(Role sender, Bytes transcript_hash) const {
    return schedule::finished_mac(*hmac_, traffic_secret(sender, Epoch::handshake).view(), transcript_hash);
}

Status Secrets13::to_resumption(Bytes transcript_hash) {
    PAVISE_LET(resumption_master_, master_stage_->resumption_master_secret(transcript_hash));
    return {};
}

Result<HashSecret> Secrets13::ticket_psk(Bytes nonce) const {
    return schedule::resumption_psk(*hmac_, resumption_master_.view(), nonce);
}

Status Secrets13::update(Role sender) {
    HashSecret& secret = sender == Role::client ? application_.client : application_.server;
    PAVISE_LET(secret, schedule::next_traffic_secret(*hmac_, secret.view()));
    return {};
}

} // namespace pavise::peer
