#include "messages/extension/alpn.hpp"

namespace pavise::messages {

namespace {

// RFC 7301 §3.1: ProtocolName protocol_name_list<2..2^16-1>, for both sides.
Result<List<ProtocolName>> parse_names(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes names, reader.vector16({.least = 2}));
    PAVISE_TRY(reader.finish());
    return List<ProtocolName>::from_wire(names);
}

} // namespace

Result<AlpnProtocols> AlpnProtocols::parse(Bytes body) {
    PAVISE_LET(const List<ProtocolName> names, parse_names(body));
    return AlpnProtocols{names};
}

void AlpnProtocols::write(wire::Writer& writer) const {
    const auto protocol_name_list = writer.vector16();
    names.write(writer);
}

Result<AlpnSelected> AlpnSelected::parse(Bytes body) {
    PAVISE_LET(const List<ProtocolName> names, parse_names(body));
    // RFC 7301 §3.1: 'the "ProtocolNameList" MUST contain exactly one "ProtocolName".'
    if (names.size() != 1) return fail(ErrorCode::not_one_protocol);
    return AlpnSelected{names.begin()->bytes};
}

void AlpnSelected::write(wire::Writer& writer) const {
    const auto protocol_name_list = writer.vector16();
    writer.vector8(name);
}

} // namespace pavise::messages
