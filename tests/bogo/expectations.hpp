// What the runner expects of a connection besides that it works.
#pragma once

#include "options.hpp"
#include "world.hpp"

#include <pavise/engine.hpp>

namespace pavise::bogo {

// All of these throw Stop.
void check_client_hello(const Options& options, Bytes message);
void check_handshake(const Options& options, const Connection& connection,
                     const std::vector<Credential>& credentials, Turn turn);
// What the client got from the server by the end.
void check_sessions(const Options& options, const Connection& connection,
                    const std::vector<Session>& sessions);
void check_trace(const Options& options, const std::string& trace);

} // namespace pavise::bogo
