#include "trust/chain_cache.hpp"

#include "trust/fingerprint.hpp"

#include <algorithm>

namespace pavise::trust {

namespace {

void append(ByteVector& out, std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8)
        out.push_back(static_cast<std::uint8_t>(number >> shift));
}

// A part and its length, so that no two lists of parts look alike.
void append(ByteVector& out, Bytes bytes) {
    append(out, bytes.size());
    out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Enum> void append_enum(ByteVector& out, Enum value) {
    out.push_back(static_cast<std::uint8_t>(value));
}

// Everything that decides about a chain, but the time.
Result<Fingerprint> key_of(std::span<const Bytes> presented, const VerifyOptions& options) {
    ByteVector fixed;
    append(fixed, options.store->fingerprint());
    append_enum(fixed, options.purpose);
    append_enum(fixed, options.common_name);
    append_enum(fixed, options.anchors);
    append_enum(fixed, options.revocation);
    append_enum(fixed, options.profile);
    append(fixed, options.minimum_rsa_bits);
    append_enum(fixed, options.name ? options.name->kind() : ReferenceName::Kind{0xff});
    if (options.name) {
        append(fixed, as_bytes(options.name->text()));
        append(fixed, options.name->address());
    }
    // The lengths of what was presented go first, its bytes are hashed where they lie.
    for (const Bytes certificate : presented) append(fixed, certificate.size());
    std::vector<Bytes> parts{fixed};
    parts.insert(parts.end(), presented.begin(), presented.end());
    return sha256(parts);
}

} // namespace

Result<VerifiedPeer> verify_peer(std::span<const Bytes> presented, const VerifyOptions& options,
                                 const crypto::Provider& provider) {
    PAVISE_LET(VerifiedChain chain, verify_chain(presented, options));
    PAVISE_LET(auto key, provider.public_key(chain.leaf()->subject_public_key_info()));
    return VerifiedPeer{std::make_shared<const VerifiedChain>(std::move(chain)), std::move(key)};
}

VerifiedChainCache::VerifiedChainCache(std::size_t capacity) :
    sets_(std::max<std::size_t>(1, (capacity + ways - 1) / ways)) {}

VerifiedChainCache::Set& VerifiedChainCache::set_of(const Fingerprint& key) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8 | key[i];
    return sets_[number % sets_.size()];
}

std::optional<VerifiedPeer> VerifiedChainCache::find(const Fingerprint& key, Timestamp time) {
    Set& set = set_of(key);
    const std::lock_guard lock(set.mutex);
    for (Entry& entry : set.entries) {
        if (!entry.peer.chain || entry.key != key) continue;
        if (time < entry.from || std::chrono::floor<std::chrono::seconds>(time) > entry.until)
            return std::nullopt;
        entry.last_use = ++set.uses;
        return entry.peer;
    }
    return std::nullopt;
}

void VerifiedChainCache::keep(const Fingerprint& key, const VerifiedPeer& peer) {
    Entry entry;
    entry.key = key;
    entry.from = Timestamp::min();
    entry.until = Timestamp::max();
    for (const CertificatePtr& certificate : peer.chain->certificates) {
        entry.from = std::max(entry.from, certificate->not_before());
        entry.until = std::min(entry.until, certificate->not_after());
    }
    entry.peer = peer;
    Set& set = set_of(key);
    // Locked after `entry` was made, hence unlocked before what it was swapped with is freed.
    const std::lock_guard lock(set.mutex);
    const auto same = std::ranges::find(set.entries, key, &Entry::key);
    const auto place =
        same != set.entries.end() ? same : std::ranges::min_element(set.entries, {}, &Entry::last_use);
    entry.last_use = ++set.uses;
    std::swap(*place, entry);
}

Result<VerifiedPeer> VerifiedChainCache::verify(std::span<const Bytes> presented,
                                                const VerifyOptions& options,
                                                const crypto::Provider& provider) {
    const bool worth_a_look = options.store != nullptr && options.revocation == RevocationPolicy::ignore &&
                              !presented.empty() && presented.size() <= max_presented_certificates;
    if (!worth_a_look) return verify_peer(presented, options, provider);
    PAVISE_LET(const Fingerprint key, key_of(presented, options));
    if (auto known = find(key, options.time)) return *std::move(known);
    PAVISE_LET(VerifiedPeer peer, verify_peer(presented, options, provider));
    keep(key, peer);
    return peer;
}

} // namespace pavise::trust
