// What an AlgorithmIdentifier says of a key: its type, and how far it restricts its signatures.
#pragma once

#include "crypto/algorithms.hpp"

#include <pavise/registry.hpp>
#include <pavise/result.hpp>

#include <botan/asn1_obj.h>

#include <string_view>

namespace Botan {
class EC_Group;
}

namespace pavise::crypto {

// What the parameters of an RSA-PSS key demand of its signatures (RFC 4055 §3.1, §3.3).
struct PssRestriction {
    static constexpr std::size_t any_hash = 0;
    std::size_t hash_size = any_hash;
    std::size_t least_salt_size = 0;

    // TLS uses the same hash for message and MGF, and a salt as long as the hash (RFC 8446 §4.2.3).
    constexpr bool allows(HashId hash) const noexcept {
        return hash_size == any_hash || (hash_size == digest_size(hash) && least_salt_size <= hash_size);
    }
};

struct KeyAlgorithm {
    KeyType type;
    PssRestriction pss;

    // Whether a key may be used with this scheme in some version of TLS. The curve is not bound to the hash
    // here (RFC 8446 §4.2.3 binds it in TLS 1.3 only): fits_tls13() and fits_tls12() tell the versions apart.
    bool fits(SignatureScheme scheme) const noexcept;
};

inline constexpr std::string_view oid_ec_public_key = "1.2.840.10045.2.1";

// unsupported_key for an algorithm or curve that TLS does not sign with. Throws where the identifier is
// malformed.
Result<KeyAlgorithm> key_algorithm(const Botan::AlgorithmIdentifier& identifier);

constexpr bool is_ecdsa(KeyType key) noexcept {
    return key == KeyType::ecdsa_p256 || key == KeyType::ecdsa_p384 || key == KeyType::ecdsa_p521;
}
constexpr bool is_rsa(KeyType key) noexcept {
    return key == KeyType::rsa || key == KeyType::rsa_pss;
}
constexpr bool is_ml_dsa(KeyType key) noexcept {
    return key == KeyType::ml_dsa_44 || key == KeyType::ml_dsa_65 || key == KeyType::ml_dsa_87;
}

// Precondition: is_ecdsa(key). Looked up once; throws where Botan lacks the curve.
const Botan::EC_Group& curve_of(KeyType key);

// How Botan calls the padding and hash of a scheme.
std::string_view botan_padding(SignatureScheme scheme) noexcept;

// Bounds the work that one signature of a stranger can cause; no certificate in use comes near it.
inline constexpr std::size_t max_rsa_modulus_bits = 8192;

} // namespace pavise::crypto
