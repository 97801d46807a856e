// The stores for sessions that live in this process: bounded, in least-recently-used order, safe for many
// threads.
#include "handshake/session_data.hpp"

#include <pavise/session.hpp>

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace pavise {

namespace {

// ---------------------------------------------------------------- the client's cache

class MemorySessionCache final : public SessionCache {
    struct Server {
        std::string name;
        std::deque<Session> sessions; // the newest last
    };
    const std::size_t max_servers_;
    const std::size_t max_sessions_;
    std::mutex mutex_;
    std::list<Server> servers_; // what was used last comes first
    std::unordered_map<std::string_view, std::list<Server>::iterator> by_name_; // keys lie in servers_

    Server& server(std::string_view name) {
        if (const auto found = by_name_.find(name); found != by_name_.end()) {
            servers_.splice(servers_.begin(), servers_, found->second);
            return servers_.front();
        }
        if (servers_.size() == max_servers_) {
            by_name_.erase(servers_.back().name);
            servers_.pop_back();
        }
        servers_.push_front({std::string(name), {}});
        by_name_.emplace(servers_.front().name, servers_.begin());
        return servers_.front();
    }

  public:
    MemorySessionCache(std::size_t servers, std::size_t sessions) :
        max_servers_(std::max<std::size_t>(servers, 1)),
        max_sessions_(std::max<std::size_t>(sessions, 1)) {}

    void put(std::string_view server_name, const Session& session) override {
        if (!session) return;
        const std::lock_guard lock(mutex_);
        std::deque<Session>& sessions = server(server_name).sessions;
        if (sessions.size() == max_sessions_) sessions.pop_front();
        sessions.push_back(session);
    }

    Session take(std::string_view server_name, Timestamp now) override {
        const std::lock_guard lock(mutex_);
        const auto found = by_name_.find(server_name);
        if (found == by_name_.end()) return {};
        std::deque<Session>& sessions = found->second->sessions;
        while (!sessions.empty()) {
            const Session session = sessions.back();
            // "Clients … SHOULD NOT reuse a ticket for multiple connections" (RFC 8446 §C.4); a TLS 1.2
            // session may be used again.
            if (!session.usable_at(now) || session.version() >= ProtocolVersion::tls_1_3) sessions.pop_back();
            if (session.usable_at(now)) return session;
        }
        return {};
    }

    void forget(std::string_view server_name) override {
        const std::lock_guard lock(mutex_);
        const auto found = by_name_.find(server_name);
        if (found == by_name_.end()) return;
        std::erase_if(found->second->sessions,
                      [](const Session& session) { return session.version() < ProtocolVersion::tls_1_3; });
    }
};

// ---------------------------------------------------------------- stores keyed by bytes

// One shard: entries in the order of their arrival, the oldest leave first.
class Shard {
    struct Entry {
        std::string id;
        SecretVector state;
        Timestamp expires;
    };
    std::mutex mutex_;
    std::list<Entry> entries_;                                               // the oldest first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_id_; // keys lie in entries_

    void erase(std::list<Entry>::iterator entry) {
        by_id_.erase(entry->id);
        entries_.erase(entry);
    }
    std::list<Entry>::iterator find(Bytes id, Timestamp now) {
        const auto found = by_id_.find(as_text(id));
        if (found == by_id_.end()) return entries_.end();
        if (found->second->expires > now) return found->second;
        erase(found->second);
        return entries_.end();
    }

  public:
    void put(Bytes id, Bytes state, Timestamp expires, std::size_t capacity) {
        const std::lock_guard lock(mutex_);
        if (const auto found = by_id_.find(as_text(id)); found != by_id_.end()) erase(found->second);
        while (entries_.size() >= capacity) erase(entries_.begin());
        entries_.push_back({std::string(as_text(id)), SecretVector(state), expires});
        by_id_.emplace(entries_.back().id, std::prev(entries_.end()));
    }
    std::optional<ByteVector> get(Bytes id, Timestamp now) {
        const std::lock_guard lock(mutex_);
        const auto entry = find(id, now);
        if (entry == entries_.end()) return std::nullopt;
        return ByteVector(entry->state.view().begin(), entry->state.view().end());
    }
    std::optional<ByteVector> take(Bytes id, Timestamp now) {
        const std::lock_guard lock(mutex_);
        const auto entry = find(id, now);
        if (entry == entries_.end()) return std::nullopt;
        ByteVector state(entry->state.view().begin(), entry->state.view().end());
        erase(entry);
        return state;
    }
    // True where `id` was not there; then it is. Makes room only by what has expired.
    bool insert_new(Bytes id, Timestamp now, Timestamp expires, std::size_t capacity) {
        const std::lock_guard lock(mutex_);
        if (find(id, now) != entries_.end()) return false;
        while (!entries_.empty() && entries_.front().expires <= now) erase(entries_.begin());
        if (entries_.size() >= capacity) return false;
        entries_.push_back({std::string(as_text(id)), {}, expires});
        by_id_.emplace(entries_.back().id, std::prev(entries_.end()));
        return true;
    }
};

// Enough that two threads seldom meet at a lock, few enough that a small capacity still spreads.
constexpr std::size_t shard_count = 16;

class Shards {
    std::vector<Shard> shards_{shard_count};

  public:
    Shard& of(Bytes id) { return shards_[std::hash<std::string_view>{}(as_text(id)) % shard_count]; }
};

constexpr std::size_t capacity_of_shard(std::size_t capacity) {
    return std::max<std::size_t>((capacity + shard_count - 1) / shard_count, 1);
}

class MemorySessionStore final : public SessionStore {
    const std::size_t capacity_;
    Shards shards_;

  public:
    explicit MemorySessionStore(std::size_t capacity) : capacity_(capacity_of_shard(capacity)) {}
    void put(Bytes id, Bytes state, Timestamp expires) override {
        shards_.of(id).put(id, state, expires, capacity_);
    }
    std::optional<ByteVector> get(Bytes id, Timestamp now) override { return shards_.of(id).get(id, now); }
    std::optional<ByteVector> take(Bytes id, Timestamp now) override { return shards_.of(id).take(id, now); }
};

class MemoryReplayRegister final : public ReplayRegister {
    const std::size_t capacity_;
    Shards shards_;

  public:
    explicit MemoryReplayRegister(std::size_t capacity) : capacity_(capacity_of_shard(capacity)) {}
    bool first_use(Bytes token, Timestamp now, Timestamp expires) override {
        return shards_.of(token).insert_new(token, now, expires, capacity_);
    }
};

} // namespace

std::shared_ptr<SessionCache> make_session_cache(std::size_t servers, std::size_t sessions) {
    return std::make_shared<MemorySessionCache>(servers, sessions);
}

std::shared_ptr<SessionStore> make_session_store(std::size_t capacity) {
    return std::make_shared<MemorySessionStore>(capacity);
}

std::shared_ptr<ReplayRegister> make_replay_register(std::size_t capacity) {
    return std::make_shared<MemoryReplayRegister>(capacity);
}

} // namespace pavise
