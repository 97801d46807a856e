// Sealing of stateless tickets (RFC 8446 §4.6.1, RFC 5077 §4): a ring of keys that rotates by itself, or is
// fed from outside so that a fleet of servers shares it.
//
// A sealed ticket is
//
//     key_name[16] ‖ seed[16] ‖ AES-256-GCM(state) ‖ tag[16]
//
// Key and nonce of the AEAD are derived from the ring's key and the seed, fresh for each ticket, so that no
// number of tickets comes near GCM's bound for random nonces. The key name and the caller's associated data
// are authenticated.
//
// Thread rules: seal(), open() and set_keys() may be called from any number of threads at once. The ring's
// lock is held to copy one pointer, and while a new key is made.
#pragma once

#include "crypto/provider.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>

#include <sys/types.h>

namespace pavise::schedule {

inline constexpr std::size_t ticket_key_name_size = 16;
inline constexpr std::size_t ticket_key_secret_size = 32;
inline constexpr std::size_t ticket_seed_size = 16;
inline constexpr std::size_t ticket_tag_size = 16;
// What sealing adds to the state.
inline constexpr std::size_t sealed_ticket_overhead =
    ticket_key_name_size + ticket_seed_size + ticket_tag_size;
// opaque ticket<1..2^16-1> (RFC 8446 §4.6.1).
inline constexpr std::size_t max_sealed_ticket_size = 0xffff;
// Opening a ticket looks through the ring; more keys than this are a mistake of the caller.
inline constexpr std::size_t max_ticket_keys = 16;
// No ticket lives longer (RFC 8446 §4.6.1), so no key has a reason to seal for longer. Whoever holds a key
// can read the early data of every ticket sealed with it, and all data of psk_ke and TLS 1.2 sessions (RFC
// 8446 §2.2, §8).
inline constexpr std::chrono::seconds max_ticket_key_age = std::chrono::days(7);

struct TicketKey {
    std::array<std::uint8_t, ticket_key_name_size> name{};
    FixedSecret<ticket_key_secret_size> secret;

    TicketKey clone() const noexcept { return {name, secret.clone()}; }
};

struct TicketKeyPolicy {
    // How long a key made here seals new tickets: at most max_ticket_key_age.
    std::chrono::seconds sealing_period = std::chrono::hours(12);
    // How long every key opens tickets after it ceased to seal. A ticket's lifetime should not exceed it.
    std::chrono::seconds overlap = std::chrono::hours(12);
};

// Which key opened a ticket: one that was sealed by a former key is worth replacing (RFC 5077 §3.3).
enum class TicketKeyUse : std::uint8_t { current, former };

struct OpenedTicket {
    SecretVector state;
    TicketKeyUse key;
};

class TicketKeyRing {
    struct Entry;
    struct KeySet;

    const crypto::Provider& provider_;
    Rng& rng_;
    const TicketKeyPolicy policy_;
    const pid_t maker_; // the process that made this ring: see fork_generation()
    mutable std::atomic<std::uint64_t> counter_{0};
    mutable std::shared_mutex mutex_;
    mutable std::shared_ptr<const KeySet> keys_; // guarded by mutex_; the set itself is immutable

    TicketKeyRing(const crypto::Provider& provider, Rng& rng, TicketKeyPolicy policy) noexcept;
    std::uint32_t fork_generation() const noexcept;
    Status separate_after_fork(crypto::Hmac& hmac, Bytes secret, MutableBytes fresh) const noexcept;
    Result<std::shared_ptr<const Entry>> make_entry(Timestamp now) const;
    std::shared_ptr<const KeySet> keys() const;
    Result<std::shared_ptr<const Entry>> sealing_entry(Timestamp now) const;

  public:
    // A ring with a first key of its own, which rotates by itself. `rng` is used under the ring's lock; it
    // and `provider` must outlive the ring. bad_argument for a policy out of its bounds.
    static Result<std::unique_ptr<TicketKeyRing>> create(const crypto::Provider& provider, Rng& rng,
                                                         Timestamp now, TicketKeyPolicy policy = {});
    ~TicketKeyRing();
    TicketKeyRing(const TicketKeyRing&) = delete;
    TicketKeyRing& operator=(const TicketKeyRing&) = delete;

    // Replaces all keys: the first one seals, all open. From now on the ring makes no keys: the caller
    // rotates, at the latest every max_ticket_key_age. Setting a key again does not make it younger.
    // bad_argument for no key or more than max_ticket_keys, for an all-zero or short secret and for a name
    // used twice.
    Status set_keys(std::span<const TicketKey> keys, Timestamp now);

    // A ticket of state.size() + sealed_ticket_overhead bytes. `rng` is the connection's. `associated_data`
    // keeps tickets of different uses apart. ticket_key_expired when keys set from outside were not rotated
    // in time; bad_argument for a state that is too long.
    Result<ByteVector> seal(Bytes state, Bytes associated_data, Timestamp now, Rng& rng) const;

    // Nothing for a ticket that is not ours, was altered, or whose key expired: the handshake goes on without
    // it (RFC 8446 §4.2.11).
    std::optional<OpenedTicket> open(Bytes ticket, Bytes associated_data, Timestamp now) const;
};

} // namespace pavise::schedule
