// The cipher suites: of TLS 1.3, one AEAD and one hash each (RFC 8446 §B.4); of TLS 1.2, how keys are
// exchanged, who vouches for them, how records are protected, and the hash of the PRF.
#pragma once

#include "crypto/algorithms.hpp"

#include <optional>
#include <span>
#include <variant>

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

enum class KeyExchange12 : std::uint8_t { ecdhe, dhe, psk, ecdhe_psk, dhe_psk };
// `ecdsa` stands for EdDSA too (RFC 8422 §5.10).
enum class Authentication12 : std::uint8_t { ecdsa, rsa, psk };
// Whether a suite is offered by itself, or only where a caller names it.
enum class Offered12 : std::uint8_t { by_default, by_name };

// CBC with HMAC, which exists here as encrypt-then-MAC alone (RFC 7366).
struct CbcMac {
    CbcId cipher;
    HashId mac;
};

struct Suite12 {
    CipherSuite id;
    KeyExchange12 key_exchange;
    Authentication12 authentication;
    std::variant<AeadId, CbcMac> protection;
    HashId prf;
    Offered12 offered;
};

// In the order of our preference.
std::span<const Suite12> suites12() noexcept;
// Nothing for a suite that is not one of TLS 1.2 or that Pavise does not speak.
std::optional<Suite12> suite12(CipherSuite id) noexcept;

constexpr bool uses_curves(KeyExchange12 exchange) noexcept {
    return exchange == KeyExchange12::ecdhe || exchange == KeyExchange12::ecdhe_psk;
}
constexpr bool uses_finite_field(KeyExchange12 exchange) noexcept {
    return exchange == KeyExchange12::dhe || exchange == KeyExchange12::dhe_psk;
}
// Whether the certificate of a key of this type can stand for this authentication (RFC 5246 §7.4.2, RFC 8422
// §5.3, §5.10).
bool can_authenticate(KeyType key, Authentication12 authentication) noexcept;

} // namespace pavise::crypto
