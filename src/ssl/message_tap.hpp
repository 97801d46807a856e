// The engine's Tap that shows a connection's messages to the callback of its context.
#pragma once

#include "wire/tap.hpp"

#include <pavise/ssl/connection.hpp>

#include <atomic>
#include <exception>
#include <mutex>

namespace pavise::ssl {

// Called by the thread that reads and by the one that writes.
class MessageTap final : public wire::Tap {
    const MessageCallback callback_;
    SSLConnection* const& owner_; // where the connection keeps it
    std::atomic<bool> threw_{false};
    std::mutex mutex_;
    std::exception_ptr exception_;

    void show(wire::Direction direction, ContentType type, Bytes content) noexcept {
        try {
            const MessageDirection way =
                direction == wire::Direction::sent ? MessageDirection::sent : MessageDirection::received;
            callback_(*owner_, {way, type, content});
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (exception_ == nullptr) exception_ = std::current_exception();
            threw_.store(true, std::memory_order_relaxed);
        }
    }

  public:
    MessageTap(MessageCallback callback, SSLConnection* const& owner) :
        callback_(std::move(callback)),
        owner_(owner) {}

    void on_message(wire::Direction direction, Bytes message) noexcept override {
        show(direction, ContentType::handshake, message);
    }
    // Messages of the handshake are shown whole, not as records cut them.
    void on_content(wire::Direction direction, ContentType type, Bytes content) noexcept override {
        if (type != ContentType::handshake) show(direction, type, content);
    }

    bool threw() const noexcept { return threw_.load(std::memory_order_relaxed); }
    // The first that was thrown since the last call.
    std::exception_ptr take() noexcept {
        const std::lock_guard lock(mutex_);
        threw_.store(false, std::memory_order_relaxed);
        return std::exchange(exception_, nullptr);
    }
};

} // namespace pavise::ssl
