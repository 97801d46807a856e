// Sealing of secrets that are kept where others can read them: in a cache, in a database, with a client.
//
// What seals tickets (AES-256-GCM, key and nonce derived for each sealing) seals other things too. The result
// says nothing but its length. Thread rules: any thread, at any time.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/environment.hpp>
#include <pavise/export.hpp>
#include <pavise/result.hpp>
#include <pavise/session.hpp>

#include <optional>

namespace pavise {

// Seals `secret` with the first of the keys. `context` is not stored and has to be the same when it is
// opened: it keeps what was sealed for one purpose from being used for another. Errors: bad_argument for no
// keys and for more than 65,487 bytes; ticket_key_expired where the keys were not rotated within seven days.
PAVISE_EXPORT Result<ByteVector> seal(const TicketKeys& keys, Bytes secret, Bytes context, Timestamp now,
                                      Rng& rng = system_rng());
// Nothing where it was altered, was sealed for another context, or by a key that is not among these. The
// caller wipes what it gets.
PAVISE_EXPORT std::optional<ByteVector> open_sealed(const TicketKeys& keys, Bytes sealed, Bytes context,
                                                    Timestamp now);

} // namespace pavise
