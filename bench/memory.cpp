// What connections hold of the heap: while they shake hands, and then idle. And how often a handshake asks
// for memory.
#include "conversation.hpp"
#include "heap.hpp"
#include "identities.hpp"
#include "scenarios.hpp"

#include <algorithm>

namespace pavise::bench {

namespace {

// What one side of one connection held at most, and holds now.
struct Held {
    std::ptrdiff_t now = 0;
    std::ptrdiff_t most = 0;
    std::size_t allocations = 0;
};

// Runs a step and adds what it did to `held`.
template <class Step> void account(Held& held, Step step) {
    Heap& counted = heap();
    const std::ptrdiff_t before = counted.in_use;
    const std::size_t allocations_before = counted.allocations;
    counted.most_in_use = before;
    step();
    held.most = std::max(held.most, held.now + counted.most_in_use - before);
    held.now += counted.in_use - before;
    held.allocations += counted.allocations - allocations_before;
}

// What is given back when all of one side go, whoever asked for it: objects are handed from one connection to
// the next.
template <class End> double given_back(std::vector<Conversation>& conversations, End end) {
    const std::ptrdiff_t before = heap().in_use;
    for (Conversation& conversation : conversations) end(conversation);
    return static_cast<double>(before - heap().in_use);
}

struct Sums {
    Held client;
    Held server;
};

constexpr std::size_t largest_flight = 16384;

void hold(benchmark::State& state, const Library& library, const Setup& setup, std::size_t count) {
    const auto context = library.context(setup);
    {
        Conversation().shake_hands(*context);
    }
    for (auto _ : state) {
        std::vector<Conversation> conversations(count);
        std::vector<Sums> sums(count);
        for (Conversation& conversation : conversations) conversation.reserve(largest_flight);
        for (std::size_t i = 0; i < count; ++i)
            conversations[i].shake_hands(
                *context, [&](auto step) { account(sums[i].client, step); },
                [&](auto step) { account(sums[i].server, step); });
        Held client, server;
        for (std::size_t i = 0; i < count; ++i) {
            account(sums[i].client, [&] { conversations[i].client().rest(); });
            account(sums[i].server, [&] { conversations[i].server().rest(); });
            client.most = std::max(client.most, sums[i].client.most);
            server.most = std::max(server.most, sums[i].server.most);
        }
        std::size_t chain = 0; // what the client keeps of the server
        const auto share = static_cast<double>(count);
        state.counters["client_idle"] =
            given_back(conversations, [](Conversation& one) { one.end_client(); }) / share;
        state.counters["server_idle"] =
            given_back(conversations, [](Conversation& one) { one.end_server(); }) / share;
        state.counters["client_most"] = static_cast<double>(client.most);
        state.counters["server_most"] = static_cast<double>(server.most);
        for (const ByteVector& der : server_identity(setup.key).chain_der) chain += der.size();
        state.counters["chain"] = static_cast<double>(chain);
        if (const auto own = context->own_allocations(); own.client != 0) {
            state.counters["client_own_allocations"] = static_cast<double>(own.client);
            state.counters["server_own_allocations"] = static_cast<double>(own.server);
        }
        state.counters["client_allocations"] = static_cast<double>(sums.back().client.allocations);
        state.counters["server_allocations"] = static_cast<double>(sums.back().server.allocations);
    }
}

} // namespace

void register_memory() {
    constexpr std::size_t counts[] = {100, 1000, 5000};
    for (const Version version : {Version::tls13, Version::tls12})
        for (const std::size_t count : counts)
            for (const auto& library : libraries()) {
                const Setup setup{.version = version};
                const std::string name = "memory/" + name_of(setup) + "/" + std::to_string(count) +
                                         "-connections/" + library->name();
                benchmark::RegisterBenchmark(
                    name.c_str(),
                    [&library, setup, count](auto& state) { hold(state, *library, setup, count); })
                    ->Iterations(1)
                    ->Repetitions(1);
            }
}

} // namespace pavise::bench
