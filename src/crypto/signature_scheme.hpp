// What each signature scheme demands: key type, hash, and the versions that allow it (RFC 8446 §4.2.3).
#pragma once

#include "crypto/algorithms.hpp"

#include <optional>
#include <span>

namespace pavise::crypto {

struct SchemeTraits {
    SignatureScheme scheme;
    KeyType key;
    HashId hash;          // sha512 where the scheme hashes by itself (Ed25519, Ed448, ML-DSA)
    bool tls13_handshake; // may sign a TLS 1.3 CertificateVerify (PKCS#1 v1.5 and SHA-1 may not)
    bool tls12_handshake; // may sign in TLS 1.2 (ML-DSA may not; ECDSA is not bound to the curve there)
};

// Every scheme that Pavise can verify or make, strongest preference first.
std::span<const SchemeTraits> signature_schemes() noexcept;
// Nothing for a scheme that Pavise does not know.
std::optional<SchemeTraits> traits_of(SignatureScheme scheme) noexcept;
// Whether a key of this type can sign with this scheme in TLS 1.3 (curve bound to the hash, RFC 8446 §4.2.3).
bool fits_tls13(SignatureScheme scheme, KeyType key) noexcept;
// Whether it can in TLS 1.2, where ECDSA schemes name a hash and any curve may be used (RFC 8446 §4.2.3, RFC
// 8422).
bool fits_tls12(SignatureScheme scheme, KeyType key) noexcept;
// Whether an RSA key of so many bits is long enough for what the scheme signs (RFC 8017 §9.1.1, §9.2); for
// other schemes it always is.
bool is_long_enough(std::size_t key_bits, SignatureScheme scheme) noexcept;

} // namespace pavise::crypto
