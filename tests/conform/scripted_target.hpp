// Targets that speak what Pavise does not, TLS 1.2 with the MAC inside what CBC enciphers: scripted peers
// that are driven by what comes to them, as a server or a client that keeps to the rules.
#pragma once

#include "local_target.hpp"
#include "peer/client12.hpp"
#include "peer/server12.hpp"

#include <memory>

namespace pavise::testing {

class ScriptedTarget final : public LocalTarget {
    Role role_;
    Rng& rng_;

  public:
    ScriptedTarget(Role role, Rng& rng) : role_(role), rng_(rng) {}
    std::unique_ptr<peer::Link> open() override;
};

} // namespace pavise::testing
