#include "messages/certificate_request13.hpp"

namespace pavise::messages {

Result<CertificateRequest> CertificateRequest::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes context, reader.vector8());
    PAVISE_LET(const Extensions extensions, Extensions::parse(reader, {.least = 2}));
    return CertificateRequest{context, extensions};
}

void CertificateRequest::write(wire::Writer& writer) const {
    writer.vector8(certificate_request_context);
    extensions.write(writer);
}

} // namespace pavise::messages
