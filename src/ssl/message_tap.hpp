// The engine's Tap that shows a connection's messages to the callback of its context.
#pragma once

#include "ssl/kept_exception.hpp"
#include "wire/tap.hpp"

#include <pavise/ssl/connection.hpp>

namespace pavise::ssl {

// Called by the thread that reads and by the one that writes.
class MessageTap final : public wire::Tap {
    const MessageCallback callback_;
    SSLConnection* const& owner_; // where the connection keeps it
    KeptException thrown_;

    void show(wire::Direction direction, ContentType type, Bytes content) noexcept {
        try {
            const MessageDirection way =
                direction == wire::Direction::sent ? MessageDirection::sent : MessageDirection::received;
            callback_(*owner_, {way, type, content});
        } catch (...) {
            thrown_.keep_current();
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

    bool threw() const noexcept { return thrown_.there(); }
    // The first that was thrown since the last call.
    std::exception_ptr take() noexcept { return thrown_.take(); }
};

} // namespace pavise::ssl
