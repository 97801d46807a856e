// What a server wants of a client's certificate (oid_filters, RFC 8446 §4.2.5), as `pavise serve` is told.
#pragma once

#include "cli/config_options.hpp"

namespace pavise::cli {

inline constexpr Option option_client_key_usage{
    "--client-key-usage", "NAMES",
    "take client certificates with these key usages alone, with commas: digitalSignature,keyAgreement; goes "
    "with --client-ca"};
inline constexpr Option option_client_purpose{
    "--client-purpose", "NAMES",
    "take client certificates with these extended key usages alone, with commas: "
    "clientAuth,1.3.6.1.4.1.311.20.2.2; goes with --client-ca"};

// Errors (usage): names the entry, and the names that are known.
Outcome<std::vector<CertificateFilter>> client_filters_from(const Arguments& arguments);

} // namespace pavise::cli
