#include "messages/server_key_exchange.hpp"

namespace pavise::messages {

namespace {

// RFC 8422 §5.4: ECCurveType; the explicit kinds are deprecated and must not be used.
constexpr std::uint8_t curve_type_named_curve = 3;

} // namespace

Result<ServerKeyExchange> ServerKeyExchange::parse(wire::Reader& reader) {
    return ServerKeyExchange{reader.take_rest()};
}

void ServerKeyExchange::write(wire::Writer& writer) const {
    writer.bytes(body);
}

Result<ServerEcdhParams> ServerEcdhParams::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint8_t curve_type, reader.u8());
    if (curve_type != curve_type_named_curve) return fail(ErrorCode::invalid_enum_value, curve_type);
    PAVISE_LET(const std::uint16_t named_curve, reader.u16());
    PAVISE_LET(const Bytes point, reader.vector8({.least = 1}));
    return ServerEcdhParams{static_cast<NamedGroup>(named_curve), point};
}

void ServerEcdhParams::write(wire::Writer& writer) const {
    writer.u8(curve_type_named_curve);
    writer.u16(static_cast<std::uint16_t>(named_curve));
    writer.vector8(point);
}

Result<ServerDhParams> ServerDhParams::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes p, reader.vector16({.least = 1}));
    PAVISE_LET(const Bytes g, reader.vector16({.least = 1}));
    PAVISE_LET(const Bytes ys, reader.vector16({.least = 1}));
    return ServerDhParams{p, g, ys};
}

void ServerDhParams::write(wire::Writer& writer) const {
    writer.vector16(dh_p);
    writer.vector16(dh_g);
    writer.vector16(dh_ys);
}

Result<DigitallySigned> DigitallySigned::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t algorithm, reader.u16());
    PAVISE_LET(const Bytes signature, reader.vector16());
    return DigitallySigned{static_cast<SignatureScheme>(algorithm), signature};
}

void DigitallySigned::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(algorithm));
    writer.vector16(signature);
}

Result<PskServerKeyExchange> PskServerKeyExchange::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes hint, reader.vector16());
    PAVISE_TRY(reader.finish());
    return PskServerKeyExchange{hint};
}

void PskServerKeyExchange::write(wire::Writer& writer) const {
    writer.vector16(psk_identity_hint);
}

} // namespace pavise::messages
