#include "messages/certificate_request12.hpp"

namespace pavise::messages {

Result<CertificateRequest12> CertificateRequest12::parse(wire::Reader& reader) {
    CertificateRequest12 request;
    PAVISE_LET(const Bytes types, reader.vector8({.least = 1}));
    PAVISE_LET(request.certificate_types, EnumList<ClientCertificateType>::from_wire(types));
    PAVISE_LET(const Bytes schemes, reader.vector16({.least = 2}));
    PAVISE_LET(request.supported_signature_algorithms, EnumList<SignatureScheme>::from_wire(schemes));
    PAVISE_LET(const Bytes authorities, reader.vector16());
    PAVISE_LET(request.certificate_authorities, List<DistinguishedName>::from_wire(authorities));
    return request;
}

void CertificateRequest12::write(wire::Writer& writer) const {
    {
        const auto types = writer.vector8();
        certificate_types.write(writer);
    }
    {
        const auto schemes = writer.vector16();
        supported_signature_algorithms.write(writer);
    }
    const auto authorities = writer.vector16();
    certificate_authorities.write(writer);
}

} // namespace pavise::messages
