// Diffie-Hellman over the NIST curves and the Montgomery curves (RFC 8446 §4.2.8.2, §7.4.2; RFC 7748).
#include "crypto/botan_rng.hpp"
#include "crypto/key_algorithm.hpp"
#include "crypto/key_exchange_parts.hpp"

#include <botan/ec_apoint.h>
#include <botan/ec_group.h>
#include <botan/ec_scalar.h>
#include <botan/pubkey.h>
#include <botan/x25519.h>
#include <botan/x448.h>

namespace pavise::crypto {

namespace {

const Botan::EC_Group& curve_of(NamedGroup group) {
    switch (group) {
    case NamedGroup::secp256r1: return crypto::curve_of(KeyType::ecdsa_p256);
    case NamedGroup::secp384r1: return crypto::curve_of(KeyType::ecdsa_p384);
    default: return crypto::curve_of(KeyType::ecdsa_p521);
    }
}

SecretVector as_secret(const Botan::secure_vector<std::uint8_t>& bytes) {
    return SecretVector(Bytes(bytes));
}

class CurveShare final : public KeyShare {
    NamedGroup group_;
    BotanRng rng_;
    Botan::EC_Scalar private_key_;
    ByteVector public_value_;

  public:
    CurveShare(NamedGroup group, Rng& rng, const Botan::EC_Scalar& private_key) :
        group_(group),
        rng_(rng),
        private_key_(private_key),
        public_value_(Botan::EC_AffinePoint::g_mul(private_key_, rng_).serialize_uncompressed<ByteVector>()) {
    }
    ~CurveShare() override { private_key_.zeroize(); }

    NamedGroup group() const noexcept override { return group_; }
    Bytes public_value() const noexcept override { return public_value_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        return guarded(ErrorCode::bad_key_share, [&]() -> Result<SecretVector> {
            // Wrong length, compressed, at infinity, or not on the curve: nothing comes back. The curves have
            // cofactor 1, so that every other point is a good one.
            const auto peer = Botan::EC_AffinePoint::deserialize_uncompressed(curve_of(group_), peer_value);
            if (!peer) return fail(ErrorCode::bad_key_share);
            return as_secret(peer->mul_x_only(private_key_, rng_));
        });
    }
};

Botan::secure_vector<std::uint8_t> scalar_product(const Botan::X25519_PrivateKey& key, Bytes peer,
                                                  BotanRng&) {
    return key.agree(peer.data(), peer.size());
}

Botan::secure_vector<std::uint8_t> scalar_product(const Botan::X448_PrivateKey& key, Bytes peer,
                                                  BotanRng& rng) {
    return Botan::PK_Key_Agreement(key, rng, "Raw").derive_key(0, peer).bits_of();
}

template <class PrivateKey> class MontgomeryShare final : public KeyShare {
    NamedGroup group_;
    BotanRng rng_;
    PrivateKey private_key_;
    ByteVector public_value_;

  public:
    MontgomeryShare(NamedGroup group, Rng& rng) :
        group_(group),
        rng_(rng),
        private_key_(rng_),
        public_value_(private_key_.public_value()) {}
    MontgomeryShare(NamedGroup group, Rng& rng, Bytes private_key) :
        group_(group),
        rng_(rng),
        private_key_(private_key),
        public_value_(private_key_.public_value()) {}

    NamedGroup group() const noexcept override { return group_; }
    Bytes public_value() const noexcept override { return public_value_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        return guarded(ErrorCode::bad_key_share, [&]() -> Result<SecretVector> {
            if (peer_value.size() != public_value_.size()) return fail(ErrorCode::bad_key_share);
            SecretVector secret = as_secret(scalar_product(private_key_, peer_value, rng_));
            // "Implementations MUST check whether the computed Diffie-Hellman shared secret is the all-zero
            // value and abort if so" (RFC 8446 §7.4.2); without a branch on the bytes (RFC 7748 §6.1).
            std::uint8_t any_bit = 0;
            for (const std::uint8_t byte : secret.view()) any_bit = static_cast<std::uint8_t>(any_bit | byte);
            if (any_bit == 0) return fail(ErrorCode::bad_key_share);
            return secret;
        });
    }
};

} // namespace

std::unique_ptr<KeyShare> make_curve_share(NamedGroup group, Rng& rng) {
    BotanRng botan_rng(rng);
    return std::make_unique<CurveShare>(group, rng, Botan::EC_Scalar::random(curve_of(group), botan_rng));
}

std::unique_ptr<KeyShare> make_montgomery_share(NamedGroup group, Rng& rng) {
    if (group == NamedGroup::x25519)
        return std::make_unique<MontgomeryShare<Botan::X25519_PrivateKey>>(group, rng);
    return std::make_unique<MontgomeryShare<Botan::X448_PrivateKey>>(group, rng);
}

Result<std::unique_ptr<KeyShare>> load_key_share(NamedGroup group, Bytes private_key, Rng& rng) noexcept {
    return guarded(ErrorCode::bad_argument, [&]() -> Result<std::unique_ptr<KeyShare>> {
        switch (group) {
        case NamedGroup::x25519:
            return std::unique_ptr<KeyShare>(
                std::make_unique<MontgomeryShare<Botan::X25519_PrivateKey>>(group, rng, private_key));
        case NamedGroup::x448:
            return std::unique_ptr<KeyShare>(
                std::make_unique<MontgomeryShare<Botan::X448_PrivateKey>>(group, rng, private_key));
        case NamedGroup::secp256r1:
        case NamedGroup::secp384r1:
        case NamedGroup::secp521r1: {
            const auto scalar = Botan::EC_Scalar::deserialize(curve_of(group), private_key);
            if (!scalar || scalar->is_zero()) return fail(ErrorCode::bad_argument);
            return std::unique_ptr<KeyShare>(std::make_unique<CurveShare>(group, rng, *scalar));
        }
        default: return fail(ErrorCode::not_supported);
        }
    });
}

} // namespace pavise::crypto
