// Renegotiation does not exist here: a HelloRequest or a second ClientHello is turned down (RFC 5246 §7.2.2,
// RFC 5746 §5).
#pragma once

#include "handshake/exchange.hpp"

#include <pavise/config.hpp>

namespace pavise::handshake {

// Warns the peer, at the cost of the budget; or fails, where the policy says so.
inline Status refuse_renegotiation(Exchange& exchange, Renegotiation policy) {
    if (policy == Renegotiation::fatal) return fail(ErrorCode::renegotiation_attempted);
    PAVISE_TRY(exchange.budget.draw());
    exchange.transport().refuse_renegotiation();
    return {};
}

} // namespace pavise::handshake
