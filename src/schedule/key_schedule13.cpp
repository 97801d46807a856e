#include "schedule/key_schedule13.hpp"

#include "base/try.hpp"

namespace pavise::schedule {

namespace {

Result<TrafficSecrets> derive_pair(const StageSecret& stage, std::string_view client_label,
                                   std::string_view server_label, Bytes transcript_hash) noexcept {
    PAVISE_LET(auto client, stage.derive(client_label, transcript_hash));
    PAVISE_LET(auto server, stage.derive(server_label, transcript_hash));
    return TrafficSecrets{std::move(client), std::move(server)};
}

std::string_view binder_label(PskKind kind) noexcept {
    switch (kind) {
    case PskKind::external: return "ext binder";
    case PskKind::resumption: return "res binder";
    case PskKind::imported: return "imp binder";
    }
    return {};
}

} // namespace

Result<StageSecret> StageSecret::next(Bytes input_keying_material) && noexcept {
    PAVISE_LET(const HashSecret salt, derive("derived", empty_transcript_hash(hmac_->hash())));
    HashSecret extracted(digest_size(hmac_->hash()));
    PAVISE_TRY(hkdf_extract(*hmac_, salt.view(), input_keying_material, extracted.mutable_view()));
    secret_.wipe();
    return StageSecret(std::move(hmac_), std::move(extracted));
}

Result<EarlyStage> EarlyStage::start(const crypto::Provider& provider, crypto::HashId hash) noexcept {
    return start(provider, hash, hash_length_zeros(hash));
}

Result<EarlyStage> EarlyStage::start(const crypto::Provider& provider, crypto::HashId hash,
                                     Bytes psk) noexcept {
    PAVISE_LET(auto hmac, provider.hmac(hash));
    return start(std::move(hmac), psk);
}

Result<EarlyStage> EarlyStage::start(std::unique_ptr<crypto::Hmac> hmac, Bytes psk) noexcept {
    if (psk.empty()) return fail(ErrorCode::bad_argument);
    HashSecret early_secret(digest_size(hmac->hash()));
    PAVISE_TRY(hkdf_extract(*hmac, hash_length_zeros(hmac->hash()), psk, early_secret.mutable_view()));
    return EarlyStage(StageSecret(std::move(hmac), std::move(early_secret)));
}

Result<HashSecret> EarlyStage::binder_key(PskKind kind) const noexcept {
    return secret_.derive(binder_label(kind), empty_transcript_hash(hmac().hash()));
}

Result<HashSecret> EarlyStage::client_early_traffic_secret(Bytes client_hello_hash) const noexcept {
    return secret_.derive("c e traffic", client_hello_hash);
}

Result<HashSecret> EarlyStage::early_exporter_master_secret(Bytes client_hello_hash) const noexcept {
    return secret_.derive("e exp master", client_hello_hash);
}

Result<HandshakeStage> EarlyStage::to_handshake(Bytes shared_secret) && noexcept {
    PAVISE_LET(auto next, std::move(secret_).next(shared_secret));
    return HandshakeStage(std::move(next));
}

Result<HandshakeStage> EarlyStage::to_handshake_without_key_exchange() && noexcept {
    return std::move(*this).to_handshake(hash_length_zeros(hmac().hash()));
}

Result<TrafficSecrets> HandshakeStage::traffic_secrets(Bytes server_hello_hash) const noexcept {
    return derive_pair(secret_, "c hs traffic", "s hs traffic", server_hello_hash);
}

Result<MasterStage> HandshakeStage::to_master() && noexcept {
    PAVISE_LET(auto next, std::move(secret_).next(hash_length_zeros(hmac().hash())));
    return MasterStage(std::move(next));
}

Result<TrafficSecrets> MasterStage::application_traffic_secrets(Bytes server_finished_hash) const noexcept {
    return derive_pair(secret_, "c ap traffic", "s ap traffic", server_finished_hash);
}

Result<HashSecret> MasterStage::exporter_master_secret(Bytes server_finished_hash) const noexcept {
    return secret_.derive("exp master", server_finished_hash);
}

Result<HashSecret> MasterStage::resumption_master_secret(Bytes client_finished_hash) const noexcept {
    return secret_.derive("res master", client_finished_hash);
}

} // namespace pavise::schedule
