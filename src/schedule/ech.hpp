// What Encrypted Client Hello derives besides HPKE's keys (RFC 9849).
#pragma once

#include "crypto/provider.hpp"
#include "schedule/hpke.hpp"

#include <array>

namespace pavise::schedule {

// With which a server shows that it has read the inner hello (§7.2).
using EchConfirmation = std::array<std::uint8_t, 8>;

// Whether the confirmation stands in the ServerHello or in a HelloRetryRequest (§7.2, §7.2.1).
enum class EchConfirmationPlace : std::uint8_t { server_hello, hello_retry_request };

// `inner_random`: of the (first) inner hello. `transcript_hash`: with `hash`, from that hello up to the
// message that carries the confirmation, which is zeros there.
Result<EchConfirmation> ech_confirmation(const crypto::Provider& provider, crypto::HashId hash,
                                         EchConfirmationPlace place, Bytes inner_random,
                                         Bytes transcript_hash);

// HPKE's info for one ECHConfig (§6.1).
ByteVector ech_info(Bytes ech_config);

} // namespace pavise::schedule
