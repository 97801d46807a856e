// What a server answers alike in TLS 1.2's ServerHello and TLS 1.3's EncryptedExtensions.
#pragma once

#include "handshake/client/client.hpp"
#include "messages/extensions.hpp"

namespace pavise::handshake::client {

// Keeps the protocol that the server selected in Negotiated (RFC 7301).
Status accept_alpn(const messages::Extensions& extensions, Context& context);

// Takes up what the server says of record sizes (RFC 8449 §4, RFC 6066 §4).
Status accept_record_sizes(const messages::Extensions& extensions, Context& context);

// Keeps what each side is going to show in Negotiated (RFC 7250 §4.2).
Status accept_certificate_types(const messages::Extensions& answer, Context& context);

} // namespace pavise::handshake::client
