// Tickets as scripts make them up.
#pragma once

#include "conform/as_client.hpp"

namespace pavise::conform {

// One that no server has given.
inline peer::PskOffer unknown_ticket() {
    return {.identity = repeated(180, 0x77),
            .key = repeated(32, 1),
            .obfuscated_ticket_age = 5,
            .kind = schedule::PskKind::resumption};
}
// … whose binder is made as that of this one.
inline peer::PskOffer unknown_ticket_like(const peer::PskOffer& ticket) {
    auto unknown = unknown_ticket();
    unknown.suite = ticket.suite;
    unknown.key = ticket.key;
    return unknown;
}

} // namespace pavise::conform
