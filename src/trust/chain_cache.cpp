#include "trust/chain_cache.hpp"

#include <algorithm>
#include <functional>

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

// What decides about a chain beside its bytes and the time.
ByteVector circumstances_of(std::span<const Bytes> presented, const VerifyOptions& options) {
    constexpr std::size_t usual_size = 256;
    ByteVector out;
    out.reserve(usual_size);
    append(out, options.store->fingerprint());
    append_enum(out, options.purpose);
    append_enum(out, options.common_name);
    append_enum(out, options.anchors);
    append_enum(out, options.revocation);
    append_enum(out, options.profile);
    append(out, options.minimum_rsa_bits);
    append_enum(out, options.name ? options.name->kind() : ReferenceName::Kind{0xff});
    if (options.name) {
        append(out, as_bytes(options.name->text()));
        append(out, options.name->address());
    }
    for (const Bytes certificate : presented) append(out, certificate.size());
    return out;
}

ByteVector joined(std::span<const Bytes> parts) {
    ByteVector out;
    for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

} // namespace

// Everything that an answer depends on, but the time.
struct VerifiedChainCache::Question {
    ByteVector circumstances;
    std::span<const Bytes> presented;

    // The end of a certificate is its signature: no two that are in use share it. Chains that were made to
    // look alike share a place, and nothing else: what counts is is().
    std::size_t place() const noexcept {
        constexpr std::size_t telling = 32;
        const Bytes leaf = presented.front();
        return std::hash<std::string_view>()(as_text(circumstances)) ^
               std::hash<std::string_view>()(as_text(leaf.last(std::min(telling, leaf.size()))));
    }
    bool is(const Entry& entry) const noexcept {
        // Equal circumstances have the same lengths of certificates in them.
        if (!entry.peer.chain || entry.circumstances != circumstances) return false;
        Bytes rest = entry.presented;
        for (const Bytes certificate : presented) {
            if (!std::ranges::equal(rest.first(certificate.size()), certificate)) return false;
            rest = rest.subspan(certificate.size());
        }
        return true;
    }
};

Result<VerifiedPeer> verify_peer(std::span<const Bytes> presented, const VerifyOptions& options,
                                 const crypto::Provider& provider) {
    PAVISE_LET(VerifiedChain chain, verify_chain(presented, options));
    PAVISE_LET(auto key, provider.public_key(chain.leaf()->subject_public_key_info()));
    return VerifiedPeer{std::make_shared<const VerifiedChain>(std::move(chain)), std::move(key)};
}

VerifiedChainCache::VerifiedChainCache(std::size_t capacity) :
    sets_(std::max<std::size_t>(1, (capacity + ways - 1) / ways)) {}

VerifiedChainCache::Set& VerifiedChainCache::set_of(const Question& question) {
    return sets_[question.place() % sets_.size()];
}

std::optional<VerifiedPeer> VerifiedChainCache::find(const Question& question, Timestamp time) {
    Set& set = set_of(question);
    const std::lock_guard lock(set.mutex);
    for (Entry& entry : set.entries) {
        if (!question.is(entry)) continue;
        if (time < entry.from || std::chrono::floor<std::chrono::seconds>(time) > entry.until)
            return std::nullopt;
        entry.last_use = ++set.uses;
        return entry.peer;
    }
    return std::nullopt;
}

void VerifiedChainCache::keep(Question question, const VerifiedPeer& peer) {
    Set& set = set_of(question);
    Entry entry;
    entry.presented = joined(question.presented);
    entry.from = Timestamp::min();
    entry.until = Timestamp::max();
    for (const CertificatePtr& certificate : peer.chain->certificates) {
        entry.from = std::max(entry.from, certificate->not_before());
        entry.until = std::min(entry.until, certificate->not_after());
    }
    entry.peer = peer;
    // Locked after `entry` was made, hence unlocked before what it was swapped with is freed.
    const std::lock_guard lock(set.mutex);
    const auto same =
        std::ranges::find_if(set.entries, [&question](const Entry& kept) { return question.is(kept); });
    const auto place =
        same != set.entries.end() ? same : std::ranges::min_element(set.entries, {}, &Entry::last_use);
    entry.circumstances = std::move(question.circumstances);
    entry.last_use = ++set.uses;
    std::swap(*place, entry);
}

void VerifiedChainCache::clear() {
    for (Set& set : sets_) {
        std::array<Entry, ways> forgotten; // freed when the lock is
        const std::lock_guard lock(set.mutex);
        std::swap(set.entries, forgotten);
    }
}

Result<VerifiedPeer> VerifiedChainCache::verify(std::span<const Bytes> presented,
                                                const VerifyOptions& options,
                                                const crypto::Provider& provider) {
    const bool worth_a_look = options.store != nullptr && options.revocation == RevocationPolicy::ignore &&
                              !presented.empty() && presented.size() <= max_presented_certificates;
    if (!worth_a_look) return verify_peer(presented, options, provider);
    Question question{circumstances_of(presented, options), presented};
    if (auto known = find(question, options.time)) return *std::move(known);
    PAVISE_LET(VerifiedPeer peer, verify_peer(presented, options, provider));
    keep(std::move(question), peer);
    return peer;
}

} // namespace pavise::trust
