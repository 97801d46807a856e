// What the two files of EchKey share.
#pragma once

#include "handshake/ech_config.hpp"

namespace pavise::engine {

// Of one ECHConfig of the known version: a view into it. malformed_ech_configs.
Result<Bytes> ech_public_key(Bytes ech_config);

} // namespace pavise::engine
