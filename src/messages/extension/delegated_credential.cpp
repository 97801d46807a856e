#include "messages/extension/delegated_credential.hpp"

namespace pavise::messages {

Result<DelegatedCredential> DelegatedCredential::parse(Bytes body) {
    wire::Reader reader(body);
    DelegatedCredential credential;
    PAVISE_LET(credential.valid_time, reader.u32());
    PAVISE_LET(const std::uint16_t dc_scheme, reader.u16());
    credential.dc_cert_verify_algorithm = static_cast<SignatureScheme>(dc_scheme);
    PAVISE_LET(credential.asn1_subject_public_key_info, reader.vector24({.least = 1}));
    PAVISE_LET(const std::uint16_t scheme, reader.u16());
    credential.algorithm = static_cast<SignatureScheme>(scheme);
    PAVISE_LET(credential.signature, reader.vector16({.least = 1}));
    PAVISE_TRY(reader.finish());
    return credential;
}

void DelegatedCredential::write(wire::Writer& writer) const {
    write_credential(writer);
    writer.u16(static_cast<std::uint16_t>(algorithm));
    writer.vector16(signature);
}

void DelegatedCredential::write_credential(wire::Writer& writer) const {
    writer.u32(valid_time);
    writer.u16(static_cast<std::uint16_t>(dc_cert_verify_algorithm));
    writer.vector24(asn1_subject_public_key_info);
}

} // namespace pavise::messages
