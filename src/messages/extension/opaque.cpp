#include "messages/extension/opaque.hpp"

namespace pavise::messages {

Result<RenegotiationInfo> RenegotiationInfo::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes renegotiated_connection, reader.vector8());
    PAVISE_TRY(reader.finish());
    return RenegotiationInfo{renegotiated_connection};
}

void RenegotiationInfo::write(wire::Writer& writer) const {
    writer.vector8(renegotiated_connection);
}

} // namespace pavise::messages
