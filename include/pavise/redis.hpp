// A fleet: several servers, on one machine or many, that resume each other's sessions, seal tickets with the
// same keys, and take no early data twice. What they share is kept in Redis.
//
// For programs that are linked with libpavise-redis beside libpavise.
//
// Everything that leaves the process is sealed under the fleet's key first: who can read or write the Redis
// server learns no secret and can forge no session, but can see how many there are, take them away, and
// bring an old one back before it expires. A Redis server that is slow, full or gone costs resumption and
// early data, and never a connection: what cannot be looked up counts as not there, and a token that cannot
// be registered counts as seen.
//
// Thread rules: all objects are safe to call from any number of threads at once; each call takes one
// connection of the pool. Calls block, for Options::timeout at most.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/environment.hpp>
#include <pavise/export.hpp>
#include <pavise/result.hpp>
#include <pavise/session.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace pavise::redis {

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string unix_socket{};              // its path; empty: host and port
    std::string username{};                 // for AUTH; empty: none
    std::string password{};                 // for AUTH; empty: no AUTH
    std::string prefix = "pavise:";         // of every key: fleets with different ones do not meet
    std::chrono::milliseconds timeout{100}; // of connecting, and of every command
    // After a failure nothing is asked for so long: a Redis server that is gone must not slow handshakes.
    std::chrono::milliseconds retry_after{1000};
};

// The secret that the servers of a fleet have in common, from where they have their private keys from. The
// caller wipes it. All zeros: bad_argument.
using FleetKey = std::array<std::uint8_t, 32>;

class Pool;

class PAVISE_EXPORT Fleet {
    std::shared_ptr<Pool> pool_;
    explicit Fleet(std::shared_ptr<Pool> pool) noexcept;

  public:
    // How long the keys of tickets seal; they open for as long again.
    static constexpr std::chrono::hours ticket_key_period{12};

    // No connection is made yet. Errors: bad_argument for an all-zero key.
    static Result<Fleet> create(const Options& options, const FleetKey& key);
    Fleet(const Fleet&) noexcept;
    Fleet& operator=(const Fleet&) noexcept;
    Fleet(Fleet&&) noexcept;
    Fleet& operator=(Fleet&&) noexcept;
    ~Fleet();

    // For ServerConfig::session_store. A session of TLS 1.3 is given to one server alone (GETDEL).
    std::shared_ptr<SessionStore> session_store() const;
    // For ServerConfig::replay_register. What a failover of Redis loses can be replayed: Redis replicates
    // asynchronously.
    std::shared_ptr<ReplayRegister> replay_register() const;
    // For ServerConfig::ticket_keys: brings `keys` up to date with what the fleet seals with now, and makes
    // the key of this period where no server has yet. To be called at the start, then every few minutes.
    // False where Redis could not be asked: the keys stay as they are.
    bool refresh(TicketKeys& keys, Timestamp now) const;
    // Whether the last command was answered.
    bool reachable() const noexcept;
};

} // namespace pavise::redis
