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
// RFC 5289 and RFC 7905 by default; by name alone: RFC 7251 (CCM).
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
