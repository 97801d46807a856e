// The secrets of TLS 1.3 as a scripted peer holds them: derived when the script says so, over the transcript
// that the script has made (RFC 8446 §7.1).
#pragma once

#include "crypto/cipher_suite.hpp"
#include "schedule/key_schedule13.hpp"

#include <pavise/negotiated.hpp>

#include <optional>

namespace pavise::peer {

enum class Epoch : std::uint8_t { handshake, application };

class Secrets13 {
    crypto::Suite13 suite_;
    std::unique_ptr<crypto::Hmac> hmac_; // beside the stages, which keep theirs
    std::optional<schedule::HandshakeStage> handshake_stage_;
    std::optional<schedule::MasterStage> master_stage_;
    schedule::TrafficSecrets handshake_;
    schedule::TrafficSecrets application_;
    HashSecret resumption_master_;

    Secrets13() = default;

  public:
    // `transcript_hash` over ClientHello … ServerHello; `psk` is empty where there is none.
    static Result<Secrets13> start(const crypto::Provider& provider, const crypto::Suite13& suite, Bytes psk,
                                   Bytes shared_secret, Bytes transcript_hash);
    // `transcript_hash` over ClientHello … server Finished.
    Status to_application(Bytes transcript_hash);
    bool has(Epoch epoch) const { return epoch == Epoch::handshake || master_stage_.has_value(); }

    const crypto::Suite13& suite() const { return suite_; }
    crypto::Hmac& hmac() const { return *hmac_; }
    // Precondition: has(epoch).
    const HashSecret& traffic_secret(Role sender, Epoch epoch) const;
    // verify_data of the sender's Finished over `transcript_hash`.
    Result<HashSecret> finished(Role sender, Bytes transcript_hash) const;
    // `transcript_hash` over ClientHello … client Finished.
    Status to_resumption(Bytes transcript_hash);
    // The PSK of a ticket with this nonce.
    Result<HashSecret> ticket_psk(Bytes nonce) const;
    // The next generation of the application traffic secret.
    Status update(Role sender);
};

} // namespace pavise::peer
