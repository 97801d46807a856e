// What the runner and a shim do with a connection.
#pragma once

#include "link.hpp"

namespace pavise::bogo {

// From the handshake to the end. Throws TlsFailure and Stop.
void exchange(const Options& options, Link& link);

} // namespace pavise::bogo
