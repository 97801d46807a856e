// The groups of TLS 1.2: curves (RFC 8422 §5.1.1), and finite fields for the DHE suites (RFC 7919).
// Post-quantum groups are TLS 1.3's.
#pragma once

#include "crypto/algorithms.hpp"

#include <optional>

namespace pavise::handshake {

constexpr bool is_curve12(NamedGroup group) noexcept {
    switch (group) {
    case NamedGroup::secp256r1:
    case NamedGroup::secp384r1:
    case NamedGroup::secp521r1:
    case NamedGroup::x25519:
    case NamedGroup::x448: return true;
    default: return false;
    }
}

// RFC 7919 §2: the code points for finite fields.
constexpr bool is_finite_field(NamedGroup group) noexcept {
    const auto value = static_cast<std::uint16_t>(group);
    return value >= 256 && value <= 511;
}

// The curve that an ECDSA key lies on.
constexpr std::optional<NamedGroup> ecdsa_curve(crypto::KeyType key) noexcept {
    switch (key) {
    case crypto::KeyType::ecdsa_p256: return NamedGroup::secp256r1;
    case crypto::KeyType::ecdsa_p384: return NamedGroup::secp384r1;
    case crypto::KeyType::ecdsa_p521: return NamedGroup::secp521r1;
    default: return std::nullopt;
    }
}

} // namespace pavise::handshake
