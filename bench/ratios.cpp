#include "ratios.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace pavise::bench {
namespace {

// The bytes a second of one benchmark: median and spread of its repetitions.
struct Rates {
    std::vector<double> runs;

    double median() {
        std::sort(runs.begin(), runs.end());
        return runs[runs.size() / 2];
    }
    double spread() {
        std::sort(runs.begin(), runs.end());
        return (runs.back() - runs.front()) / median();
    }
};

class RatioReporter : public benchmark::ConsoleReporter {
    std::map<std::string, std::map<std::string, Rates>> scenarios_;

  public:
    RatioReporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        std::vector<Run> shown;
        for (const Run& run : runs) {
            if (run.run_type == Run::RT_Aggregate) {
                if (run.aggregate_name == "median") shown.push_back(run);
                continue;
            }
            const std::string& name = run.run_name.function_name;
            const std::size_t slash = name.rfind('/');
            scenarios_[name.substr(0, slash)][name.substr(slash + 1)].runs.push_back(
                run.counters.at("bytes_per_second"));
        }
        if (!shown.empty()) ConsoleReporter::ReportRuns(shown);
    }

    void print_ratios() {
        std::printf("\n%-44s %10s %10s %8s %s\n", "scenario", "MB/s", "bare MB/s", "of bare",
                    "spread (bare)");
        for (auto& [scenario, subjects] : scenarios_) {
            const auto bare = subjects.find("bare");
            if (bare == subjects.end()) continue;
            for (auto& [subject, rates] : subjects) {
                if (subject == "bare") continue;
                std::printf("%-44s %10.0f %10.0f %7.1f%% %.0f%% (%.0f%%)\n",
                            (scenario + "/" + subject).c_str(), rates.median() / 1e6,
                            bare->second.median() / 1e6, 100 * rates.median() / bare->second.median(),
                            100 * rates.spread(), 100 * bare->second.spread());
            }
        }
    }
};

} // namespace

double Stopwatch::take_typical_total() {
    const auto middle = seconds_.begin() + static_cast<std::ptrdiff_t>(seconds_.size() / 2);
    std::nth_element(seconds_.begin(), middle, seconds_.end());
    const double total = *middle * static_cast<double>(seconds_.size());
    seconds_.clear();
    return total;
}

int run_with_ratios(int argc, char** argv) {
    std::vector<std::string> arguments{argv[0], "--benchmark_repetitions=9",
                                       "--benchmark_enable_random_interleaving=true",
                                       "--benchmark_min_time=0.05"};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
    RatioReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.print_ratios();
    return 0;
}

} // namespace pavise::bench
