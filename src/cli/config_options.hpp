// Options that several verbs share, and what they become.
#pragma once

#include "cli/arguments.hpp"

#include <pavise/config.hpp>

namespace pavise::cli {

inline constexpr Option option_cert{"--cert", "FILE",
                                    "certificate chain of ours, the leaf first (PEM or DER); goes with --key",
                                    Occurs::any_number};
inline constexpr Option option_key{"--key", "FILE",
                                   "private key of the --cert at the same place (PKCS#8, PKCS#1, SEC1)",
                                   Occurs::any_number};
inline constexpr Option option_alpn{"--alpn", "NAMES",
                                    "application protocols by preference, with commas: h2,http/1.1"};
inline constexpr Option option_groups{"--groups", "NAMES",
                                      "key exchange groups by preference, with commas: x25519,secp256r1"};
inline constexpr Option option_cipher_suites{
    "--ciphersuites", "NAMES", "cipher suites of TLS 1.3 by preference, with commas: TLS_AES_128_GCM_SHA256"};
inline constexpr Option option_ciphers{"--ciphers", "NAMES",
                                       "cipher suites of TLS 1.2 by preference, with commas: "
                                       "ECDHE-RSA-AES128-GCM-SHA256, or the registry's names"};
inline constexpr Option option_tls{"--tls", "VERSION", "speak this version alone: 1.2 or 1.3 (both)"};
inline constexpr Option option_psk{"--psk", "FILE",
                                   "pre-shared keys: a line IDENTITY:KEY for each, the key in hexadecimal"};

inline constexpr Option option_compress{
    "--compress-certificates", "", "let certificates come and go compressed where the peer can (RFC 8879)"};

// --cert and --key, in pairs by their order. Errors (usage): name the file.
Outcome<std::vector<Credential>> credentials_from(const Arguments& arguments);
// Errors (usage): name the file.
Outcome<TrustStore> trust_from_file(std::string_view path);
// Errors (usage) of the following: name the entry and, where it helps, the names that are known.
Outcome<std::vector<std::string>> alpn_from(const Arguments& arguments);
// Nothing where the option is not given; else the library's algorithms.
std::vector<CertificateCompressionPtr> compression_from(const Arguments& arguments);
// The library's defaults where the option is not given.
Outcome<std::vector<NamedGroup>> groups_from(const Arguments& arguments);
// Of both versions, from --ciphersuites and --ciphers.
Outcome<std::vector<CipherSuite>> cipher_suites_from(const Arguments& arguments);
Outcome<VersionRange> versions_from(const Arguments& arguments);
// Of --psk; none where it is not given. Errors (usage): name the file and the line.
Outcome<std::vector<ExternalPsk>> psks_from(const Arguments& arguments);
// PKCS #3 DHParameter, PEM ("DH PARAMETERS") or DER. Errors (usage): name the file.
Outcome<DhParameters> dh_parameters_from_file(std::string_view path);

// As OpenSSL calls a suite of TLS 1.2: ECDHE-RSA-AES128-GCM-SHA256.
std::string openssl_name_of(CipherSuite suite);

} // namespace pavise::cli
