#include "crypto/cipher_suite.hpp"

#include <array>

namespace pavise::crypto {

namespace {

constexpr std::array suites{
    Suite13{CipherSuite::TLS_AES_128_GCM_SHA256, AeadId::aes_128_gcm, HashId::sha256},
    Suite13{CipherSuite::TLS_AES_256_GCM_SHA384, AeadId::aes_256_gcm, HashId::sha384},
    Suite13{CipherSuite::TLS_CHACHA20_POLY1305_SHA256, AeadId::chacha20_poly1305, HashId::sha256},
};

} // namespace

std::span<const Suite13> suites13() noexcept {
    return suites;
}

std::optional<Suite13> suite13(CipherSuite id) noexcept {
    for (const Suite13& suite : suites)
        if (suite.id == id) return suite;
    return std::nullopt;
}

} // namespace pavise::crypto
