#include "messages/certificate_status.hpp"

#include "messages/extension/status_request.hpp"

namespace pavise::messages {

// The body is the same as that of the extension in TLS 1.3.
Result<CertificateStatus> CertificateStatus::parse(wire::Reader& reader) {
    PAVISE_LET(const OcspStaple staple, OcspStaple::read(reader));
    return CertificateStatus{staple.ocsp_response};
}

void CertificateStatus::write(wire::Writer& writer) const {
    OcspStaple{ocsp_response}.write(writer);
}

} // namespace pavise::messages
