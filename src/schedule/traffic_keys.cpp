#include "schedule/traffic_keys.hpp"

#include "base/try.hpp"

namespace pavise::schedule {

Result<TrafficKeys> traffic_keys(crypto::Hmac& hmac, crypto::AeadId aead, Bytes traffic_secret,
                                 const TrafficLabels& labels) noexcept {
    TrafficKeys keys{AeadKey(aead_key_size(aead)), AeadIv(crypto::aead_nonce_size)};
    PAVISE_TRY(hkdf_expand_label(hmac, traffic_secret, labels.key, {}, keys.key.mutable_view()));
    PAVISE_TRY(hkdf_expand_label(hmac, traffic_secret, labels.iv, {}, keys.iv.mutable_view()));
    return keys;
}

Result<HashSecret> next_traffic_secret(crypto::Hmac& hmac, Bytes traffic_secret,
                                       const TrafficLabels& labels) noexcept {
    return derive_secret(hmac, traffic_secret, labels.update, {});
}

Result<AeadKey> header_protection_key(crypto::Hmac& hmac, crypto::AeadId aead, Bytes traffic_secret,
                                      std::string_view label) noexcept {
    AeadKey key(aead_key_size(aead));
    PAVISE_TRY(hkdf_expand_label(hmac, traffic_secret, label, {}, key.mutable_view()));
    return key;
}

Result<HashSecret> finished_mac(crypto::Hmac& hmac, Bytes base_key, Bytes transcript_hash) noexcept {
    PAVISE_LET(const HashSecret finished_key, derive_secret(hmac, base_key, "finished", {}));
    HashSecret verify_data(digest_size(hmac.hash()));
    PAVISE_TRY(hmac.set_key(finished_key.view()));
    hmac.update(transcript_hash);
    PAVISE_TRY(hmac.finish(verify_data.mutable_view()));
    return verify_data;
}

Result<HashSecret> resumption_psk(crypto::Hmac& hmac, Bytes resumption_master_secret,
                                  Bytes ticket_nonce) noexcept {
    return derive_secret(hmac, resumption_master_secret, "resumption", ticket_nonce);
}

Status export_keying_material(const crypto::Provider& provider, crypto::HashId hash, Bytes exporter_secret,
                              std::string_view label, Bytes context, MutableBytes out) noexcept {
    PAVISE_LET(const auto hmac, provider.hmac(hash));
    PAVISE_LET(const auto context_hash, provider.hash(hash));
    context_hash->update(context);
    PAVISE_LET(const crypto::Digest hashed_context, context_hash->digest());
    PAVISE_LET(const HashSecret secret,
               derive_secret(*hmac, exporter_secret, label, empty_transcript_hash(hash)));
    return hkdf_expand_label(*hmac, secret.view(), "exporter", hashed_context, out);
}

} // namespace pavise::schedule
