// What the two halves of a connection tell each other. After the handshake each half may have a thread of its
// own; these words are all that they share.
#pragma once

#include "crypto/provider.hpp"

#include <pavise/bytes.hpp>
#include <pavise/error.hpp>
#include <pavise/result.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace pavise::engine {

// A client's answer to a post-handshake CertificateRequest, all but its Finished, and the hash that this
// covers.
struct Authentication {
    ByteVector messages;
    crypto::Digest transcript_hash;
};

class Mailbox {
    // 0: none. Otherwise bit 32 is set, and below it lie code and detail: one word, hence never half an
    // error.
    std::atomic<std::uint64_t> failure_{0};
    std::atomic<bool> key_update_due_{false};
    std::atomic<bool> peer_update_awaited_{false};
    std::atomic<bool> no_renegotiation_due_{false};
    std::atomic<bool> close_due_{false};
    std::atomic<bool> authentication_due_{false};
    std::mutex authentications_guard_;
    std::vector<Authentication> authentications_;

  public:
    // The peer makes us queue these; what is not sent yet is little.
    static constexpr std::size_t max_authentications = 8;

    // The first fatal error stays; later ones are consequences.
    void fail_with(Error error) noexcept {
        std::uint64_t none = 0;
        const std::uint64_t packed =
            std::uint64_t{1} << 32 |
            static_cast<std::uint64_t>(static_cast<std::uint16_t>(error.code)) << 16 | error.detail;
        failure_.compare_exchange_strong(none, packed, std::memory_order_acq_rel);
    }
    std::optional<Error> failure() const noexcept {
        const std::uint64_t packed = failure_.load(std::memory_order_acquire);
        if (packed == 0) return std::nullopt;
        return Error{static_cast<ErrorCode>(packed >> 16 & 0xffff),
                     static_cast<std::uint16_t>(packed & 0xffff)};
    }

    // The peer asked for our keys to change. Several requests before we answer get one answer.
    void request_key_update() noexcept { key_update_due_.store(true, std::memory_order_release); }
    // Whether any of the requests here waits for the sending half.
    bool output_requested() const noexcept {
        return key_update_due_.load(std::memory_order_acquire) ||
               no_renegotiation_due_.load(std::memory_order_acquire) ||
               close_due_.load(std::memory_order_acquire) ||
               authentication_due_.load(std::memory_order_acquire);
    }
    bool take_key_update_request() noexcept {
        return key_update_due_.exchange(false, std::memory_order_acq_rel);
    }

    // TLS 1.2: the peer tried to renegotiate and is warned off; once for several attempts.
    void request_no_renegotiation() noexcept { no_renegotiation_due_.store(true, std::memory_order_release); }
    bool take_no_renegotiation_request() noexcept {
        return no_renegotiation_due_.exchange(false, std::memory_order_acq_rel);
    }
    // no_progress where too many wait: their reader asks and does not read.
    Status request_authentication(Authentication authentication) {
        const std::lock_guard lock(authentications_guard_);
        if (authentications_.size() == max_authentications) return fail(ErrorCode::no_progress);
        authentications_.push_back(std::move(authentication));
        authentication_due_.store(true, std::memory_order_release);
        return {};
    }
    std::vector<Authentication> take_authentications() {
        if (!authentication_due_.load(std::memory_order_acquire)) return {};
        const std::lock_guard lock(authentications_guard_);
        authentication_due_.store(false, std::memory_order_release);
        return std::exchange(authentications_, {});
    }

    // TLS 1.2: the peer closed, and our side follows.
    void request_close() noexcept { close_due_.store(true, std::memory_order_release); }
    bool take_close_request() noexcept { return close_due_.exchange(false, std::memory_order_acq_rel); }

    // "an endpoint MUST NOT have more than one outstanding request" (RFC 9846 §4.7.3): true if we may ask
    // now.
    bool begin_peer_update() noexcept {
        return !peer_update_awaited_.exchange(true, std::memory_order_acq_rel);
    }
    void peer_updated() noexcept { peer_update_awaited_.store(false, std::memory_order_release); }
};

} // namespace pavise::engine
