#include "redis/pool.hpp"

#include <algorithm>

namespace pavise::redis {

namespace {

constexpr std::string_view session_kind = "session";
constexpr std::string_view replay_kind = "early-data";
constexpr std::string_view ticket_key_kind = "ticket-key";

// For PX, which wants at least one.
std::string milliseconds_between(Timestamp now, Timestamp then) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(then - now).count();
    return std::to_string(std::max<decltype(left)>(left, 1));
}

class RedisSessionStore final : public SessionStore {
    std::shared_ptr<Pool> pool_;

    std::optional<ByteVector> read(std::string_view verb, Bytes id) {
        const std::string name = pool_->name(session_kind, id);
        const auto reply = pool_->command({as_bytes(verb), as_bytes(name)});
        if (!reply || reply->kind != Reply::Kind::value) return std::nullopt;
        return pool_->open(reply->value, name);
    }

  public:
    explicit RedisSessionStore(std::shared_ptr<Pool> pool) noexcept : pool_(std::move(pool)) {}

    void put(Bytes id, Bytes state, Timestamp expires) override {
        const std::string name = pool_->name(session_kind, id);
        const auto sealed = pool_->seal(state, name);
        if (!sealed) return;
        const std::string time = milliseconds_between(system_clock().now(), expires);
        (void)pool_->command({as_bytes("SET"), as_bytes(name), *sealed, as_bytes("PX"), as_bytes(time)});
    }
    // Redis forgets by its own clock; that the state is not too old is judged by what it says itself.
    std::optional<ByteVector> get(Bytes id, Timestamp) override { return read("GET", id); }
    std::optional<ByteVector> take(Bytes id, Timestamp) override { return read("GETDEL", id); }
};

class RedisReplayRegister final : public ReplayRegister {
    std::shared_ptr<Pool> pool_;

  public:
    explicit RedisReplayRegister(std::shared_ptr<Pool> pool) noexcept : pool_(std::move(pool)) {}

    bool first_use(Bytes token, Timestamp now, Timestamp expires) override {
        const std::string name = pool_->name(replay_kind, token);
        const std::string time = milliseconds_between(now, expires);
        const auto reply = pool_->command(
            {as_bytes("SET"), as_bytes(name), as_bytes("1"), as_bytes("NX"), as_bytes("PX"), as_bytes(time)});
        return reply && reply->kind == Reply::Kind::status;
    }
};

std::int64_t period_of(Timestamp time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()) /
           std::chrono::milliseconds(Fleet::ticket_key_period);
}

// A key as it lies in Redis: name and secret.
ByteVector written(const TicketKeys::Key& key) {
    ByteVector out(key.name.begin(), key.name.end());
    out.insert(out.end(), key.secret.begin(), key.secret.end());
    return out;
}

std::optional<TicketKeys::Key> read_key(Bytes bytes) {
    TicketKeys::Key key{};
    if (bytes.size() != key.name.size() + key.secret.size()) return std::nullopt;
    std::ranges::copy(bytes.first(key.name.size()), key.name.begin());
    std::ranges::copy(bytes.subspan(key.name.size()), key.secret.begin());
    return key;
}

void wipe(TicketKeys::Key& key) noexcept {
    volatile std::uint8_t* const byte = key.secret.data();
    for (std::size_t i = 0; i < key.secret.size(); ++i) byte[i] = 0;
}

enum class Missing : std::uint8_t { leave, make };

// The fleet's key of a period. Whoever comes first makes it; all others read what that one wrote.
std::optional<TicketKeys::Key> key_of_period(Pool& pool, std::int64_t period, Missing missing) {
    const std::string name = pool.name(ticket_key_kind, as_bytes(std::to_string(period)));
    if (missing == Missing::make) {
        TicketKeys::Key fresh{};
        if (!system_rng().fill(fresh.name) || !system_rng().fill(fresh.secret)) return std::nullopt;
        ByteVector plain = written(fresh);
        const auto sealed = pool.seal(plain, name);
        wipe(fresh);
        std::ranges::fill(plain, std::uint8_t{0});
        // Made a period ahead, sealing for one, opening for another.
        const auto lifetime = std::chrono::milliseconds(Fleet::ticket_key_period) * 3;
        if (!sealed || !pool.command({as_bytes("SET"), as_bytes(name), *sealed, as_bytes("NX"),
                                      as_bytes("PX"), as_bytes(std::to_string(lifetime.count()))}))
            return std::nullopt;
    }
    const auto reply = pool.command({as_bytes("GET"), as_bytes(name)});
    if (!reply || reply->kind != Reply::Kind::value) return std::nullopt;
    auto plain = pool.open(reply->value, name);
    if (!plain) return std::nullopt;
    const auto key = read_key(*plain);
    std::ranges::fill(*plain, std::uint8_t{0});
    return key;
}

} // namespace

Fleet::Fleet(std::shared_ptr<Pool> pool) noexcept : pool_(std::move(pool)) {}
Fleet::Fleet(const Fleet&) noexcept = default;
Fleet& Fleet::operator=(const Fleet&) noexcept = default;
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;
Fleet::~Fleet() = default;

Result<Fleet> Fleet::create(const Options& options, const FleetKey& key) {
    if (std::ranges::all_of(key, [](std::uint8_t byte) { return byte == 0; }))
        return fail(ErrorCode::bad_argument);
    return Fleet(std::make_shared<Pool>(options, key));
}

std::shared_ptr<SessionStore> Fleet::session_store() const {
    return std::make_shared<RedisSessionStore>(pool_);
}

std::shared_ptr<ReplayRegister> Fleet::replay_register() const {
    return std::make_shared<RedisReplayRegister>(pool_);
}

bool Fleet::refresh(TicketKeys& keys, Timestamp now) const {
    const std::int64_t period = period_of(now);
    std::vector<TicketKeys::Key> found;
    auto present = key_of_period(*pool_, period, Missing::make);
    if (present) found.push_back(*present);
    // The next one too, so that a server whose clock is ahead is understood; the last one opens still.
    for (const auto& [when, missing] :
         {std::pair{period + 1, Missing::make}, std::pair{period - 1, Missing::leave}})
        if (present)
            if (const auto key = key_of_period(*pool_, when, missing)) found.push_back(*key);
    const bool done = !found.empty() && keys && keys.set(found, now).has_value();
    for (TicketKeys::Key& key : found) wipe(key);
    if (present) wipe(*present);
    return done;
}

bool Fleet::reachable() const noexcept {
    return pool_->reachable();
}

} // namespace pavise::redis
