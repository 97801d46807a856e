#include "crypto/signature_scheme.hpp"

#include <array>

namespace pavise::crypto {

namespace {

using enum SignatureScheme;

// The order is the default preference: what is short and quick first, SHA-1 never offered (it is here so that
// it has a name in TLS 1.2 policies).
constexpr std::array schemes{
    SchemeTraits{ecdsa_secp256r1_sha256, KeyType::ecdsa_p256, HashId::sha256, true, true},
    SchemeTraits{ed25519, KeyType::ed25519, HashId::sha512, true, true},
    SchemeTraits{rsa_pss_rsae_sha256, KeyType::rsa, HashId::sha256, true, true},
    SchemeTraits{ecdsa_secp384r1_sha384, KeyType::ecdsa_p384, HashId::sha384, true, true},
    SchemeTraits{rsa_pss_rsae_sha384, KeyType::rsa, HashId::sha384, true, true},
    SchemeTraits{ecdsa_secp521r1_sha512, KeyType::ecdsa_p521, HashId::sha512, true, true},
    SchemeTraits{rsa_pss_rsae_sha512, KeyType::rsa, HashId::sha512, true, true},
    SchemeTraits{rsa_pss_pss_sha256, KeyType::rsa_pss, HashId::sha256, true, true},
    SchemeTraits{rsa_pss_pss_sha384, KeyType::rsa_pss, HashId::sha384, true, true},
    SchemeTraits{rsa_pss_pss_sha512, KeyType::rsa_pss, HashId::sha512, true, true},
    SchemeTraits{ed448, KeyType::ed448, HashId::sha512, true, true},
    SchemeTraits{ml_dsa_44, KeyType::ml_dsa_44, HashId::sha512, true, false},
    SchemeTraits{ml_dsa_65, KeyType::ml_dsa_65, HashId::sha512, true, false},
    SchemeTraits{ml_dsa_87, KeyType::ml_dsa_87, HashId::sha512, true, false},
    SchemeTraits{rsa_pkcs1_sha256, KeyType::rsa, HashId::sha256, false, true},
    SchemeTraits{rsa_pkcs1_sha384, KeyType::rsa, HashId::sha384, false, true},
    SchemeTraits{rsa_pkcs1_sha512, KeyType::rsa, HashId::sha512, false, true},
};

constexpr bool is_ecdsa(KeyType key) {
    return key == KeyType::ecdsa_p256 || key == KeyType::ecdsa_p384 || key == KeyType::ecdsa_p521;
}

} // namespace

std::span<const SchemeTraits> signature_schemes() noexcept {
    return schemes;
}

std::optional<SchemeTraits> traits_of(SignatureScheme scheme) noexcept {
    for (const SchemeTraits& row : schemes)
        if (row.scheme == scheme) return row;
    return std::nullopt;
}

bool fits_tls13(SignatureScheme scheme, KeyType key) noexcept {
    const auto traits = traits_of(scheme);
    return traits && traits->tls13_handshake && traits->key == key;
}

bool is_long_enough(std::size_t key_bits, SignatureScheme scheme) noexcept {
    const auto traits = traits_of(scheme);
    if (!traits || (traits->key != KeyType::rsa && traits->key != KeyType::rsa_pss)) return true;
    constexpr std::size_t digest_info_size = 19; // of the SHA-2 hashes, without the digest
    constexpr std::size_t least_padding = 11;    // 00 01, eight times ff, 00
    const std::size_t hash = digest_size(traits->hash);
    const bool pss = traits->tls13_handshake; // PKCS #1 v1.5 signs in no handshake of TLS 1.3
    // PSS: "If emLen < hLen + sLen + 2, output 'encoding error' and stop", with emLen = ceil((modBits - 1) /
    // 8)
    if (pss) return (key_bits + 6) / 8 >= 2 * hash + 2;
    return (key_bits + 7) / 8 >= digest_info_size + hash + least_padding;
}

bool fits_tls12(SignatureScheme scheme, KeyType key) noexcept {
    const auto traits = traits_of(scheme);
    if (!traits || !traits->tls12_handshake) return false;
    return traits->key == key || (is_ecdsa(traits->key) && is_ecdsa(key));
}

} // namespace pavise::crypto
