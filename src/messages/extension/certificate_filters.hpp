// What a certificate should be like, for the other side to choose by: certificate_authorities (RFC 8446
// §4.2.4) and oid_filters (§4.2.5).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// The DER encoding of a Name.
using DistinguishedName = Opaque<2, {.least = 1}>;

struct CertificateAuthorities {
    static constexpr ExtensionType type = ExtensionType::certificate_authorities;

    List<DistinguishedName> authorities;

    static Result<CertificateAuthorities> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

struct OidFilter {
    Bytes certificate_extension_oid;    // DER
    Bytes certificate_extension_values; // DER; may be empty

    static Result<OidFilter> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

struct OidFilters {
    static constexpr ExtensionType type = ExtensionType::oid_filters;

    List<OidFilter> filters;

    static Result<OidFilters> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
