#include "messages/new_session_ticket13.hpp"

namespace pavise::messages {

Result<NewSessionTicket> NewSessionTicket::parse(wire::Reader& reader) {
    NewSessionTicket message;
    PAVISE_LET(message.ticket_lifetime, reader.u32());
    PAVISE_LET(message.ticket_age_add, reader.u32());
    PAVISE_LET(message.ticket_nonce, reader.vector8());
    PAVISE_LET(message.ticket, reader.vector16({.least = 1}));
    PAVISE_LET(message.extensions, Extensions::parse(reader, {.most = 65534}));
    return message;
}

void NewSessionTicket::write(wire::Writer& writer) const {
    writer.u32(ticket_lifetime);
    writer.u32(ticket_age_add);
    writer.vector8(ticket_nonce);
    writer.vector16(ticket);
    extensions.write(writer);
}

} // namespace pavise::messages
