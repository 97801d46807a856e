// Whether a config can work at all: told when the connection is made, not when the peer is confused by it.
#pragma once

#include <pavise/config.hpp>

namespace pavise::engine {

Status check(const ClientConfig& config);
Status check(const ServerConfig& config);
// The same for a config that is only a beginning, until the caller chooses one by the ClientHello: it need
// not have anything to prove itself with.
Status check_until_chosen(const ServerConfig& config);

} // namespace pavise::engine
