#include "messages/certificate13.hpp"

namespace pavise::messages {

Result<CertificateEntry> CertificateEntry::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes cert_data, reader.vector24({.least = 1}));
    PAVISE_LET(const Extensions extensions, Extensions::parse(reader));
    return CertificateEntry{cert_data, extensions};
}

void CertificateEntry::write(wire::Writer& writer) const {
    writer.vector24(cert_data);
    extensions.write(writer);
}

Result<Certificate> Certificate::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes context, reader.vector8());
    PAVISE_LET(const Bytes entries, reader.vector24());
    PAVISE_LET(const auto list, List<CertificateEntry>::from_wire(entries, max_certificates,
                                                                  ErrorCode::too_many_certificates));
    return Certificate{context, list};
}

void Certificate::write(wire::Writer& writer) const {
    writer.vector8(certificate_request_context);
    const auto scope = writer.vector24();
    certificate_list.write(writer);
}

} // namespace pavise::messages
