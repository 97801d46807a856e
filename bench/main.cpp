// The comparison of libraries: see scenarios.hpp. Options are Google Benchmark's. All but the threads stays
// on one processor.
#include "scenarios.hpp"

#include <sched.h>

int main(int argc, char** argv) {
    using namespace pavise::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    remember_processors();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one);
    for (const auto& library : libraries())
        benchmark::AddCustomContext("library_" + library->name(), library->version());
    register_handshakes();
    register_bulk();
    register_memory();
    register_parallel();
    register_odds_and_ends();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
