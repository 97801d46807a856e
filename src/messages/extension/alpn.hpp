// application_layer_protocol_negotiation (RFC 7301 §3.1).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

using ProtocolName = Opaque<1, {.least = 1}>;

// ClientHello: in the client's order of preference.
struct AlpnProtocols {
    static constexpr ExtensionType type = ExtensionType::application_layer_protocol_negotiation;

    List<ProtocolName> names;

    static Result<AlpnProtocols> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// EncryptedExtensions or TLS 1.2's ServerHello: a list of exactly one name.
struct AlpnSelected {
    static constexpr ExtensionType type = ExtensionType::application_layer_protocol_negotiation;

    Bytes name;

    static Result<AlpnSelected> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
