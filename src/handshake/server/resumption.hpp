// Resumption on the server's side: which PSK is taken, whether its early data is, and what new tickets are
// given.
#pragma once

#include "handshake/server/flight13.hpp"

namespace pavise::handshake::server {

// How many of the identities that a client offers are looked at: each costs a decryption or a look-up.
inline constexpr std::size_t max_examined_psks = 8;

// The config's answer to an offer: external PSKs by their identities, sessions from the store or by opening
// tickets.
Result<PskChosen> find_psks(const crypto::Provider& provider, const ServerConfig& config, Bytes binding,
                            const PskOffer& offer, Timestamp now);

// The suite that was chosen if a PSK that was found goes with its hash, else the first common one that one
// goes with: "The server MUST ensure that it selects a compatible PSK (if any) and cipher suite" (RFC 8446
// §4.2.11). Where there is none it stays the one that was chosen.
crypto::Suite13 suite_for_psks(const PskChosen& choice, const messages::ClientHello& hello,
                               const crypto::Suite13& chosen, const Context& context);

// The first candidate that fits suite, name, policy and age, with its binder verified (RFC 8446 §4.2.11).
// Nothing: the handshake goes on without a PSK. bad_binder where the client does not know the key.
Result<std::optional<AcceptedPsk>> accept_psk(const PskChosen& choice, const messages::ClientHello& hello,
                                              Bytes message, const crypto::Suite13& suite,
                                              const schedule::Transcript& before, Context& context);

// psk_ke, where it is the only mode that both sides know: no key exchange beside the PSK (§4.2.9).
Status drop_key_share_unless_wanted(const messages::ClientHello& hello, ChosenGroup& group,
                                    const Context& context);

// New tickets, after the handshake (§4.6.1).
Status send_tickets(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes resumption_master_secret,
                    Context& context);

} // namespace pavise::handshake::server
