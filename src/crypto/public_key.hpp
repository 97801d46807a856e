// Verification keys over Botan.
#pragma once

#include "crypto/provider.hpp"

#include <string_view>

namespace pavise::crypto {

// Bounds the work that one signature of a stranger can cause; no certificate in use comes near it.
inline constexpr std::size_t max_rsa_modulus_bits = 8192;

Result<std::shared_ptr<const PublicKey>> make_public_key(Bytes subject_public_key_info) noexcept;

// Whether a key of this type may be used with this scheme in some version of TLS. The curve is not bound to
// the hash here (RFC 8446 §4.2.3 binds it in TLS 1.3 only): fits_tls13() and fits_tls12() tell the versions
// apart.
bool fits(SignatureScheme scheme, KeyType key) noexcept;

// How Botan calls the scheme's padding and hash.
std::string_view botan_padding(SignatureScheme scheme) noexcept;

} // namespace pavise::crypto
