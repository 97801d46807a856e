// What a connection takes from the outside world: randomness and time. Both are injected, so that the same
// seed, clock and input give the same bytes on every run.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/export.hpp>
#include <pavise/result.hpp>

#include <chrono>

namespace pavise {

// A source of random bytes.
//
// Thread rules: an Rng may be used by many connections at once only if its implementation says so;
// system_rng() does. Ownership: whoever is given an Rng keeps a reference; the caller keeps it alive as long.
class PAVISE_EXPORT Rng {
  public:
    virtual ~Rng();
    // Fills all of `out`, or fails with ErrorCode::random_source_failed and leaves `out` unspecified.
    virtual Status fill(MutableBytes out) noexcept = 0;
};

using Milliseconds = std::chrono::milliseconds;
// Time since the Unix epoch, in UTC, without leap seconds.
using Timestamp = std::chrono::sys_time<Milliseconds>;

// The time of day. Used for certificate validity, ticket ages and nothing that measures durations of I/O.
class PAVISE_EXPORT Clock {
  public:
    virtual ~Clock();
    virtual Timestamp now() noexcept = 0;
};

// The operating system's generator (getrandom(2)): no state in this process, hence safe across fork(), and
// safe to use from any number of threads at once. Lives as long as the process.
PAVISE_EXPORT Rng& system_rng() noexcept;
// The system's real-time clock. Thread-safe; lives as long as the process.
PAVISE_EXPORT Clock& system_clock() noexcept;

} // namespace pavise
