#include "redis/pool.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>

#include <hiredis/hiredis.h>

namespace pavise::redis {

namespace {

// More threads than this at a time connect anew; a connection to Redis is cheap, but not free.
constexpr std::size_t most_idle = 16;
// What seals one name's contents lives as long as the call: the ring that it becomes for that never grows
// old.
constexpr std::string_view key_name = "pavise fleet key";
static_assert(key_name.size() == TicketKeys::name_size);

std::int64_t steady_milliseconds() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

timeval timeval_of(std::chrono::milliseconds time) noexcept {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
    return {static_cast<time_t>(seconds.count()), static_cast<suseconds_t>(rest.count())};
}

// hiredis writes without MSG_NOSIGNAL: where the server is gone, its SIGPIPE is kept from the program and
// taken back. One that was waiting before is left to the program.
class WithoutSigpipe {
    sigset_t pipe_{};
    sigset_t before_{};
    bool waited_ = false;

    static bool waits() noexcept {
        sigset_t pending;
        return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1;
    }

  public:
    WithoutSigpipe() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        waited_ = waits();
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~WithoutSigpipe() {
        constexpr timespec at_once{};
        if (!waited_ && waits()) (void)::sigtimedwait(&pipe_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
};

struct ReplyDeleter {
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using ReplyPointer = std::unique_ptr<redisReply, ReplyDeleter>;

ReplyPointer ask(redisContext& context, std::span<const Bytes> words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const Bytes word : words) {
        texts.push_back(as_text(word).data());
        sizes.push_back(word.size());
    }
    return ReplyPointer(static_cast<redisReply*>(
        redisCommandArgv(&context, static_cast<int>(texts.size()), texts.data(), sizes.data())));
}

void wipe(MutableBytes bytes) noexcept {
    volatile std::uint8_t* const byte = bytes.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) byte[i] = 0;
}

std::optional<TicketKeys> keys_of(const FleetKey& secret, Timestamp now) {
    auto keys = TicketKeys::generate();
    if (!keys) return std::nullopt;
    TicketKeys::Key key{};
    std::ranges::copy(key_name, key.name.begin());
    key.secret = secret;
    const Status set = keys->set(std::span(&key, 1), now);
    wipe(key.secret);
    if (!set) return std::nullopt;
    return *std::move(keys);
}

} // namespace

void ContextDeleter::operator()(redisContext* context) const noexcept {
    redisFree(context);
}

Pool::Pool(const Options& options, const FleetKey& key) : options_(options), key_(key) {}

Pool::~Pool() {
    wipe(key_);
}

Context Pool::connect() const {
    const timeval timeout = timeval_of(options_.timeout);
    Context context(options_.unix_socket.empty()
                        ? redisConnectWithTimeout(options_.host.c_str(), options_.port, timeout)
                        : redisConnectUnixWithTimeout(options_.unix_socket.c_str(), timeout));
    if (!context || context->err != 0 || redisSetTimeout(context.get(), timeout) != REDIS_OK) return {};
    if (!options_.password.empty() && !authenticate(*context)) return {};
    return context;
}

bool Pool::authenticate(redisContext& context) const {
    std::vector<Bytes> words{as_bytes("AUTH")};
    if (!options_.username.empty()) words.push_back(as_bytes(options_.username));
    words.push_back(as_bytes(options_.password));
    const ReplyPointer reply = ask(context, words);
    return reply && reply->type == REDIS_REPLY_STATUS;
}

Context Pool::borrow() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Context context = std::move(idle_.back());
            idle_.pop_back();
            return context;
        }
    }
    return connect();
}

void Pool::give_back(Context context) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle) idle_.push_back(std::move(context));
}

void Pool::remember_failure() noexcept {
    not_before_ = std::max<std::int64_t>(steady_milliseconds() + options_.retry_after.count(), 1);
    const std::lock_guard lock(mutex_);
    idle_.clear(); // they lead to the same server
}

std::optional<Reply> Pool::command(std::initializer_list<Bytes> words) {
    if (const std::int64_t not_before = not_before_; not_before != 0 && steady_milliseconds() < not_before)
        return std::nullopt;
    const WithoutSigpipe scope;
    Context context = borrow();
    ReplyPointer reply = context ? ask(*context, words) : nullptr;
    if (context && !reply) { // perhaps the server was restarted since this connection was made
        context = connect();
        reply = context ? ask(*context, words) : nullptr;
    }
    if (!reply) {
        remember_failure();
        return std::nullopt;
    }
    not_before_ = 0;
    Reply out;
    switch (reply->type) {
    case REDIS_REPLY_NIL: break;
    case REDIS_REPLY_STATUS: out.kind = Reply::Kind::status; break;
    case REDIS_REPLY_STRING: {
        out.kind = Reply::Kind::value;
        const Bytes value = as_bytes({reply->str, reply->len});
        out.value.assign(value.begin(), value.end());
        break;
    }
    default: return std::nullopt; // an error: out of memory, a replica, no permission
    }
    give_back(std::move(context));
    return out;
}

std::string Pool::name(std::string_view kind, Bytes id) const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = options_.prefix + std::string(kind) + ":";
    for (const std::uint8_t byte : id) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::optional<ByteVector> Pool::seal(Bytes secret, std::string_view name) const {
    const Timestamp now = system_clock().now();
    const auto keys = keys_of(key_, now);
    if (!keys) return std::nullopt;
    auto sealed = pavise::seal(*keys, secret, as_bytes(name), now);
    return sealed ? std::optional(*std::move(sealed)) : std::nullopt;
}

std::optional<ByteVector> Pool::open(Bytes sealed, std::string_view name) const {
    const Timestamp now = system_clock().now();
    const auto keys = keys_of(key_, now);
    if (!keys) return std::nullopt;
    return open_sealed(*keys, sealed, as_bytes(name), now);
}

} // namespace pavise::redis
