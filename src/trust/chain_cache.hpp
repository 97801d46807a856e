// A memory for chains that were found valid, so that a client that meets the same server again verifies no
// signature of its chain a second time.
#pragma once

#include "crypto/provider.hpp"
#include "trust/verify.hpp"

#include <mutex>

namespace pavise::trust {

// A verified chain and the leaf's key, ready for use.
struct VerifiedPeer {
    std::shared_ptr<const VerifiedChain> chain;
    std::shared_ptr<const crypto::PublicKey> key;
};

// Without a memory: verify_chain, and the leaf's key (unsupported_key where TLS cannot use it).
Result<VerifiedPeer> verify_peer(std::span<const Bytes> presented, const VerifyOptions& options,
                                 const crypto::Provider& provider);

// Bounded; thread-safe, with a lock that is held for a comparison of some KiB at a time.
//
// An answer is remembered with everything that it depends on: the store's contents, every byte presented, the
// name, the purpose and all policies. They are compared, which is cheaper than hashing them. It is given
// again only while every certificate of the chain is valid. Failures are not remembered, nor is anything
// while revocation lists are asked for.
class VerifiedChainCache {
  public:
    // Servers that one client talks to again and again. An entry keeps its chain: some 12 KiB.
    static constexpr std::size_t default_capacity = 256;

    // Rounded up to whole sets of `ways`.
    explicit VerifiedChainCache(std::size_t capacity = default_capacity);

    // As verify_peer. One cache goes with one provider.
    Result<VerifiedPeer> verify(std::span<const Bytes> presented, const VerifyOptions& options,
                                const crypto::Provider& provider);
    std::size_t capacity() const noexcept { return sets_.size() * ways; }
    // Forgets every answer, for who wants to see the validation itself: the next ones are as they would have
    // been.
    void clear();

  private:
    // Set-associative: a key can stand in one of four places; the one that was not used for longest gives
    // way.
    static constexpr std::size_t ways = 4;

    struct Entry {
        ByteVector circumstances; // all but the certificates' bytes
        ByteVector presented;     // which are these, one behind the other
        Timestamp from{};
        Timestamp until{}; // inclusive, in whole seconds
        VerifiedPeer peer; // empty where there is no entry
        std::uint64_t last_use = 0;
    };
    struct Set {
        std::mutex mutex;
        std::array<Entry, ways> entries;
        std::uint64_t uses = 0;
    };

    struct Question;

    Set& set_of(const Question& question);
    std::optional<VerifiedPeer> find(const Question& question, Timestamp time);
    void keep(Question question, const VerifiedPeer& peer);

    std::vector<Set> sets_;
};

} // namespace pavise::trust
