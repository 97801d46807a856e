// Private keys that sign in this process: loaded, generated, written out.
#pragma once

#include "crypto/key_encryption.hpp"
#include "crypto/provider.hpp"

#include <string>

namespace pavise::crypto {

// A SigningKey whose bytes are at hand. Thread-safe. It keeps a bounded pool of ready signers for each
// scheme, because one costs as much to make as an RSA signature and cannot be shared: a call borrows one
// without a lock.
//
// The same Rng state gives the same signature: ECDSA nonces follow RFC 6979, Ed25519 and Ed448 use no
// randomness, and the salts of RSA-PSS and ML-DSA's come from the caller's Rng. (Blinding, which no output
// shows, uses the system's.)
class LocalSigningKey : public SigningKey {
  public:
    // The key as a DER PKCS#8 PrivateKeyInfo, unencrypted.
    virtual Result<SecretVector> pkcs8_der() const noexcept = 0;
    // The same in PEM ("PRIVATE KEY"). The caller wipes it.
    Result<std::string> pkcs8_pem() const noexcept;
};

// The first private key of a file: PEM or DER of PKCS#8, PKCS#1 or SEC1, plain or encrypted, or a PKCS#12
// file. What else stands in a PEM file is passed over. The callback is asked for a password only if the key
// is encrypted. Errors: key_not_found, malformed_pem, key_malformed, key_unsupported, key_without_seed,
// key_inconsistent, key_password_needed, key_password_wrong, key_encryption_unsupported. Signs once, to prove
// that the private half belongs to the public one.
Result<std::shared_ptr<const LocalSigningKey>>
load_signing_key(Bytes file, const PasswordCallback& password = {}) noexcept;

inline constexpr std::size_t default_rsa_modulus_bits = 2048;
// Botan makes RSA keys in steps of 8 bits from here up; whether so short a key is let in is the policy's
// affair.
inline constexpr std::size_t min_rsa_modulus_bits = 1024;

// `rsa_bits` counts for RSA keys alone; bad_argument outside of min_rsa_modulus_bits to max_rsa_modulus_bits.
Result<std::shared_ptr<const LocalSigningKey>>
generate_signing_key(KeyType type, Rng& rng, std::size_t rsa_bits = default_rsa_modulus_bits) noexcept;

} // namespace pavise::crypto
