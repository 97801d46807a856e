// server_name (RFC 6066 §3).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// ClientHello. Exactly one name, of type host_name: no other type was ever defined, and a type may not come
// twice.
struct ServerName {
    static constexpr ExtensionType type = ExtensionType::server_name;
    // The longest host name of the DNS, in text with the final dot (RFC 1035 §2.3.4).
    static constexpr std::size_t max_host_name_size = 255;

    Bytes host_name;

    static Result<ServerName> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// EncryptedExtensions or TLS 1.2's ServerHello: the name was used.
using ServerNameAck = EmptyExtension<ExtensionType::server_name>;

} // namespace pavise::messages
