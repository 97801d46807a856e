// Sessions and ticket keys as the public sees them.
#include <pavise/session.hpp>

#include "base/try.hpp"
#include "crypto/provider.hpp"
#include "engine/outermost.hpp"
#include "handshake/session_data.hpp"
#include "schedule/ticket_keys.hpp"

namespace pavise {

using handshake::SessionData;

namespace {

const SessionData& nothing() {
    static const SessionData empty;
    return empty;
}

} // namespace

Session::Session() noexcept = default;
Session::Session(std::shared_ptr<const SessionData> data) noexcept : data_(std::move(data)) {}
Session::Session(const Session&) noexcept = default;
Session& Session::operator=(const Session&) noexcept = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

ProtocolVersion Session::version() const noexcept {
    return (data_ ? *data_ : nothing()).version;
}
CipherSuite Session::cipher_suite() const noexcept {
    return (data_ ? *data_ : nothing()).cipher_suite;
}
const std::string& Session::server_name() const noexcept {
    return (data_ ? *data_ : nothing()).server_name;
}
const std::string& Session::alpn_protocol() const noexcept {
    return (data_ ? *data_ : nothing()).alpn_protocol;
}
Timestamp Session::received_at() const noexcept {
    return (data_ ? *data_ : nothing()).issued_at;
}
Timestamp Session::expires_at() const noexcept {
    return (data_ ? *data_ : nothing()).expires_at();
}
std::uint32_t Session::max_early_data_size() const noexcept {
    return (data_ ? *data_ : nothing()).max_early_data;
}

bool Session::usable_at(Timestamp now) const noexcept {
    // A clock that was set back makes every age unbelievable.
    return data_ != nullptr && now >= data_->issued_at && now < data_->expires_at();
}

ByteVector Session::serialise() const {
    return data_ ? handshake::serialise(*data_) : ByteVector();
}

Result<Session> Session::deserialise(Bytes bytes) {
    return engine::guarded([&]() -> Result<Session> {
        PAVISE_LET(SessionData data, handshake::deserialise_session(bytes));
        return Session(std::make_shared<const SessionData>(std::move(data)));
    });
}

SessionCache::~SessionCache() = default;
void SessionCache::forget(std::string_view) {}
SessionStore::~SessionStore() = default;
ReplayRegister::~ReplayRegister() = default;

// ---------------------------------------------------------------- ticket keys

static_assert(TicketKeys::name_size == schedule::ticket_key_name_size);
static_assert(TicketKeys::secret_size == schedule::ticket_key_secret_size);

TicketKeys::TicketKeys() noexcept = default;
TicketKeys::TicketKeys(std::shared_ptr<schedule::TicketKeyRing> ring) noexcept : ring_(std::move(ring)) {}
TicketKeys::TicketKeys(const TicketKeys&) noexcept = default;
TicketKeys& TicketKeys::operator=(const TicketKeys&) noexcept = default;
TicketKeys::TicketKeys(TicketKeys&&) noexcept = default;
TicketKeys& TicketKeys::operator=(TicketKeys&&) noexcept = default;
TicketKeys::~TicketKeys() = default;

Result<TicketKeys> TicketKeys::generate(Rng& rng, Clock& clock) {
    return engine::guarded([&]() -> Result<TicketKeys> {
        PAVISE_LET(auto ring, schedule::TicketKeyRing::create(crypto::botan_provider(), rng, clock.now()));
        return TicketKeys(std::shared_ptr<schedule::TicketKeyRing>(std::move(ring)));
    });
}

Status TicketKeys::set(std::span<const Key> keys, Timestamp now) {
    return engine::guarded([&]() -> Status {
        if (ring_ == nullptr) return fail(ErrorCode::bad_argument);
        std::vector<schedule::TicketKey> ring_keys;
        for (const Key& key : keys)
            ring_keys.push_back({key.name, FixedSecret<secret_size>(Bytes(key.secret))});
        return ring_->set_keys(ring_keys, now);
    });
}

} // namespace pavise
