// What the runner and a shim do with a connection.
#pragma once

#include "link.hpp"

namespace pavise::bogo {

// From the handshake to the end. `retry` takes the place of `options` once early data was rejected. Throws
// TlsFailure and Stop.
void exchange(const Options& options, const Options& retry, Turn turn, World& world, Link& link);

} // namespace pavise::bogo
