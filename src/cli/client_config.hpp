// What the options of `pavise connect` make of a client.
#pragma once

#include "cli/config_options.hpp"

#include <array>

namespace pavise::cli {

inline constexpr Option option_cafile{
    "--cafile", "FILE", "trust the certificates in FILE (PEM or DER), and not those of the system"};
inline constexpr Option option_capath{"--capath", "DIRECTORY",
                                      "trust the certificates in DIRECTORY, named by hashes as 'openssl "
                                      "rehash' does, and not those of the system"};
inline constexpr Option option_insecure{"--insecure", "", "go on whoever the server is: nothing is verified"};
inline constexpr Option option_ocsp{"--ocsp", "POLICY",
                                    "ask for proof that the certificate is not revoked: ignored (shown "
                                    "alone), checked (if it comes), required"};
inline constexpr Option option_post_handshake_auth{
    "--post-handshake-auth", "", "let the server ask for our certificate after the handshake, too"};
inline constexpr Option option_max_fragment{
    "--max-fragment-length", "N",
    "ask a server that knows no record_size_limit for records of 512, 1024, 2048 or 4096 bytes (RFC 6066)"};

// Errors (usage): what is wrong with which option or file.
Outcome<std::shared_ptr<ClientConfig>> client_config_from(const Arguments& arguments);

} // namespace pavise::cli
