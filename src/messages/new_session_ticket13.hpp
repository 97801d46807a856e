// NewSessionTicket of TLS 1.3 (RFC 8446 §4.6.1).
#pragma once

#include "messages/extensions.hpp"

namespace pavise::messages {

struct NewSessionTicket {
    static constexpr HandshakeType type = HandshakeType::new_session_ticket;
    // Every field as long as the grammar allows, but for the extensions: those that exist are short.
    static constexpr std::size_t max_size = 4 + 4 + 256 + 2 + 65535 + 2 + 1024;

    std::uint32_t ticket_lifetime = 0; // seconds
    std::uint32_t ticket_age_add = 0;
    Bytes ticket_nonce;
    Bytes ticket;
    Extensions extensions;

    static Result<NewSessionTicket> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
