#include "messages/extension/status_request.hpp"

namespace pavise::messages {

namespace {

using ResponderId = Opaque<2, {.least = 1}>;

// RFC 6066 §8: ResponderID responder_id_list<0..2^16-1>; Extensions request_extensions<0..2^16-1>, the latter
// in DER.
Status check_ocsp_status_request(Bytes request) {
    wire::Reader reader(request);
    PAVISE_LET(const Bytes responder_id_list, reader.vector16());
    PAVISE_TRY(reader.vector16());
    PAVISE_TRY(reader.finish());
    PAVISE_TRY(List<ResponderId>::from_wire(responder_id_list));
    return {};
}

} // namespace

Result<StatusRequest> StatusRequest::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const std::uint8_t status_type, reader.u8());
    const StatusRequest parsed{static_cast<CertificateStatusType>(status_type), reader.take_rest()};
    if (parsed.status_type == CertificateStatusType::ocsp)
        PAVISE_TRY(check_ocsp_status_request(parsed.request));
    return parsed;
}

void StatusRequest::write(wire::Writer& writer) const {
    writer.u8(static_cast<std::uint8_t>(status_type));
    writer.bytes(request);
}

Result<OcspStaple> OcspStaple::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const OcspStaple staple, read(reader));
    PAVISE_TRY(reader.finish());
    return staple;
}

Result<OcspStaple> OcspStaple::read(wire::Reader& reader) {
    PAVISE_LET(const std::uint8_t status_type, reader.u8());
    // Only ocsp was asked for.
    if (status_type != static_cast<std::uint8_t>(CertificateStatusType::ocsp))
        return fail(ErrorCode::invalid_enum_value, status_type);
    PAVISE_LET(const Bytes response, reader.vector24({.least = 1}));
    return OcspStaple{response};
}

void OcspStaple::write(wire::Writer& writer) const {
    writer.u8(static_cast<std::uint8_t>(CertificateStatusType::ocsp));
    writer.vector24(ocsp_response);
}

} // namespace pavise::messages
