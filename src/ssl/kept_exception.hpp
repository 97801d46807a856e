// What a callback of the application's threw, until somebody can be told.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

namespace pavise::ssl {

// For the thread that reads and the one that writes.
class KeptException {
    std::atomic<bool> there_{false};
    std::mutex mutex_;
    std::exception_ptr exception_;

  public:
    // The exception that is being handled, unless there is one already.
    void keep_current() noexcept {
        const std::lock_guard lock(mutex_);
        if (exception_ == nullptr) exception_ = std::current_exception();
        there_.store(true, std::memory_order_relaxed);
    }
    bool there() const noexcept { return there_.load(std::memory_order_relaxed); }
    // Null: none was thrown since the last call.
    std::exception_ptr take() noexcept {
        if (!there()) return nullptr;
        const std::lock_guard lock(mutex_);
        there_.store(false, std::memory_order_relaxed);
        return std::exchange(exception_, nullptr);
    }
};

} // namespace pavise::ssl
