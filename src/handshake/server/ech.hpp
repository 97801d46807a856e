// The server's side of Encrypted Client Hello (RFC 9849 §7).
#pragma once

#include "handshake/exchange.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "schedule/hpke.hpp"

#include <optional>

namespace pavise::handshake::server {

struct Context;

// An inner hello that was opened, until the handshake has no more use for it.
struct OpenedEch {
    schedule::HpkeContext context; // for the second hello
    messages::HpkeSymmetricCipherSuite cipher_suite;
    std::uint8_t config_id = 0;
    ByteVector outer_hello; // the whole message; empty once the config is chosen
};

// Puts the hello that counts into Context::client_hello: the inner one where `hello`, the message that came,
// holds one that a key of ours opens (§7.1); else the message itself.
Status accept_client_hello(const messages::ClientHello& hello, Context& context);
// The same of the hello that answers a HelloRetryRequest (§7.1.1): the whole message that counts.
Result<ByteVector> accept_second_client_hello(const messages::ClientHello& hello, Context& context);
// Takes the acceptance back: the outer hello counts, and there are no retry configs.
Status decline_ech(Context& context);

// Whether our ServerHello and HelloRetryRequest say that the inner hello was used (§7.2).
bool confirms_ech(const Context& context);
// The encrypted_client_hello of a HelloRetryRequest, which has to be its last extension: zeros where the
// confirmation will be; random bytes, that look like it, for an offer that was not taken (§7.1); nothing for
// clients that sent none.
Status write_retry_ech(wire::Writer& extensions, Context& context);
// Puts the confirmation into the message in Exchange::outgoing(). `before`: the transcript up to it.
Status confirm_retry(const schedule::Transcript& before, Context& context);
Status confirm_server_hello(const schedule::Transcript& before, Context& context);
// The retry configs of EncryptedExtensions, for an offer that was not taken (§7.1).
void write_retry_configs(wire::Writer& extensions, const Context& context);

} // namespace pavise::handshake::server
