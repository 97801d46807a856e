// Which hash a certificate's signature uses.
#pragma once

#include "crypto/algorithms.hpp"
#include "trust/certificate.hpp"

namespace pavise::trust {

// RFC 5929 §4.1's hash for "tls-server-end-point": that of the signature algorithm, SHA-256 in the place of
// MD5 and SHA-1. no_channel_binding where the algorithm has no hash of its own (Ed25519, Ed448, ML-DSA) or an
// unknown one.
Result<crypto::HashId> signature_hash(const Certificate& certificate) noexcept;

} // namespace pavise::trust
