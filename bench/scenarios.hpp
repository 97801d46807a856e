// The scenarios in which libraries are compared, registered with Google Benchmark under
//
//     kind/…/library
//
// Each result has counters in microseconds (`client`, `server`, `send`, `receive` …), bytes or counts;
// tools/bench.py makes a table of them.
#pragma once

#include "library.hpp"

#include <benchmark/benchmark.h>

namespace pavise::bench {

// "TLS1.3/P-256/AES-128-GCM …": what of a setup is not the default stands in its name.
std::string name_of(const Setup& setup);

void register_handshakes();    // full, resumed, with ML-KEM, with client certificates, to the first byte
void register_limits();        // the bare calls of the same handshakes
void register_bulk();          // records, sent and received
void register_memory();        // heap in use, and allocations
void register_parallel();      // one and two threads on one context
void remember_processors();    // on which threads may run later, before main() pins itself to one
void register_odds_and_ends(); // ClientHello, early data, echo over a socket pair

} // namespace pavise::bench
