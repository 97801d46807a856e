// Pavise as the subject of the checks: its server and its client, in the ways in which they are run here.
#pragma once

#include "conform/explore.hpp"
#include "conform/runner.hpp"
#include "local_target.hpp"

#include <pavise/testing/environment.hpp>

namespace pavise::testing {

struct Subject {
    std::unique_ptr<conform::Target> target;
    std::unique_ptr<SeededRng> rng = std::make_unique<SeededRng>(7);
    conform::Setting setting;
};

enum class ServerKind { plain, asking, early_data };
// Explored already.
Subject server_subject(ServerKind kind);
Subject client_subject();

} // namespace pavise::testing
