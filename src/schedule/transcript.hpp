// The transcript hash: a running hash over the handshake messages (RFC 8446 §4.4.1, RFC 5246 §7.4.9).
#pragma once

#include "crypto/provider.hpp"

#include <memory>

namespace pavise::schedule {

// Messages are added whole, with their 4-byte header and without record headers, in the order of the wire.
// Nothrow-movable; a moved-from transcript may only be assigned to or destroyed.
class Transcript {
    const crypto::Provider* provider_;
    std::unique_ptr<crypto::Hash> running_;
    crypto::HashId hash_id_;

    Transcript(const crypto::Provider& provider, std::unique_ptr<crypto::Hash> running,
               crypto::HashId hash_id) noexcept :
        provider_(&provider),
        running_(std::move(running)),
        hash_id_(hash_id) {}

  public:
    // `provider` must outlive the transcript and its forks.
    static Result<Transcript> start(const crypto::Provider& provider, crypto::HashId hash) noexcept;

    crypto::HashId hash_id() const noexcept { return hash_id_; }
    void add(Bytes message) noexcept { running_->update(message); }
    // Transcript-Hash of everything added so far; the transcript goes on undisturbed.
    Result<crypto::Digest> hash() const noexcept { return running_->digest(); }
    // The hash as if `extra` had been added: a partial ClientHello for its PSK binders (RFC 8446 §4.2.11.2).
    Result<crypto::Digest> hash_with(Bytes extra) const noexcept;
    // An independent copy, to follow a branch that may be dropped.
    Result<Transcript> fork() const noexcept;
    // On HelloRetryRequest: what was added so far, ClientHello1, is replaced by a synthetic message_hash
    // message (RFC 8446 §4.4.1).
    Status restart_with_message_hash() noexcept;
};

} // namespace pavise::schedule
