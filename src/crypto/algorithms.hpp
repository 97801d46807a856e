// The algorithms that the suites name, and the numbers that the protocol needs to know of them.
#pragma once

#include "base/fixed_vector.hpp"

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>

#include <cstddef>
#include <cstdint>

namespace pavise::crypto {

enum class HashId : std::uint8_t { sha1, sha256, sha384, sha512 };

constexpr std::size_t digest_size(HashId hash) noexcept {
    switch (hash) {
    case HashId::sha1: return 20;
    case HashId::sha256: return 32;
    case HashId::sha384: return 48;
    case HashId::sha512: return 64;
    }
    return 0;
}

inline constexpr std::size_t max_digest_size = 64;
using Digest = FixedVector<std::uint8_t, max_digest_size>;

enum class AeadId : std::uint8_t {
    aes_128_gcm,
    aes_256_gcm,
    chacha20_poly1305,
    aes_128_ccm,
    aes_256_ccm,
    aes_128_ccm_8,
    aes_256_ccm_8,
};

// Every AEAD of TLS has a nonce of 12 bytes (RFC 8446 §5.3, RFC 5288, RFC 6655, RFC 7905).
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t max_aead_tag_size = 16;
inline constexpr std::size_t max_aead_key_size = 32;

constexpr std::size_t aead_key_size(AeadId aead) noexcept {
    switch (aead) {
    case AeadId::aes_128_gcm:
    case AeadId::aes_128_ccm:
    case AeadId::aes_128_ccm_8: return 16;
    case AeadId::aes_256_gcm:
    case AeadId::aes_256_ccm:
    case AeadId::aes_256_ccm_8:
    case AeadId::chacha20_poly1305: return 32;
    }
    return 0;
}

constexpr std::size_t aead_tag_size(AeadId aead) noexcept {
    return aead == AeadId::aes_128_ccm_8 || aead == AeadId::aes_256_ccm_8 ? 8 : 16;
}

enum class CbcId : std::uint8_t { aes_128, aes_256 };

inline constexpr std::size_t cbc_block_size = 16;

constexpr std::size_t cbc_key_size(CbcId cipher) noexcept {
    return cipher == CbcId::aes_128 ? 16 : 32;
}

enum class KeyType : std::uint8_t {
    rsa,     // rsaEncryption: PKCS#1 v1.5 and the rsa_pss_rsae schemes
    rsa_pss, // id-RSASSA-PSS: the rsa_pss_pss schemes alone
    ecdsa_p256,
    ecdsa_p384,
    ecdsa_p521,
    ed25519,
    ed448,
    ml_dsa_44,
    ml_dsa_65,
    ml_dsa_87,
};

} // namespace pavise::crypto
