// Sessions: what a connection leaves behind so that the next one need not prove everything again (RFC 8446
// §2.2, §4.6.1; RFC 5077). A client keeps a Session; a server keeps its side in the ticket itself, sealed by
// TicketKeys, or in a SessionStore.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/environment.hpp>
#include <pavise/export.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pavise {

namespace handshake {
struct SessionData;
}
namespace schedule {
class TicketKeyRing;
}

// A client's side of a session. A cheap handle; what is behind it never changes. Thread-safe.
//
// It holds a secret: whoever has its bytes can impersonate either side to the other. In TLS 1.3 each ticket
// is meant to be used once (RFC 8446 §C.4): a passive observer could link connections that use it twice.
class PAVISE_EXPORT Session {
    std::shared_ptr<const handshake::SessionData> data_;

  public:
    Session() noexcept; // no session
    explicit Session(std::shared_ptr<const handshake::SessionData> data) noexcept;
    Session(const Session&) noexcept;
    Session& operator=(const Session&) noexcept;
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    explicit operator bool() const noexcept { return data_ != nullptr; }
    const std::shared_ptr<const handshake::SessionData>& data() const noexcept { return data_; }

    ProtocolVersion version() const noexcept;
    CipherSuite cipher_suite() const noexcept;
    const std::string& server_name() const noexcept;
    const std::string& alpn_protocol() const noexcept;
    Timestamp received_at() const noexcept;
    // After this moment the session is not offered any more.
    Timestamp expires_at() const noexcept;
    // How many bytes of early data the server lets one send with it. 0: none.
    std::uint32_t max_early_data_size() const noexcept;
    bool usable_at(Timestamp now) const noexcept;

    // A versioned form for storage, with the secret in it. Read back by the same or a later version of
    // Pavise.
    ByteVector serialise() const;
    // Errors: bad_session where the bytes are damaged, from an unknown version, or not a session.
    static Result<Session> deserialise(Bytes bytes);
};

// Where a client's sessions wait for the next connection to the same server. Implementations are safe to call
// from any number of threads at once.
class PAVISE_EXPORT SessionCache {
  public:
    virtual ~SessionCache();
    virtual void put(std::string_view server_name, const Session& session) = 0;
    // The best session for this server, and forgets it: a ticket is used once. An empty Session where there
    // is none.
    virtual Session take(std::string_view server_name, Timestamp now) = 0;
    // Forgets this server's sessions of TLS 1.2, of which take() leaves the cache a copy: a connection of its
    // ended with a fatal alert, and must not be resumed (RFC 5246 §7.2.2). It may throw, as put may. A cache
    // that gives each session once need not do anything, and the default does not.
    virtual void forget(std::string_view server_name);
};

// A cache in memory: at most `servers` names with `sessions` each; what was used longest ago goes first.
PAVISE_EXPORT std::shared_ptr<SessionCache> make_session_cache(std::size_t servers = 256,
                                                               std::size_t sessions = 4);

// Where a server keeps its side of sessions, if not in the tickets. Implementations are safe to call from any
// number of threads at once. The states hold secrets.
class PAVISE_EXPORT SessionStore {
  public:
    virtual ~SessionStore();
    // Forgotten at `expires` at the latest, earlier where room is short.
    virtual void put(Bytes id, Bytes state, Timestamp expires) = 0;
    virtual std::optional<ByteVector> get(Bytes id, Timestamp now) = 0;
    // As get, and forgets it in the same step: of two callers one gets it.
    virtual std::optional<ByteVector> take(Bytes id, Timestamp now) = 0;
};

// A store in memory, in shards with a lock each: at most `capacity` sessions, the oldest go first.
PAVISE_EXPORT std::shared_ptr<SessionStore> make_session_store(std::size_t capacity = 20'000);

// The keys that seal a server's tickets. They rotate by themselves, or are set from outside so that a fleet
// shares them. A cheap handle; the keys behind it are shared and thread-safe.
class PAVISE_EXPORT TicketKeys {
    std::shared_ptr<schedule::TicketKeyRing> ring_;

  public:
    static constexpr std::size_t name_size = 16;
    static constexpr std::size_t secret_size = 32;
    struct Key {
        std::array<std::uint8_t, name_size> name;
        std::array<std::uint8_t, secret_size> secret; // the caller wipes it
    };

    TicketKeys() noexcept; // no keys: no tickets
    explicit TicketKeys(std::shared_ptr<schedule::TicketKeyRing> ring) noexcept;
    TicketKeys(const TicketKeys&) noexcept;
    TicketKeys& operator=(const TicketKeys&) noexcept;
    TicketKeys(TicketKeys&&) noexcept;
    TicketKeys& operator=(TicketKeys&&) noexcept;
    ~TicketKeys();

    // Random keys that rotate.
    static Result<TicketKeys> generate(Rng& rng = system_rng(), Clock& clock = system_clock());
    // From now on the first of `keys` seals and all open; the caller rotates. Errors: bad_argument for no
    // keys, too many, equal names or an all-zero secret.
    Status set(std::span<const Key> keys, Timestamp now);

    explicit operator bool() const noexcept { return ring_ != nullptr; }
    const std::shared_ptr<schedule::TicketKeyRing>& ring() const noexcept { return ring_; }
};

// Remembers which early data was seen, so that none is taken twice (RFC 8446 §8). Implementations are safe to
// call from any number of threads at once.
class PAVISE_EXPORT ReplayRegister {
  public:
    virtual ~ReplayRegister();
    // True the first time that this token is shown, until `expires`. False where it was seen, or where that
    // cannot be known: the connection then goes on without early data.
    virtual bool first_use(Bytes token, Timestamp now, Timestamp expires) = 0;
};

// A register in memory: at most `capacity` tokens within the window; when it is full, no early data is taken.
PAVISE_EXPORT std::shared_ptr<ReplayRegister> make_replay_register(std::size_t capacity = 100'000);

} // namespace pavise
