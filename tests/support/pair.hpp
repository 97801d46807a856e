// A client and a server in one process, and the wire between them.
#pragma once

#include "engine/access.hpp"
#include "support/credentials.hpp"
#include "support/environment.hpp"
#include "support/transcripts.hpp"

#include "wire/tap.hpp"

#include <pavise/engine.hpp>

#include <memory>
#include <string>

namespace pavise::testing {

// How many bytes at most reach the other side at once. 1: byte by byte; 0: all that there is.
using Step = std::size_t;

// Configs that work together, to be changed by a test before it connects.
struct PairConfig {
    ClientConfig client;
    ServerConfig server;
    std::string name = std::string(server_name);
    Step step = 0;
    Session session; // for the client to resume
    EarlyData early_data = EarlyData::off;
    ByteVector ech_configs{}; // what the client knows of the server
    Timestamp time = test_time;
    engine::Hooks client_hooks;
    engine::Hooks server_hooks;
    std::uint64_t seed = 1; // of both sides' randomness

    explicit PairConfig(crypto::KeyType server_key = crypto::KeyType::ecdsa_p256);
};

class Pair {
    // Behind pointers, so that a Pair can be moved while its connections refer to them.
    struct World {
        FixedClock clock;
        SeededRng client_rng;
        SeededRng server_rng;
        std::unique_ptr<TranscriptFiles> client_transcript{};
        std::unique_ptr<TranscriptFiles> server_transcript{};
    };
    static std::unique_ptr<World> make_world(PairConfig& config);
    std::unique_ptr<World> world_;
    Step step_;

  public:
    Connection client;
    Connection server;

    // Aborts the test program where a connection cannot even be made.
    explicit Pair(PairConfig config);

    FixedClock& clock() { return world_->clock; }
    // Carries bytes both ways until nothing moves; application data stays in the connections until read.
    void pump();
    // Pumps until both sides are connected; false when one failed.
    bool connect();
    // Writes on one side, pumps, and returns what the other side received.
    std::string carry(Connection& from, Connection& to, std::string_view text);
};

// "client fine / the record could not …": for a test that fails.
std::string errors_of(const Pair& pair);

// One move of output into the other side's input: how many bytes went over.
std::size_t deliver(Connection& from, Connection& to, Step step = 0);
// All application data that is there now.
std::string read_all(Connection& connection);

} // namespace pavise::testing
