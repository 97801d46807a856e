#include "crypto/cipher_suite.hpp"

#include <array>

namespace pavise::crypto {

namespace {

constexpr std::array rows13{
    Suite13{CipherSuite::TLS_AES_128_GCM_SHA256, AeadId::aes_128_gcm, HashId::sha256},
    Suite13{CipherSuite::TLS_AES_256_GCM_SHA384, AeadId::aes_256_gcm, HashId::sha384},
    Suite13{CipherSuite::TLS_CHACHA20_POLY1305_SHA256, AeadId::chacha20_poly1305, HashId::sha256},
};

using enum KeyExchange12;
using enum Offered12;

constexpr auto ecdsa = Authentication12::ecdsa;
constexpr auto rsa = Authentication12::rsa;

constexpr Suite12 aead_suite(CipherSuite id, KeyExchange12 exchange, Authentication12 authentication,
                             AeadId aead, Offered12 offered) {
    const HashId prf = aead == AeadId::aes_256_gcm ? HashId::sha384 : HashId::sha256;
    return {id, exchange, authentication, aead, prf, offered};
}
// The PRF's hash is that of the MAC, and never SHA-1 (RFC 5246 §5, RFC 5289 §3.1).
constexpr Suite12 cbc_suite(CipherSuite id, Authentication12 authentication, CbcId cipher, HashId mac) {
    return {id,     ecdhe, authentication, CbcMac{cipher, mac}, mac == HashId::sha1 ? HashId::sha256 : mac,
            by_name};
}

// RFC 5289 and RFC 7905 by default; by name alone: RFC 7251 (CCM), RFC 5288 (DHE), RFC 5487 and RFC 8442
// (PSK), RFC 8422 and RFC 5289 (CBC). Every one has an ephemeral key exchange but plain PSK.
constexpr std::array rows12{
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ecdhe, ecdsa, AeadId::aes_128_gcm,
               by_default),
    aead_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ecdhe, rsa, AeadId::aes_128_gcm,
               by_default),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, ecdhe, ecdsa, AeadId::aes_256_gcm,
               by_default),
    aead_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, ecdhe, rsa, AeadId::aes_256_gcm,
               by_default),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe, ecdsa,
               AeadId::chacha20_poly1305, by_default),
    aead_suite(CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe, rsa,
               AeadId::chacha20_poly1305, by_default),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CCM, ecdhe, ecdsa, AeadId::aes_128_ccm, by_name),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CCM, ecdhe, ecdsa, AeadId::aes_256_ccm, by_name),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, ecdhe, ecdsa, AeadId::aes_128_ccm_8, by_name),
    aead_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, ecdhe, ecdsa, AeadId::aes_256_ccm_8, by_name),
    aead_suite(CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, dhe, rsa, AeadId::aes_128_gcm, by_name),
    aead_suite(CipherSuite::TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, dhe, rsa, AeadId::aes_256_gcm, by_name),
    aead_suite(CipherSuite::TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, dhe, rsa, AeadId::chacha20_poly1305,
               by_name),
    aead_suite(CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, ecdhe_psk, Authentication12::psk,
               AeadId::aes_128_gcm, by_name),
    aead_suite(CipherSuite::TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384, ecdhe_psk, Authentication12::psk,
               AeadId::aes_256_gcm, by_name),
    aead_suite(CipherSuite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, ecdhe_psk, Authentication12::psk,
               AeadId::chacha20_poly1305, by_name),
    aead_suite(CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256, dhe_psk, Authentication12::psk,
               AeadId::aes_128_gcm, by_name),
    aead_suite(CipherSuite::TLS_DHE_PSK_WITH_AES_256_GCM_SHA384, dhe_psk, Authentication12::psk,
               AeadId::aes_256_gcm, by_name),
    aead_suite(CipherSuite::TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256, dhe_psk, Authentication12::psk,
               AeadId::chacha20_poly1305, by_name),
    aead_suite(CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256, KeyExchange12::psk, Authentication12::psk,
               AeadId::aes_128_gcm, by_name),
    aead_suite(CipherSuite::TLS_PSK_WITH_AES_256_GCM_SHA384, KeyExchange12::psk, Authentication12::psk,
               AeadId::aes_256_gcm, by_name),
    aead_suite(CipherSuite::TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, KeyExchange12::psk, Authentication12::psk,
               AeadId::chacha20_poly1305, by_name),
    cbc_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, ecdsa, CbcId::aes_128, HashId::sha256),
    cbc_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, rsa, CbcId::aes_128, HashId::sha256),
    cbc_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, ecdsa, CbcId::aes_256, HashId::sha384),
    cbc_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, rsa, CbcId::aes_256, HashId::sha384),
    cbc_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, ecdsa, CbcId::aes_128, HashId::sha1),
    cbc_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, rsa, CbcId::aes_128, HashId::sha1),
    cbc_suite(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, ecdsa, CbcId::aes_256, HashId::sha1),
    cbc_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, rsa, CbcId::aes_256, HashId::sha1),
};

} // namespace

std::span<const Suite13> suites13() noexcept {
    return rows13;
}

std::optional<Suite13> suite13(CipherSuite id) noexcept {
    for (const Suite13& suite : rows13)
        if (suite.id == id) return suite;
    return std::nullopt;
}

std::span<const Suite12> suites12() noexcept {
    return rows12;
}

std::optional<Suite12> suite12(CipherSuite id) noexcept {
    for (const Suite12& suite : rows12)
        if (suite.id == id) return suite;
    return std::nullopt;
}

bool can_authenticate(KeyType key, Authentication12 authentication) noexcept {
    switch (key) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return authentication == Authentication12::rsa;
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521:
    case KeyType::ed25519:
    case KeyType::ed448: return authentication == Authentication12::ecdsa;
    case KeyType::ml_dsa_44:
    case KeyType::ml_dsa_65:
    case KeyType::ml_dsa_87: break; // ML-DSA signs in TLS 1.3 alone
    }
    return false;
}

} // namespace pavise::crypto
