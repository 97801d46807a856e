// Ready-made signers or verifiers of one key, or AEADs without one, borrowed without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace pavise::crypto {

// Botan's signers and verifiers have state that every signature changes, so each is used by one thread at a
// time; and what they compute when they are made takes a good part of a signature's time, for RSA as long as
// one. Capacity: as many as there are threads that use one key at the same instant; more are made and dropped
// again.
template <class T, std::size_t Capacity> class IdlePool {
    std::array<std::atomic<T*>, Capacity> idle_{};

  public:
    IdlePool() = default;
    IdlePool(const IdlePool&) = delete;
    IdlePool& operator=(const IdlePool&) = delete;
    ~IdlePool() {
        for (auto& slot : idle_) delete slot.load(std::memory_order_relaxed);
    }

    // An idle one, or none.
    std::unique_ptr<T> borrow() noexcept {
        for (auto& slot : idle_) {
            // The load keeps the cache line shared while slots are empty.
            if (slot.load(std::memory_order_relaxed) == nullptr) continue;
            if (T* const borrowed = slot.exchange(nullptr, std::memory_order_acquire))
                return std::unique_ptr<T>(borrowed);
        }
        return nullptr;
    }

    // Takes one that is done with its signature; destroys it where the pool is full.
    void give_back(std::unique_ptr<T> used) noexcept {
        for (auto& slot : idle_) {
            T* empty = nullptr;
            if (slot.load(std::memory_order_relaxed) != nullptr) continue;
            if (slot.compare_exchange_strong(empty, used.get(), std::memory_order_release,
                                             std::memory_order_relaxed)) {
                static_cast<void>(used.release()); // the pool's now
                return;
            }
        }
    }
};

} // namespace pavise::crypto
