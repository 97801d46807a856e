// The policies of national bodies that the runner asks for by name, as what they are: restrictions of a
// config.
#pragma once

#include "options.hpp"

#include <pavise/config.hpp>

#include <optional>
#include <vector>

namespace pavise::bogo {

struct Policy {
    ProtocolVersion least;
    std::vector<CipherSuite> suites;
    std::vector<NamedGroup> groups;
    std::vector<SignatureScheme> schemes; // of either side
};

std::optional<Policy> policy_of(const Options& options);

} // namespace pavise::bogo
