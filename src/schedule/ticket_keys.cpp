#include "schedule/ticket_keys.hpp"

#include "base/try.hpp"
#include "schedule/hkdf.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

#include <unistd.h>

namespace pavise::schedule {

namespace {

constexpr crypto::AeadId ticket_aead = crypto::AeadId::aes_256_gcm;
constexpr crypto::HashId ticket_hash = crypto::HashId::sha256;

constexpr std::string_view ticket_info = "pavise ticket";
constexpr std::string_view fork_info = "pavise fork";

bool is_all_zero(Bytes bytes) noexcept {
    static constexpr std::array<std::uint8_t, ticket_key_secret_size> zeros{};
    return constant_time_equal(bytes, zeros);
}

// The parts of a sealed ticket.
template <class Span> struct TicketParts {
    Span name;
    Span seed;
    Span state;
    Span tag;

    // Precondition: ticket.size() >= sealed_ticket_overhead.
    explicit TicketParts(Span ticket) noexcept :
        name(ticket.first(ticket_key_name_size)),
        seed(ticket.subspan(ticket_key_name_size, ticket_seed_size)),
        state(
            ticket.subspan(ticket_key_name_size + ticket_seed_size, ticket.size() - sealed_ticket_overhead)),
        tag(ticket.last(ticket_tag_size)) {}
};

struct TicketCipher {
    std::unique_ptr<crypto::Aead> aead;
    std::array<std::uint8_t, crypto::aead_nonce_size> nonce;
};

// key ‖ nonce = HKDF-Expand(secret, "pavise ticket" ‖ seed)
Result<TicketCipher> ticket_cipher(const crypto::Provider& provider, crypto::Hmac& hmac, Bytes secret,
                                   Bytes seed, crypto::AeadUse use) noexcept {
    std::array<std::uint8_t, ticket_info.size() + ticket_seed_size> info;
    std::copy(seed.begin(), seed.end(), std::copy(ticket_info.begin(), ticket_info.end(), info.begin()));
    constexpr std::size_t key_size = aead_key_size(ticket_aead);
    FixedSecret<key_size + crypto::aead_nonce_size> material(key_size + crypto::aead_nonce_size);
    PAVISE_TRY(hkdf_expand(hmac, secret, info, material.mutable_view()));
    TicketCipher cipher{};
    PAVISE_LET(cipher.aead, provider.aead(ticket_aead, use, material.view().first(key_size)));
    std::ranges::copy(material.view().subspan(key_size), cipher.nonce.begin());
    return cipher;
}

ByteVector full_associated_data(Bytes name, Bytes associated_data) {
    ByteVector all(name.begin(), name.end());
    all.insert(all.end(), associated_data.begin(), associated_data.end());
    return all;
}

} // namespace

struct TicketKeyRing::Entry {
    TicketKey key;
    Timestamp first_seen;
    Timestamp seals_until;
    Timestamp opens_until;
};

struct TicketKeyRing::KeySet {
    std::vector<std::shared_ptr<const Entry>> entries; // the first one seals
    enum class Origin : std::uint8_t { made_here, set_from_outside } origin;
};

TicketKeyRing::TicketKeyRing(const crypto::Provider& provider, Rng& rng, TicketKeyPolicy policy) noexcept :
    provider_(provider),
    rng_(rng),
    policy_(policy),
    maker_(::getpid()) {}

TicketKeyRing::~TicketKeyRing() = default;

Result<std::unique_ptr<TicketKeyRing>> TicketKeyRing::create(const crypto::Provider& provider, Rng& rng,
                                                             Timestamp now, TicketKeyPolicy policy) {
    using std::chrono::seconds;
    if (policy.sealing_period <= seconds::zero() || policy.sealing_period > max_ticket_key_age ||
        policy.overlap < seconds::zero() || policy.overlap > max_ticket_key_age)
        return fail(ErrorCode::bad_argument);
    std::unique_ptr<TicketKeyRing> ring(new TicketKeyRing(provider, rng, policy));
    PAVISE_LET(auto first, ring->make_entry(now));
    ring->keys_ = std::make_shared<const KeySet>(KeySet{{std::move(first)}, KeySet::Origin::made_here});
    return ring;
}

// 0 in the process that made the ring, another number in each of its children: they share keys, and with a
// deterministic generator also its state, but must not share a nonce nor make the same new key.
std::uint32_t TicketKeyRing::fork_generation() const noexcept {
    const pid_t self = ::getpid();
    return self == maker_ ? 0 : static_cast<std::uint32_t>(self);
}

// In a child, replaces fresh random bytes by HKDF-Expand(secret, "pavise fork" ‖ generation ‖ count ‖ fresh).
Status TicketKeyRing::separate_after_fork(crypto::Hmac& hmac, Bytes secret,
                                          MutableBytes fresh) const noexcept {
    const std::uint32_t generation = fork_generation();
    if (generation == 0) return {};
    const std::uint64_t count = counter_.fetch_add(1, std::memory_order_relaxed);
    FixedSecret<128> info(fork_info.size() + sizeof(generation) + sizeof(count) + fresh.size());
    auto out = std::ranges::copy(fork_info, info.mutable_view().begin()).out;
    for (std::size_t i = 0; i < sizeof(generation); ++i)
        *out++ = static_cast<std::uint8_t>(generation >> (8 * i));
    for (std::size_t i = 0; i < sizeof(count); ++i) *out++ = static_cast<std::uint8_t>(count >> (8 * i));
    std::ranges::copy(fresh, out);
    return hkdf_expand(hmac, secret, info.view(), fresh);
}

Result<std::shared_ptr<const TicketKeyRing::Entry>> TicketKeyRing::make_entry(Timestamp now) const {
    FixedSecret<ticket_key_name_size + ticket_key_secret_size> fresh(ticket_key_name_size +
                                                                     ticket_key_secret_size);
    PAVISE_TRY(rng_.fill(fresh.mutable_view()));
    const Bytes secret = fresh.view().last(ticket_key_secret_size);
    // A generator that gives zeros is broken (CVE-2020-13777 was an all-zero ticket key).
    if (is_all_zero(secret)) return fail(ErrorCode::random_source_failed);
    PAVISE_LET(const auto hmac, provider_.hmac(ticket_hash));
    PAVISE_TRY(
        separate_after_fork(*hmac, FixedSecret<ticket_key_secret_size>(secret).view(), fresh.mutable_view()));
    TicketKey key{{}, FixedSecret<ticket_key_secret_size>(secret)};
    std::ranges::copy(fresh.view().first(ticket_key_name_size), key.name.begin());
    const Timestamp seals_until = now + policy_.sealing_period;
    return std::make_shared<const Entry>(
        Entry{std::move(key), now, seals_until, seals_until + policy_.overlap});
}

std::shared_ptr<const TicketKeyRing::KeySet> TicketKeyRing::keys() const {
    const std::shared_lock lock(mutex_);
    return keys_;
}

// The key that seals now; makes a new one when the ring does that and the last one is due.
Result<std::shared_ptr<const TicketKeyRing::Entry>> TicketKeyRing::sealing_entry(Timestamp now) const {
    if (const auto set = keys(); now < set->entries.front()->seals_until) return set->entries.front();
    const std::unique_lock lock(mutex_);
    if (now < keys_->entries.front()->seals_until) return keys_->entries.front(); // another thread was faster
    if (keys_->origin == KeySet::Origin::set_from_outside) return fail(ErrorCode::ticket_key_expired);
    PAVISE_LET(auto made, make_entry(now));
    KeySet next{{std::move(made)}, KeySet::Origin::made_here};
    for (const auto& entry : keys_->entries)
        if (now < entry->opens_until && next.entries.size() < max_ticket_keys) next.entries.push_back(entry);
    keys_ = std::make_shared<const KeySet>(std::move(next));
    return keys_->entries.front();
}

Status TicketKeyRing::set_keys(std::span<const TicketKey> keys, Timestamp now) {
    if (keys.empty() || keys.size() > max_ticket_keys) return fail(ErrorCode::bad_argument);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].secret.size() != ticket_key_secret_size || is_all_zero(keys[i].secret.view()))
            return fail(ErrorCode::bad_argument);
        for (std::size_t j = 0; j < i; ++j)
            if (keys[i].name == keys[j].name) return fail(ErrorCode::bad_argument);
    }
    const std::unique_lock lock(mutex_);
    KeySet next{{}, KeySet::Origin::set_from_outside};
    for (const TicketKey& key : keys) {
        Timestamp first_seen = now;
        for (const auto& former : keys_->entries)
            if (constant_time_equal(former->key.secret.view(), key.secret.view()))
                first_seen = former->first_seen;
        const Timestamp seals_until = first_seen + max_ticket_key_age;
        next.entries.push_back(std::make_shared<const Entry>(
            Entry{key.clone(), first_seen, seals_until, seals_until + policy_.overlap}));
    }
    keys_ = std::make_shared<const KeySet>(std::move(next));
    return {};
}

