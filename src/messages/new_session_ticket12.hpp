// NewSessionTicket of TLS 1.2 (RFC 5077 §3.3).
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct NewSessionTicket12 {
    static constexpr HandshakeType type = HandshakeType::new_session_ticket;
    static constexpr std::size_t max_size = 4 + 2 + 65535; // all that the grammar allows

    std::uint32_t ticket_lifetime_hint = 0; // seconds; 0: not said
    Bytes ticket;                           // empty where the server changed its mind

    static Result<NewSessionTicket12> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
