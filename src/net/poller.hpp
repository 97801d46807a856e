// Poller: many descriptors watched at once (epoll, level-triggered).
#pragma once

#include "net/deadline.hpp"
#include "net/descriptor.hpp"

#include <pavise/result.hpp>

#include <array>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

namespace pavise::net {

// What a descriptor is watched for. `none` still reports a hang-up.
enum class Interest : std::uint32_t { none = 0, read = EPOLLIN, write = EPOLLOUT, both = EPOLLIN | EPOLLOUT };

class Poller {
    Descriptor descriptor_;
    // How many events one wait brings: the rest come with the next one.
    std::array<epoll_event, 256> events_{};
    explicit Poller(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}
    Status control(int operation, int fd, Interest interest, std::uint64_t token) noexcept;

  public:
    struct Event {
        std::uint64_t token; // as given to add()
        bool readable;       // or hung up, or failed: a read tells
        bool writable;
    };

    static Result<Poller> create() noexcept;
    // The descriptor stays the caller's; closing it ends the watch. Errors: poll_failed.
    Status add(int fd, Interest interest, std::uint64_t token) noexcept;
    Status change(int fd, Interest interest, std::uint64_t token) noexcept;
    Status remove(int fd) noexcept;

    // Calls `on_event` for each event; returns how many there were, 0 when the deadline passed first.
    template <class OnEvent> Result<std::size_t> wait(Deadline deadline, OnEvent&& on_event) {
        auto ready = collect(deadline);
        if (!ready) return Unexpected(ready.error());
        for (const epoll_event& event : *ready) {
            const bool failed = (event.events & (EPOLLHUP | EPOLLERR)) != 0;
            on_event(Event{event.data.u64, failed || (event.events & EPOLLIN) != 0,
                           failed || (event.events & EPOLLOUT) != 0});
        }
        return ready->size();
    }

  private:
    Result<std::span<const epoll_event>> collect(Deadline deadline) noexcept;
};

} // namespace pavise::net
