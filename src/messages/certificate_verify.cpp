#include "messages/certificate_verify.hpp"

namespace pavise::messages {

Result<CertificateVerify> CertificateVerify::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t algorithm, reader.u16());
    PAVISE_LET(const Bytes signature, reader.vector16());
    return CertificateVerify{static_cast<SignatureScheme>(algorithm), signature};
}

void CertificateVerify::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(algorithm));
    writer.vector16(signature);
}

} // namespace pavise::messages