Result<ByteVector> TicketKeyRing::seal(Bytes state, Bytes associated_data, Timestamp now, Rng& rng) const {
    if (state.size() > max_sealed_ticket_size - sealed_ticket_overhead) return fail(ErrorCode::bad_argument);
    PAVISE_LET(const auto entry, sealing_entry(now));
    PAVISE_LET(const auto hmac, provider_.hmac(ticket_hash));
    ByteVector ticket(state.size() + sealed_ticket_overhead);
    const TicketParts<MutableBytes> parts{MutableBytes(ticket)};
    std::ranges::copy(entry->key.name, parts.name.begin());
    PAVISE_TRY(rng.fill(parts.seed));
    PAVISE_TRY(separate_after_fork(*hmac, entry->key.secret.view(), parts.seed));
    PAVISE_LET(const auto cipher,
               ticket_cipher(provider_, *hmac, entry->key.secret.view(), parts.seed, crypto::AeadUse::seal));
    std::ranges::copy(state, parts.state.begin());
    PAVISE_TRY(cipher.aead->seal(cipher.nonce, full_associated_data(parts.name, associated_data), parts.state,
                                 parts.tag));
    return ticket;
}

std::optional<OpenedTicket> TicketKeyRing::open(Bytes ticket, Bytes associated_data, Timestamp now) const {
    if (ticket.size() < sealed_ticket_overhead || ticket.size() > max_sealed_ticket_size) return std::nullopt;
    const TicketParts<Bytes> parts(ticket);
    const auto set = keys();
    const auto found = std::ranges::find_if(
        set->entries, [&](const auto& entry) { return std::ranges::equal(entry->key.name, parts.name); });
    if (found == set->entries.end() || now >= (*found)->opens_until) return std::nullopt;

    const auto hmac = provider_.hmac(ticket_hash);
    if (!hmac) return std::nullopt;
    const auto cipher =
        ticket_cipher(provider_, **hmac, (*found)->key.secret.view(), parts.seed, crypto::AeadUse::open);
    if (!cipher) return std::nullopt;
    SecretVector state(parts.state);
    if (!cipher->aead->open(cipher->nonce, full_associated_data(parts.name, associated_data),
                            state.mutable_view(), parts.tag))
        return std::nullopt;
    const bool current = found == set->entries.begin() && now < (*found)->seals_until;
    return OpenedTicket{std::move(state), current ? TicketKeyUse::current : TicketKeyUse::former};
}

} // namespace pavise::schedule
