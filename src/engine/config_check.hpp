// Whether a config can work at all: told when the connection is made, not when the peer is confused by it.
#pragma once

#include <pavise/config.hpp>

namespace pavise::engine {

Status check(const ClientConfig& config);
Status check(const ServerConfig& config);

} // namespace pavise::engine
