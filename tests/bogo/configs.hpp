// From the runner's options to Pavise's configs.
#pragma once

#include "options.hpp"
#include "world.hpp"

#include <pavise/engine.hpp>

#include <memory>

namespace pavise::bogo {

// In the order in which they are to be tried: first Options::credentials, an empty one for each PSK among
// them, then Options::credential.
std::vector<Credential> load_credentials(const Options& options);

// How a server's sessions are found again: what its config depends on in the ClientHello.
enum class Resumption : std::uint8_t { never, by_ticket, by_id };

// `credentials` as loaded. The world outlives the config.
std::shared_ptr<const ClientConfig> client_config(const Options& options,
                                                  const std::vector<Credential>& credentials, World& world);
std::shared_ptr<const ServerConfig> server_config(const Options& options,
                                                  const std::vector<Credential>& credentials, World& world,
                                                  Resumption resumption);

VersionRange versions_of(const Options& options);

// Whether the server gets its config only after the ClientHello.
bool chooses_config_late(const Options& options);

// From a list in the form of -use-client-ca-list.
std::vector<ByteVector> authorities(const std::string& names);

// The certificates of a PEM file, in DER.
std::vector<ByteVector> read_certificates(const std::string& path);

} // namespace pavise::bogo
