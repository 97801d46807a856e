// The key schedule of TLS 1.3 (RFC 8446 §7.1) in its three stages. Each step to the next stage consumes the
// one before, so that a secret cannot be asked of the wrong stage, nor a stage entered twice.
//
//     EarlyStage ──(EC)DHE──▶ HandshakeStage ──0──▶ MasterStage
//
// A stage owns the one Hmac that is made for a connection, and the current secret, which is wiped when the
// stage ends. All are nothrow-movable; a moved-from stage may only be assigned to or destroyed. Transcript
// hashes are taken as given: which messages they cover is said at each function.
#pragma once

#include "schedule/hkdf.hpp"

#include <memory>

namespace pavise::schedule {

// Which kind of PSK a binder proves: one label each, so that one kind cannot be passed off as another
// (RFC 8446 §7.1, RFC 9258 §4.2).
enum class PskKind : std::uint8_t { external, resumption, imported };

struct TrafficSecrets {
    HashSecret client;
    HashSecret server;
};

// The secret of a stage and the Hmac that derives from it: what the three stages have in common.
class StageSecret {
    std::unique_ptr<crypto::Hmac> hmac_;
    HashSecret secret_;

  public:
    StageSecret(std::unique_ptr<crypto::Hmac> hmac, HashSecret secret) noexcept :
        hmac_(std::move(hmac)),
        secret_(std::move(secret)) {}

    crypto::Hmac& hmac() const noexcept { return *hmac_; }
    std::unique_ptr<crypto::Hmac> release_hmac() && noexcept { return std::move(hmac_); }
    Result<HashSecret> derive(std::string_view label, Bytes transcript_hash) const noexcept {
        return derive_secret(*hmac_, secret_.view(), label, transcript_hash);
    }
    // Derive-Secret(., "derived", "") and the next HKDF-Extract.
    Result<StageSecret> next(Bytes input_keying_material) && noexcept;
};

class MasterStage {
    StageSecret secret_;

  public:
    explicit MasterStage(StageSecret secret) noexcept : secret_(std::move(secret)) {}

    // Over ClientHello … server Finished.
    Result<TrafficSecrets> application_traffic_secrets(Bytes server_finished_hash) const noexcept;
    Result<HashSecret> exporter_master_secret(Bytes server_finished_hash) const noexcept;
    // Over ClientHello … client Finished.
    Result<HashSecret> resumption_master_secret(Bytes client_finished_hash) const noexcept;

    // To derive keys and Finished with; its key is replaced by every use.
    crypto::Hmac& hmac() const noexcept { return secret_.hmac(); }
    // The Hmac, for what comes after the handshake; the master secret is gone.
    std::unique_ptr<crypto::Hmac> release_hmac() && noexcept { return std::move(secret_).release_hmac(); }
};

class HandshakeStage {
    StageSecret secret_;

  public:
    explicit HandshakeStage(StageSecret secret) noexcept : secret_(std::move(secret)) {}

    // Over ClientHello … ServerHello.
    Result<TrafficSecrets> traffic_secrets(Bytes server_hello_hash) const noexcept;

    Result<MasterStage> to_master() && noexcept;
    crypto::Hmac& hmac() const noexcept { return secret_.hmac(); }
};

class EarlyStage {
    StageSecret secret_;

    explicit EarlyStage(StageSecret secret) noexcept : secret_(std::move(secret)) {}

  public:
    // Without a PSK.
    static Result<EarlyStage> start(const crypto::Provider& provider, crypto::HashId hash) noexcept;
    // With a PSK, which is not empty (bad_argument).
    static Result<EarlyStage> start(const crypto::Provider& provider, crypto::HashId hash,
                                    Bytes psk) noexcept;
    // Again, with another PSK or none (hash_length_zeros), over an Hmac that release_hmac() gave.
    static Result<EarlyStage> start(std::unique_ptr<crypto::Hmac> hmac, Bytes psk) noexcept;

    // The base key of a binder: binder = finished_mac(hmac(), binder_key, Transcript-Hash(partial
    // ClientHello)).
    Result<HashSecret> binder_key(PskKind kind) const noexcept;
    // Over ClientHello.
    Result<HashSecret> client_early_traffic_secret(Bytes client_hello_hash) const noexcept;
    Result<HashSecret> early_exporter_master_secret(Bytes client_hello_hash) const noexcept;

    // With the (EC)DHE shared secret.
    Result<HandshakeStage> to_handshake(Bytes shared_secret) && noexcept;
    // psk_ke: no (EC)DHE (RFC 8446 §4.2.9).
    Result<HandshakeStage> to_handshake_without_key_exchange() && noexcept;
    crypto::Hmac& hmac() const noexcept { return secret_.hmac(); }
    std::unique_ptr<crypto::Hmac> release_hmac() && noexcept { return std::move(secret_).release_hmac(); }
};

} // namespace pavise::schedule
