// What `pavise connect --json` says, one object of a connection or of why there is none; and what
// `pavise cert show --json` says.
#pragma once

#include "cli/outcome.hpp"
#include "cli/timestamps.hpp"

#include <pavise/engine.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pavise::cli {

// `server`: as the command line names it. `timestamps`: shown where the config asks for them.
std::string connection_in_json(std::string_view server, const Negotiated& negotiated,
                               const ClientConfig& config, std::span<const ShownTimestamp> timestamps);
// `error`: nothing where it was not the connection that failed.
std::string failure_in_json(std::string_view server, const Problem& problem, std::optional<Error> error);

// Whether the first certificate is for the host that was asked about.
struct NameVerdict {
    std::string_view host;
    bool matches;
};
// `path`: the file that they are from.
std::string certificates_in_json(std::string_view path, std::span<const ByteVector> chain,
                                 const std::optional<NameVerdict>& verdict);

} // namespace pavise::cli
