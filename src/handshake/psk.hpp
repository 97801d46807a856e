// Pre-shared keys in TLS 1.3: what may be offered, how it is proved, and how a session becomes one (RFC 8446
// §4.2.11, §4.6.1; RFC 9258).
#pragma once

#include "base/secret.hpp"
#include "crypto/provider.hpp"
#include "handshake/session_data.hpp"
#include "schedule/key_schedule13.hpp"
#include "schedule/transcript.hpp"

#include <pavise/config.hpp>

#include <memory>
#include <vector>

namespace pavise::handshake {

// A key with the identity that names it, ready to be offered or found.
struct Psk {
    schedule::PskKind kind = schedule::PskKind::resumption;
    ByteVector identity;
    SecretVector secret;
    crypto::HashId hash{};
    std::shared_ptr<const SessionData> session; // resumption only
    ByteVector external_identity;               // of an external PSK, before any import

    Psk clone() const;
};

// The PSK of a session that was given by a server.
Result<Psk> psk_of_session(const std::shared_ptr<const SessionData>& session);
// An external PSK under its own name; imported ones have one name for each hash (RFC 9258 §4.1).
Result<std::vector<Psk>> psks_of(const crypto::Provider& provider, const ExternalPsk& external);

// RFC 8446 §4.2.11.1: the age of a ticket in milliseconds, plus ticket_age_add, modulo 2^32.
std::uint32_t obfuscated_ticket_age(const SessionData& session, Timestamp now) noexcept;

// The binder over a hello that was cut before its binders (§4.2.11.2). `before`: what precedes it in the
// transcript, where a HelloRetryRequest came; else null.
Result<HashSecret> binder(const crypto::Provider& provider, const Psk& psk,
                          const schedule::Transcript* before, Bytes truncated_hello);

} // namespace pavise::handshake
