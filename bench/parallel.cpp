// One thread and two, each with handshakes of its own, on one context: what they share must not slow them.
#include "conversation.hpp"
#include "scenarios.hpp"

#include <atomic>
#include <functional>
#include <sched.h>
#include <thread>

namespace pavise::bench {

namespace {

constexpr std::chrono::milliseconds stretch{40};
constexpr int stretches = 6;

// The processors that this program was allowed when it began; main() pins everything else to one of them.
cpu_set_t allowed;

// Handshakes a second, all threads together. Each thread makes what it runs.
double rate_of(const std::function<std::function<void()>()>& make, unsigned threads) {
    std::atomic<unsigned> ready{0};
    std::atomic<bool> go{false}, stop{false};
    std::atomic<std::size_t> done{0};
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            sched_setaffinity(0, sizeof allowed, &allowed);
            const std::function<void()> handshake = make();
            ++ready;
            while (!go) {
            }
            std::size_t count = 0;
            for (; !stop; ++count) handshake();
            done += count;
        });
    while (ready != threads) {
    }
    const auto start = std::chrono::steady_clock::now();
    go = true;
    std::this_thread::sleep_for(stretch);
    stop = true;
    for (std::thread& worker : workers) worker.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (done == 0) give_up("a thread made no handshake");
    return static_cast<double>(done) / seconds;
}

void run_parallel(benchmark::State& state, const std::function<std::function<void()>()>& make) {
    std::vector<double> one, two, ratios;
    for (auto _ : state)
        for (int i = 0; i < stretches; ++i) {
            one.push_back(rate_of(make, 1));
            two.push_back(rate_of(make, 2));
            ratios.push_back(two.back() / one.back());
        }
    state.counters["one_thread"] = median_of(one);
    state.counters["two_threads"] = median_of(two);
    state.counters["scaling"] = median_of(ratios);
}

void run_library(benchmark::State& state, const Library& library, const Setup& setup) {
    const std::unique_ptr<Context> context = library.context(setup);
    Conversation().shake_hands(*context);
    run_parallel(state, [&context] { return [&context] { Conversation().shake_hands(*context); }; });
}

// What two threads that share nothing get from these processors.
void run_limit(benchmark::State& state) {
    run_parallel(state, [] { return [limit = limit_of({})] { limit.turn(); }; });
}

} // namespace

void remember_processors() {
    sched_getaffinity(0, sizeof allowed, &allowed);
}

void register_parallel() {
    if (std::thread::hardware_concurrency() < 2) return;
    const Library& library = *libraries().front();
    for (const Setup& setup : {Setup{}, Setup{.version = Version::tls12, .resumption = Resumption::ticket}}) {
        const std::string name = "parallel/" + name_of(setup) + "/" + library.name();
        benchmark::RegisterBenchmark(name.c_str(), [&library, setup](auto& state) {
            run_library(state, library, setup);
        })->Iterations(1);
    }
    benchmark::RegisterBenchmark(("parallel/" + name_of({}) + "/limit").c_str(), run_limit)->Iterations(1);
}

} // namespace pavise::bench
