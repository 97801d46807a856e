// What has to be found out about a config only once, however many connections use it.
#pragma once

#include <pavise/config.hpp>
#include <pavise/shared_bytes.hpp>

namespace pavise::engine {

struct ConfigFacts {
    // What sessions are bound to: see SessionData::binding. Those of the two transports are kept apart.
    SharedBytes records_binding;
    SharedBytes quic_binding;
};

// Checks a config at its first use; what comes out is valid as long as the config. Errors: those of check().
Result<const ConfigFacts*> facts_of(const ClientConfig& config);
Result<const ConfigFacts*> facts_of(const ServerConfig& config);

} // namespace pavise::engine
