// What a server asks of a client's certificate, during the handshake or after it (RFC 8446 §4.3.2).
#pragma once

#include "handshake/server/states.hpp"
#include "messages/extension_table.hpp"

namespace pavise::handshake::server {

// `request_context`: empty during the handshake.
Status send_certificate_request(Bytes request_context, schedule::Transcript& transcript, Context& context);

// What of the request the entries of the Certificate may answer.
messages::ExtensionSet answerable(const ServerConfig& config);

} // namespace pavise::handshake::server
