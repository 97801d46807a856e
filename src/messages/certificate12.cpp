#include "messages/certificate12.hpp"

namespace pavise::messages {

Result<Certificate12> Certificate12::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes certificates, reader.vector24());
    PAVISE_LET(const auto list, List<Asn1Certificate>::from_wire(certificates, max_certificates,
                                                                 ErrorCode::too_many_certificates));
    return Certificate12{list};
}

void Certificate12::write(wire::Writer& writer) const {
    const auto scope = writer.vector24();
    certificate_list.write(writer);
}

Result<RawPublicKeyCertificate12> RawPublicKeyCertificate12::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes key, reader.vector24());
    return RawPublicKeyCertificate12{key};
}

void RawPublicKeyCertificate12::write(wire::Writer& writer) const {
    writer.vector24(subject_public_key_info);
}

} // namespace pavise::messages
