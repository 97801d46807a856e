// The suites of TLS 1.3: one AEAD and one hash each (RFC 8446 §B.4), and the limits of their keys (§5.5).
#pragma once

#include "crypto/algorithms.hpp"

#include <optional>
#include <span>

namespace pavise::crypto {

struct Suite13 {
    CipherSuite id;
    AeadId aead;
    HashId hash;
};

// In the order of our preference.
std::span<const Suite13> suites13() noexcept;
// Nothing for a suite that is not one of TLS 1.3 or that Pavise does not speak.
std::optional<Suite13> suite13(CipherSuite id) noexcept;

} // namespace pavise::crypto
