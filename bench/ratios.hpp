// Runs the registered benchmarks and prints, below Google Benchmark's own table, each one against its limit:
// the bare calls of the same run. Names are scenario/…/subject; the subject "bare" is the limit of its
// scenario.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace pavise::bench {

// Runs everything; the result is main's. Repetitions are interleaved and medians compared, unless the command
// line says otherwise, so that what else happens on the machine hits all alike.
int run_with_ratios(int argc, char** argv);

// Short stretches timed one by one. Their median is what a stretch costs when nobody interrupts it.
class Stopwatch {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds_;
    Clock::time_point start_;

  public:
    void start() { start_ = Clock::now(); }
    void stop() { seconds_.push_back(std::chrono::duration<double>(Clock::now() - start_).count()); }
    // The median stretch times their number; starts anew.
    double take_typical_total();
};

} // namespace pavise::bench
