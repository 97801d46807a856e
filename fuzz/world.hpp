// Connections whose every byte repeats itself: one server key, one clock, seeded randomness.
#pragma once

#include "support/pair.hpp"

namespace pavise::fuzz {

// A config per version; sessions, ALPN and early data on, so that their code is reached.
testing::PairConfig world13();
testing::PairConfig world12();

// A session of a first connection in this world.
Session session_in(const testing::PairConfig& config);

// What one side sends to begin with, and what the other one answers: seeds.
struct Flights {
    ByteVector client_hello;
    ByteVector server_flight;
};
Flights flights_in(const testing::PairConfig& config);

} // namespace pavise::fuzz
