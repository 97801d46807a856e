// Contestants measured side by side. A scenario is one benchmark; in each of its rounds every contestant has
// a turn of some milliseconds. So whatever the processor's speed is just then (other machines on the same
// hardware, heat), it is that for all of them, and what is compared are the turns of the same round.
//
// Counters of the result, each in microseconds, with the medians of all rounds:
//
//     NAME:COUNTER          what the contestant NAME took
//     NAME:COUNTER:times    the same in times of what the first contestant took in the same round
//     content               bytes that one operation carries, where it carries any
//
// tools/bench.py makes a table of them. A name may end in "-cold": the same without what is remembered.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pavise::bench {

// Seconds, by counter of the scenario.
using Taken = std::vector<double>;

struct Contestant {
    std::string name;
    std::function<Taken()> turn; // what a typical operation of a turn took
};

struct Scenario {
    std::string name;
    std::vector<std::string> counters;
    // Made anew for each repetition, and what they have in common with them. The first is what the others are
    // compared with.
    std::function<std::vector<Contestant>()> contestants;
    std::size_t content = 0;
};

void register_scenario(Scenario scenario);

// Runs everything and prints a table of it; the result is main's. Repetitions are interleaved, unless the
// command line says otherwise.
int run_side_by_side(int argc, char** argv);

double median_of(std::vector<double> values); // of one at the least

// The median of each counter over `count` operations, of which each gives what it took. The first ones find
// the processor's caches full of another contestant's code; the median does not see them.
template <class Operation> Taken typical_of(std::size_t count, Operation operation) {
    std::vector<std::vector<double>> samples;
    for (std::size_t i = 0; i < count; ++i) {
        const Taken taken = operation();
        samples.resize(taken.size());
        for (std::size_t counter = 0; counter < taken.size(); ++counter)
            samples[counter].push_back(taken[counter]);
    }
    Taken typical;
    for (std::vector<double>& values : samples) typical.push_back(median_of(std::move(values)));
    return typical;
}

// What one call takes.
template <class Call> double seconds_of(Call call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace pavise::bench
