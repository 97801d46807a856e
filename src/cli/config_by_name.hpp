// A server's certificates by the name that a client asks for (RFC 6066 §3).
#pragma once

#include <pavise/config.hpp>

#include <map>
#include <vector>

namespace pavise::cli {

// A config, and what it becomes when the credentials that are valid for a name are put before the others,
// each group in its order. Not thread-safe: what it made once it keeps.
class ConfigByName {
    std::shared_ptr<const ServerConfig> first_;
    // By which of the credentials fit.
    mutable std::map<std::vector<bool>, std::shared_ptr<const ServerConfig>> ordered_;

  public:
    explicit ConfigByName(std::shared_ptr<ServerConfig> config);

    // What a connection starts with: where there is something to choose by name, it asks for config_for().
    const std::shared_ptr<const ServerConfig>& first() const noexcept { return first_; }
    std::shared_ptr<const ServerConfig> config_for(std::string_view server_name) const;
};

} // namespace pavise::cli
