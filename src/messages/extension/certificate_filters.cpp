#include "messages/extension/certificate_filters.hpp"

namespace pavise::messages {

Result<CertificateAuthorities> CertificateAuthorities::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes names, reader.vector16({.least = 3}));
    PAVISE_TRY(reader.finish());
    PAVISE_LET(const auto authorities, List<DistinguishedName>::from_wire(names));
    return CertificateAuthorities{authorities};
}

void CertificateAuthorities::write(wire::Writer& writer) const {
    const auto scope = writer.vector16();
    authorities.write(writer);
}

Result<OidFilter> OidFilter::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes oid, reader.vector8({.least = 1}));
    PAVISE_LET(const Bytes values, reader.vector16());
    return OidFilter{oid, values};
}

void OidFilter::write(wire::Writer& writer) const {
    writer.vector8(certificate_extension_oid);
    writer.vector16(certificate_extension_values);
}

Result<OidFilters> OidFilters::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes contents, reader.vector16());
    PAVISE_TRY(reader.finish());
    PAVISE_LET(const auto filters, List<OidFilter>::from_wire(contents));
    return OidFilters{filters};
}

void OidFilters::write(wire::Writer& writer) const {
    const auto scope = writer.vector16();
    filters.write(writer);
}

} // namespace pavise::messages
