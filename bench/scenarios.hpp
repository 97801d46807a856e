// The scenarios in which libraries are compared, registered with Google Benchmark as kind/…: side by side
// where they are timed (side_by_side.hpp), and as kind/…/library where bytes or counts are what matters.
#pragma once

#include "library.hpp"
#include "side_by_side.hpp"

#include <benchmark/benchmark.h>

namespace pavise::bench {

// "TLS1.3/P-256/AES-128-GCM …": what of a setup is not the default stands in its name.
std::string name_of(const Setup& setup);

constexpr std::size_t handshakes_in_a_turn = 5;
Contestant limit_of(const Setup& setup); // the bare calls of the same handshake

void register_handshakes();    // full, resumed, with ML-KEM, with client certificates, to the first byte
void register_bulk();          // records, sent and received
void register_memory();        // heap in use, and allocations
void register_parallel();      // one and two threads on one context
void remember_processors();    // on which threads may run later, before main() pins itself to one
void register_odds_and_ends(); // ClientHello, early data, echo over a socket pair

} // namespace pavise::bench
