#include "side_by_side.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace pavise::bench {

namespace {

// What the contestants took: by contestant, counter and round.
using Rounds = std::vector<std::vector<std::vector<double>>>;

double median_quotient(const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<double> quotients;
    for (std::size_t i = 0; i < above.size(); ++i) quotients.push_back(above[i] / below[i]);
    return median_of(std::move(quotients));
}

void report(benchmark::State& state, const Scenario& scenario, const std::vector<Contestant>& all,
            const Rounds& rounds) {
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t counter = 0; counter < scenario.counters.size(); ++counter) {
            const std::string name = all[i].name + ":" + scenario.counters[counter];
            state.counters[name] = median_of(rounds[i][counter]) * 1e6;
            if (i > 0)
                state.counters[name + ":times"] =
                    median_quotient(rounds[i][counter], rounds.front()[counter]);
        }
    if (scenario.content > 0) state.counters["content"] = static_cast<double>(scenario.content);
}

void run(benchmark::State& state, const Scenario& scenario) {
    const std::vector<Contestant> all = scenario.contestants();
    Rounds rounds(all.size(), std::vector<std::vector<double>>(scenario.counters.size()));
    for (const Contestant& contestant : all) contestant.turn();
    std::size_t first = 0; // each begins in its turn
    for (auto _ : state) {
        double total = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::size_t next = (first + i) % all.size();
            Taken taken;
            total += seconds_of([&] { taken = all[next].turn(); });
            for (std::size_t counter = 0; counter < taken.size(); ++counter)
                rounds[next][counter].push_back(taken[counter]);
        }
        ++first;
        state.SetIterationTime(total);
    }
    report(state, scenario, all, rounds);
}

// A line for each contestant and counter: its median over the repetitions.
class TableReporter : public benchmark::ConsoleReporter {
    std::map<std::string, std::map<std::string, std::vector<double>>> scenarios_;

  public:
    TableReporter() : ConsoleReporter(OO_Defaults) {}
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration)
                for (const auto& [name, counter] : run.counters)
                    scenarios_[run.run_name.function_name][name].push_back(counter.value);
    }
    void print() const {
        std::printf("%-40s %-32s %12s %s\n", "scenario", "contestant:counter", "µs", "times the first one's");
        for (const auto& [scenario, counters] : scenarios_)
            for (const auto& [name, values] : counters) {
                if (name.ends_with(":times") || name == "content") continue;
                const auto times = counters.find(name + ":times");
                std::printf("%-40s %-32s %12.3f", scenario.c_str(), name.c_str(), median_of(values));
                if (times != counters.end()) std::printf(" %.3f", median_of(times->second));
                std::printf("\n");
            }
    }
};

} // namespace

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void register_scenario(Scenario scenario) {
    const std::string name = scenario.name;
    benchmark::RegisterBenchmark(name.c_str(), [scenario = std::move(scenario)](benchmark::State& state) {
        run(state, scenario);
    })->UseManualTime();
}

int run_side_by_side(int argc, char** argv) {
    std::vector<std::string> arguments{argv[0], "--benchmark_repetitions=9",
                                       "--benchmark_enable_random_interleaving=true",
                                       "--benchmark_min_time=0.2"};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
    TableReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.print();
    return 0;
}

} // namespace pavise::bench
