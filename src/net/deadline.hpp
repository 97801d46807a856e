// Deadline: the one absolute point in time by which an operation has to be done, however many system calls,
// signals and partial transfers it takes. A timeout per call would let a dripping peer hold an operation for
// ever.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>

namespace pavise::net {

class Deadline {
    using SteadyClock = std::chrono::steady_clock;
    SteadyClock::time_point point_;
    explicit constexpr Deadline(SteadyClock::time_point point) noexcept : point_(point) {}

  public:
    static constexpr Deadline never() noexcept { return Deadline(SteadyClock::time_point::max()); }
    static Deadline after(std::chrono::milliseconds time) noexcept {
        return Deadline(SteadyClock::now() + time);
    }

    bool is_never() const noexcept { return point_ == SteadyClock::time_point::max(); }
    bool passed() const noexcept { return !is_never() && SteadyClock::now() >= point_; }
    // For poll(2) and epoll_wait(2): -1 for never, otherwise rounded up, so that a wait never ends just short
    // of it.
    int poll_timeout() const noexcept {
        if (is_never()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(point_ - SteadyClock::now()).count();
        return static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX));
    }

    friend constexpr auto operator<=>(Deadline, Deadline) = default;
};

} // namespace pavise::net
