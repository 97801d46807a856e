// Connections to one Redis server, borrowed for a command each; and the sealing of what goes there.
#pragma once

#include <pavise/redis.hpp>
#include <pavise/sealing.hpp>

#include <atomic>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

struct redisContext;

namespace pavise::redis {

struct ContextDeleter {
    void operator()(redisContext* context) const noexcept;
};
using Context = std::unique_ptr<redisContext, ContextDeleter>;

// What Redis answered.
struct Reply {
    enum class Kind : std::uint8_t { nothing, status, value };
    Kind kind = Kind::nothing;
    ByteVector value{};
};

class Pool {
    const Options options_;
    std::mutex mutex_;
    std::vector<Context> idle_; // guarded by mutex_
    FleetKey key_;              // wiped at the end
    // Steady time in milliseconds, before which nothing is asked again. 0: the last command was answered.
    std::atomic<std::int64_t> not_before_{0};

    Context connect() const;
    bool authenticate(redisContext& context) const;
    Context borrow();
    void give_back(Context context);
    void remember_failure() noexcept;

  public:
    Pool(const Options& options, const FleetKey& key);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // Words of a command, each any bytes. Nothing where no answer came, or an error.
    std::optional<Reply> command(std::initializer_list<Bytes> words);
    bool reachable() const noexcept { return not_before_ == 0; }

    // The name of a thing in Redis: the prefix, what it is, and its id in hexadecimal.
    std::string name(std::string_view kind, Bytes id) const;
    // Sealed under the fleet's key, for this name alone.
    std::optional<ByteVector> seal(Bytes secret, std::string_view name) const;
    std::optional<ByteVector> open(Bytes sealed, std::string_view name) const;
};

} // namespace pavise::redis
