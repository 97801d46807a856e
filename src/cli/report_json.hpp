// What `pavise connect --json` says: one object, of a connection or of why there is none.
#pragma once

#include "cli/outcome.hpp"

#include <pavise/engine.hpp>

#include <string>
#include <string_view>

namespace pavise::cli {

// `server`: as the command line names it.
std::string connection_in_json(std::string_view server, const Negotiated& negotiated,
                               const ClientConfig& config);
// `error`: nothing where it was not the connection that failed.
std::string failure_in_json(std::string_view server, const Problem& problem, std::optional<Error> error);

} // namespace pavise::cli
