// The client's Encrypted Client Hello (RFC 9849 §6): what is kept of it until the server has answered, how
// the inner hello is put into the outer one, and the extension that only looks as if.
#pragma once

#include "handshake/ech_config.hpp"
#include "handshake/exchange.hpp"
#include "handshake/psk.hpp"
#include "messages/extension_table.hpp"
#include "schedule/ech.hpp"

#include <pavise/config.hpp>

namespace pavise::handshake {

// Stands in the outer hello for a PSK of the inner one: random, and as long (§6.1.2).
struct GreasePsk {
    ByteVector identity;
    std::uint32_t obfuscated_ticket_age = 0;
    std::size_t binder_size = 0;
};

// Lives as long as the server has not used the outer hello.
struct EchInFlight {
    enum class Progress : std::uint8_t { offered, accepted }; // by a HelloRetryRequest

    EchChoice choice;
    ByteVector enc; // "This field is empty in a ClientHelloOuter sent in response to HelloRetryRequest" (§5)
    schedule::HpkeContext context;
    Random inner_random{};
    Random outer_random{};
    std::vector<GreasePsk> grease_psks{};
    Progress progress = Progress::offered;
    // The inner hello as it was meant, whole.
    ByteVector inner_message{};
    messages::ExtensionSet inner_offered{};
};

// Sets encryption to the chosen config up and draws the inner hello's random. Null where the config's public
// key is none after all.
Result<std::unique_ptr<EchInFlight>> prepare_ech(Exchange& exchange, const EchChoice& choice);
// Draws what stands for `psks` in the outer hello; what was drawn before for the first of them is kept.
Status draw_grease_psks(EchInFlight& ech, std::span<const Psk> psks, Rng& rng);

// How long the payload around an encoded inner hello is, with padding and tag.
std::size_t ech_payload_size(std::size_t encoded_size, std::size_t server_name_size,
                             std::size_t maximum_name_length);
// Encrypts `encoded` into `outer`, a whole ClientHello whose payload is zeros up to now (§6.1.1). `tap`: may
// be null.
Status seal_inner_hello(EchInFlight& ech, ByteVector encoded, ByteVector& outer, wire::Tap* tap);

// The body of an encrypted_client_hello that says nothing (§6.2.1).
Result<ByteVector> make_grease_ech(Exchange& exchange, std::size_t payload_size);

} // namespace pavise::handshake
