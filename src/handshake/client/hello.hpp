// The client's hello: what goes into it, and what must be remembered of it until the server has answered.
#pragma once

#include "handshake/client/ech.hpp"
#include "handshake/exchange.hpp"
#include "handshake/psk.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension_table.hpp"

#include <pavise/config.hpp>

#include <optional>
#include <string>

namespace pavise::handshake {

using SessionId = FixedVector<std::uint8_t, 32>; // legacy_session_id<0..32>

// RFC 8701: the reserved values of one hello. They must be the same after a HelloRetryRequest, as all the
// rest.
struct GreaseValues {
    std::uint16_t suite;
    std::uint16_t group;
    std::uint16_t version;
    std::uint16_t signature_scheme;
    std::uint16_t first_extension;
    std::uint16_t last_extension; // differs from the first: no type may come twice
};

// Lives from our first hello to the ServerHello that ends the negotiation.
struct HelloInFlight {
    SessionId session_id;
    std::optional<GreaseValues> grease;
    std::vector<std::unique_ptr<crypto::KeyShare>> key_shares;
    std::shared_ptr<const SessionData> session12; // TLS 1.2's, which this hello offers to resume
    messages::ExtensionSet offered;
    std::vector<Psk> psks; // offered, by preference
    EarlyDataStatus early_data = EarlyDataStatus::not_offered;
    ByteVector message;          // our last hello, until the suite tells which hash takes it
    bool retried = false;        // a HelloRetryRequest was answered
    bool share_selected = false; // … which asked for one key share, and no more
    ByteVector cookie;           // of the HelloRetryRequest, to be echoed
    // What is offered inside this hello (RFC 9849); null: nothing, or it was rejected. `message` and
    // `offered` are the outer hello's until it is accepted.
    std::unique_ptr<EchInFlight> ech;
    // The body of encrypted_client_hello as it was sent first, where it says nothing or was rejected: a
    // second hello repeats it (RFC 8446 §4.1.2, RFC 9849 §6.2.1).
    ByteVector ech_extension;
};

struct HelloInputs {
    const ClientConfig& config;
    std::string_view server_name; // as SNI; empty: not sent
    const Session& session;       // to be resumed; empty: none
    EarlyDataStatus early_data;   // pending: to be offered, if the session allows it
    const EchChoice* ech;         // to be encrypted to; null: no config is known
};

// Goes on with the inner hello, which the server has accepted, as if it had been sent (RFC 9849 §6.1.5).
void adopt_inner_hello(Exchange& exchange, HelloInFlight& hello);

// Draws randoms, session id, GREASE values and key shares for a first hello.
Result<std::unique_ptr<HelloInFlight>> prepare_hello(Exchange& exchange, const HelloInputs& inputs);
// Writes and sends the hello that `hello` describes, and keeps what was sent in hello.message. `before`: the
// transcript up to it, in answer to a HelloRetryRequest; null for a first hello.
Status send_hello(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello,
                  const schedule::Transcript* before);

} // namespace pavise::handshake
