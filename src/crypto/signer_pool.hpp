// Ready-made signers of one key, borrowed without a lock.
#pragma once

#include "crypto/botan_rng.hpp"
#include "crypto/key_algorithm.hpp"

#include <botan/pk_keys.h>
#include <botan/pubkey.h>

#include <array>
#include <atomic>
#include <memory>

namespace pavise::crypto {

// Signers for one padding and hash of one key. Botan's signers hold blinding state that every signature
// changes, so each is used by one thread at a time; making one for RSA takes as long as a signature.
class SignerPool {
    // As many as there are threads that sign at the same instant with one key; more are made and dropped
    // again.
    static constexpr std::size_t capacity = 16;

    std::array<std::atomic<Botan::PK_Signer*>, capacity> idle_{};

  public:
    SignerPool() = default;
    SignerPool(const SignerPool&) = delete;
    SignerPool& operator=(const SignerPool&) = delete;
    ~SignerPool() {
        for (auto& slot : idle_) delete slot.load(std::memory_order_relaxed);
    }

    // An idle signer, or none.
    std::unique_ptr<Botan::PK_Signer> borrow() noexcept {
        for (auto& slot : idle_) {
            // The load keeps the cache line shared while slots are empty.
            if (slot.load(std::memory_order_relaxed) == nullptr) continue;
            if (auto* signer = slot.exchange(nullptr, std::memory_order_acquire))
                return std::unique_ptr<Botan::PK_Signer>(signer);
        }
        return nullptr;
    }

    // Takes a signer that has finished its signature; destroys it where the pool is full.
    void give_back(std::unique_ptr<Botan::PK_Signer> signer) noexcept {
        Botan::PK_Signer* const offered = signer.release();
        for (auto& slot : idle_) {
            Botan::PK_Signer* empty = nullptr;
            if (slot.load(std::memory_order_relaxed) != nullptr) continue;
            if (slot.compare_exchange_strong(empty, offered, std::memory_order_release,
                                             std::memory_order_relaxed))
                return;
        }
        signer.reset(offered);
    }
};

} // namespace pavise::crypto
