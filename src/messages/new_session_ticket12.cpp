#include "messages/new_session_ticket12.hpp"

namespace pavise::messages {

Result<NewSessionTicket12> NewSessionTicket12::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint32_t hint, reader.u32());
    PAVISE_LET(const Bytes ticket, reader.vector16());
    return NewSessionTicket12{hint, ticket};
}

void NewSessionTicket12::write(wire::Writer& writer) const {
    writer.u32(ticket_lifetime_hint);
    writer.vector16(ticket);
}

} // namespace pavise::messages
