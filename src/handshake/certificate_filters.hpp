// oid_filters: what a server wants of the extensions of a client's certificate (RFC 8446 §4.2.5).
#pragma once

#include "messages/extension/certificate_filters.hpp"

#include <pavise/config.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace pavise::handshake {

// What a certificate says about its use.
struct CertificateUses {
    std::optional<std::uint16_t> key_usage;          // bit n for KeyUsage's bit n; nothing: no such extension
    std::optional<std::vector<ByteVector>> purposes; // ExtKeyUsageSyntax: the OIDs' contents octets; likewise
};

// The filters that we recognise: key usage and extended key usage. "However, the client MUST ignore and skip
// any unrecognized certificate extension OIDs."
struct UseFilters {
    std::optional<std::uint16_t> key_usage;
    std::optional<std::vector<ByteVector>> purposes;

    // Errors: duplicate_oid_filter, bad_oid_filter.
    static Result<UseFilters> in(const messages::OidFilters& filters);
    // "For each extension OID recognized by the client, all of the specified values MUST be present in the
    // client certificate (but the certificate MAY have other values as well)."
    bool pass(const CertificateUses& uses) const;
};

// A config's filters as they are sent: views into it.
std::vector<messages::OidFilter> filters_of(const ServerConfig& config);

} // namespace pavise::handshake
