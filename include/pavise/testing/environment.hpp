// Randomness and time that repeat themselves: with the same seed, clock and input, a connection says the same
// bytes on every run.
#pragma once

#include <pavise/environment.hpp>

namespace pavise::testing {

// The same bytes for the same seed (SplitMix64): not random, and enough for tests. Not thread-safe.
class PAVISE_EXPORT SeededRng final : public Rng {
    std::uint64_t state_;

  public:
    explicit SeededRng(std::uint64_t seed) : state_(seed) {}
    Status fill(MutableBytes out) noexcept override {
        for (std::uint8_t& byte : out) {
            state_ += 0x9e3779b97f4a7c15;
            std::uint64_t z = state_;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            byte = static_cast<std::uint8_t>(z >> 56);
        }
        return {};
    }
};

// 2030-01-01 00:00:00 UTC, unless a test says otherwise: no test depends on the day it runs.
inline constexpr Timestamp test_time{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

// Time stands still until it is moved.
class PAVISE_EXPORT FixedClock final : public Clock {
    Timestamp now_;

  public:
    explicit FixedClock(Timestamp now = test_time) : now_(now) {}
    Timestamp now() noexcept override { return now_; }
    void set(Timestamp now) { now_ = now; }
    void advance(Milliseconds by) { now_ += by; }
};

} // namespace pavise::testing
