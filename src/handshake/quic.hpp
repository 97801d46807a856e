// Where the handshake of QUIC differs from that over records (RFC 9001 §4, §8). What is the same in both is
// elsewhere, and asks the transport.
#pragma once

#include "handshake/exchange.hpp"
#include "messages/extensions.hpp"

namespace pavise::handshake {

inline bool over_quic(const Exchange& exchange) noexcept {
    return exchange.transport().quic_parameters().has_value();
}

// Of a ClientHello or EncryptedExtensions: each side MUST send its transport parameters in QUIC, and nobody
// may elsewhere (RFC 9001 §8.2). Keeps the peer's, which nobody vouches for before the handshake is complete.
Status accept_quic_parameters(const messages::Extensions& extensions, Exchange& exchange);

// A ClientHello with a session id asks for what middleboxes like, which QUIC has not (RFC 9001 §8.4).
Status refuse_compatibility(Bytes legacy_session_id, const Exchange& exchange);

// "Endpoints MUST NOT send a TLS KeyUpdate message. Endpoints MUST treat the receipt of a TLS KeyUpdate
// message as a connection error" (RFC 9001 §6).
Status refuse_key_update(const Exchange& exchange);

// QUIC limits early data itself: a ticket allows all of it or none, with this as the sign (RFC 9001 §4.6.1).
inline constexpr std::uint32_t quic_max_early_data = 0xffff'ffff;
Status check_max_early_data(std::uint32_t value, const Exchange& exchange);

} // namespace pavise::handshake
