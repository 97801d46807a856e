// What the options of `pavise serve` make of a server.
#pragma once

#include "cli/config_options.hpp"
#include "cli/session.hpp"

namespace pavise::cli {

inline constexpr Option option_ocsp_files{
    "--ocsp", "FILE", "staple the OCSP response in FILE (DER) to the --cert at the same place",
    Occurs::any_number};
inline constexpr Option option_client_ca{
    "--client-ca", "FILE",
    "ask for a client certificate; one that comes must be issued by an authority in FILE"};
inline constexpr Option option_require_client_cert{
    "--require-client-cert", "",
    "refuse clients without a certificate; goes with --client-ca or --trusted-key"};
inline constexpr Option option_server_post_handshake_auth{
    "--post-handshake-auth", "",
    "ask for the client's certificate after the handshake instead of in it (TLS 1.3); goes with --client-ca"};
inline constexpr Option option_psk_hint{"--psk-hint", "TEXT",
                                        "what TLS 1.2 clients are told to choose their pre-shared key by"};
inline constexpr Option option_sessions{
    "--sessions", "KIND",
    "how clients come back without a full handshake: tickets, ids (kept here), or none (tickets)"};
inline constexpr Option option_tickets{"--tickets", "N",
                                       "how many sessions a new connection of TLS 1.3 is given (2)"};
inline constexpr Option option_max_early_data{
    "--max-early-data", "N",
    "take up to N bytes before the handshake is done from clients that come back (0: none)"};
inline constexpr Option option_dh_parameters{
    "--dhparams", "FILE", "Diffie-Hellman parameters for the DHE suites of TLS 1.2 (those of RFC 7919)"};

// Errors (usage): what is wrong with which option or file.
Outcome<std::shared_ptr<ServerConfig>> server_config_from(const Arguments& arguments);
Outcome<Conduct> conduct_from(const Arguments& arguments);

} // namespace pavise::cli
