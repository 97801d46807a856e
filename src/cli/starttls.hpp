// Protocols that begin in plaintext and switch to TLS on the same connection: what is said before the
// handshake.
//
// Nothing that came in plaintext is ever taken for something that came through TLS (CVE-2011-0411, "NO
// STARTTLS" 2021): bytes behind the server's go-ahead end the connection.
#pragma once

#include "cli/outcome.hpp"
#include "net/socket.hpp"

#include <string>
#include <string_view>

namespace pavise::cli {

// "smtp, imap, …": those that are known.
std::string starttls_protocols();
bool is_starttls_protocol(std::string_view name) noexcept;

// Talks to the server until it is ready for our ClientHello. `server` is what it is called in complaints,
// `host` the name that it is addressed by where the protocol wants one. Errors: connection, where it is cut
// or takes too long; handshake, where the server does not offer TLS, refuses it or does not speak the
// protocol. Precondition: is_starttls_protocol(name).
Outcome<std::monostate> start_tls(std::string_view name, net::Socket& socket, std::string_view server,
                                  std::string_view host, net::Deadline deadline);

} // namespace pavise::cli
