// Extensions whose contents are others' business, or a single string of bytes.
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// RFC 5077 §3.2: a ticket, or nothing.
using SessionTicketExtension = OpaqueExtension<ExtensionType::session_ticket>;
// ServerHello: a NewSessionTicket will come.
using SessionTicketAck = EmptyExtension<ExtensionType::session_ticket>;
// RFC 9001 §8.2: parsed by the QUIC implementation.
using QuicTransportParameters = OpaqueExtension<ExtensionType::quic_transport_parameters>;

// RFC 5746 §3.2. Empty in the hellos of an initial handshake.
struct RenegotiationInfo {
    static constexpr ExtensionType type = ExtensionType::renegotiation_info;

    Bytes renegotiated_connection;

    static Result<RenegotiationInfo> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
