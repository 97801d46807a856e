// One thread and two, each with handshakes of its own, on one context: what they share must not slow them.
#include "conversation.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <atomic>
#include <sched.h>
#include <thread>

namespace pavise::bench {

namespace {

constexpr std::chrono::milliseconds stretch{100};

// The processors that this program was allowed when it began; main() pins everything else to one of them.
cpu_set_t allowed;

// Handshakes a second, all threads together.
double rate_of(const Library& library, Context& context, unsigned threads) {
    std::atomic<bool> go{false}, stop{false};
    std::atomic<std::size_t> done{0};
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            sched_setaffinity(0, sizeof allowed, &allowed);
            while (!go) {
            }
            std::size_t count = 0;
            for (; !stop; ++count) Conversation().shake_hands(context);
            done += count;
        });
    const auto start = std::chrono::steady_clock::now();
    go = true;
    std::this_thread::sleep_for(stretch);
    stop = true;
    for (std::thread& worker : workers) worker.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (done == 0) give_up(library.name() + " made no handshake");
    return static_cast<double>(done) / seconds;
}

void run_parallel(benchmark::State& state, const Library& library, const Setup& setup) {
    const auto context = library.context(setup);
    {
        Conversation().shake_hands(*context);
    }
    std::vector<double> one, two, ratios;
    for (auto _ : state) {
        one.push_back(rate_of(library, *context, 1));
        two.push_back(rate_of(library, *context, 2));
        ratios.push_back(two.back() / one.back());
    }
    state.counters["one_thread"] = median_of(one);
    state.counters["two_threads"] = median_of(two);
    state.counters["scaling"] = median_of(ratios);
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
            run_parallel(state, library, setup);
        })->Iterations(1);
    }
}

} // namespace pavise::bench
