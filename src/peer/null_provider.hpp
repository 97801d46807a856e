// The null crypto provider: every value has its right length and nothing is computed. For fuzzers, whose
// mutated messages would otherwise die at the first MAC, and for tests that want a handshake in microseconds.
//
// Comparisons stay real: a tag, a Finished or a signature that is not the constant is refused, a key share of
// the wrong length too. What is lost is that these values depend on anything.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::peer {

// Immutable and thread-safe; lives as long as the process.
const crypto::Provider& null_provider() noexcept;

// Every byte of every computed value. Not zero, which several checks take for the absence of something.
inline constexpr std::uint8_t null_byte = 0x5a;
inline constexpr std::size_t null_signature_size = 64;

// A key whose signatures the null provider's public keys accept.
std::shared_ptr<const crypto::SigningKey> null_signing_key();

} // namespace pavise::peer
