// What the checks of pre-shared keys and of early data have in common.
#pragma once

#include "conform/as_client.hpp"

namespace pavise::conform {

using Ticket = peer::PskOffer;

// A hello that offers a ticket as a legal client does.
inline Hello resuming(AsClient13& t, const Ticket& ticket) {
    Hello hello = t.hello();
    t.client().offer_psk(hello, ticket);
    return hello;
}

// A script that offers a ticket of the server's, on the connection after the one that it came from.
template <void (*script)(AsClient13& t, const Ticket& ticket)> void with_ticket(AsClient13& t) {
    const Ticket ticket = t.ticket();
    if (t.ok()) script(t, ticket);
}

inline Ticket unknown_ticket() {
    return {.identity = repeated(180, 0x77),
            .key = repeated(32, 1),
            .obfuscated_ticket_age = 5,
            .kind = schedule::PskKind::resumption};
}
// … whose binder is made as that of this one.
inline Ticket unknown_ticket_like(const Ticket& ticket) {
    auto unknown = unknown_ticket();
    unknown.suite = ticket.suite;
    unknown.key = ticket.key;
    return unknown;
}

} // namespace pavise::conform
