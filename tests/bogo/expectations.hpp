// What the runner expects of a connection besides that it works.
#pragma once

#include "channel.hpp"
#include "configs.hpp"
#include "options.hpp"
#include "world.hpp"

namespace pavise::bogo {

// All of these throw Stop.
// TLS 1.3 has tickets or nothing here. In TLS 1.2 a client that knows no tickets (RFC 5077) names its
// session.
Resumption resumption_for(const Options& options, Bytes client_hello);
void check_client_hello(const Options& options, Bytes message);
void check_handshake(const Options& options, const Channel& connection,
                     const std::vector<Credential>& credentials, Turn turn);
// Whose name a client has its server prove.
void check_name_override(const Options& options, const Negotiated& negotiated);
// A client whose ECH was rejected: with what it may come again.
void check_ech_rejection(const Options& options, const Negotiated& negotiated);
// What the client got from the server by the end.
void check_sessions(const Options& options, const Channel& connection, const std::vector<Session>& sessions);
// What a server keeps under session IDs.
void check_kept_sessions(const Options& options, const World& world);
void check_trace(const Options& options, const Channel& connection, std::string trace);

} // namespace pavise::bogo
