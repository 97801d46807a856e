#include "crypto/public_key.hpp"

#include "crypto/guard.hpp"
#include "crypto/idle_pool.hpp"
#include "crypto/key_algorithm.hpp"

#include "base/try.hpp"

#include <botan/ber_dec.h>
#include <botan/ec_apoint.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

namespace pavise::crypto {

namespace {

// A peer's key: fewer threads meet it at the same instant than one of our own.
constexpr std::size_t kept_verifiers = 4;

// For ECDSA it holds multiples of the key's point; a client that meets the same peer again need not compute
// them again.
struct SchemeVerifier {
    SignatureScheme scheme;
    Botan::PK_Verifier verifier;
};

class BotanPublicKey final : public PublicKey {
    KeyAlgorithm algorithm_;
    ByteVector encoded_;
    std::unique_ptr<const Botan::Public_Key> key_;
    mutable IdlePool<SchemeVerifier, kept_verifiers> verifiers_;

  public:
    BotanPublicKey(KeyAlgorithm algorithm, Bytes encoded, std::unique_ptr<const Botan::Public_Key> key) :
        algorithm_(algorithm),
        encoded_(encoded.begin(), encoded.end()),
        key_(std::move(key)) {}

    KeyType type() const noexcept override { return algorithm_.type; }
    std::size_t bits() const noexcept override { return key_->key_length(); }
    Bytes subject_public_key_info() const noexcept override { return encoded_; }
    Status verify(SignatureScheme scheme, Bytes message, Bytes signature) const noexcept override {
        if (!algorithm_.fits(scheme)) return fail(ErrorCode::scheme_does_not_fit_key);
        return guarded(ErrorCode::bad_signature, [&]() -> Status {
            auto borrowed = verifiers_.borrow();
            if (!borrowed || borrowed->scheme != scheme) borrowed = make_verifier(scheme);
            // One that has refused a signature may have hashed half a message: it is not given back.
            if (!borrowed->verifier.verify_message(message, signature)) return fail(ErrorCode::bad_signature);
            verifiers_.give_back(std::move(borrowed));
            return {};
        });
    }

  private:
    std::unique_ptr<SchemeVerifier> make_verifier(SignatureScheme scheme) const {
        const auto format =
            is_ecdsa(type()) ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard;
        return std::make_unique<SchemeVerifier>(
            SchemeVerifier{scheme, Botan::PK_Verifier(*key_, botan_padding(scheme), format)});
    }
};

// Null where the key's bytes are refused.
std::unique_ptr<const Botan::Public_Key> load(KeyType type, const Botan::AlgorithmIdentifier& algorithm,
                                              Bytes key) {
    switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: {
        auto rsa = std::make_unique<Botan::RSA_PublicKey>(algorithm, key);
        return rsa->key_length() <= max_rsa_modulus_bits ? std::move(rsa) : nullptr;
    }
    case KeyType::ed25519: return std::make_unique<Botan::Ed25519_PublicKey>(algorithm, key);
    case KeyType::ed448: return std::make_unique<Botan::Ed448_PublicKey>(algorithm, key);
    case KeyType::ml_dsa_44:
    case KeyType::ml_dsa_65:
    case KeyType::ml_dsa_87: return std::make_unique<Botan::ML_DSA_PublicKey>(algorithm, key);
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521: {
        // Uncompressed points alone, as RFC 8422 §5.1.1 leaves no other format.
        const auto point = Botan::EC_AffinePoint::deserialize_uncompressed(curve_of(type), key);
        return point ? std::make_unique<Botan::ECDSA_PublicKey>(curve_of(type), *point) : nullptr;
    }
    }
    return nullptr;
}

} // namespace

Result<std::shared_ptr<const PublicKey>> make_public_key(Bytes subject_public_key_info) noexcept {
    return guarded(ErrorCode::unsupported_key, [&]() -> Result<std::shared_ptr<const PublicKey>> {
        Botan::AlgorithmIdentifier identifier;
        ByteVector key_bits;
        Botan::BER_Decoder(subject_public_key_info, Botan::BER_Decoder::Limits::DER())
            .start_sequence()
            .decode(identifier)
            .decode_octet_aligned_bitstring(key_bits)
            .end_cons()
            .verify_end();
        PAVISE_LET(const KeyAlgorithm algorithm, key_algorithm(identifier));
        auto key = load(algorithm.type, identifier, key_bits);
        if (!key) return fail(ErrorCode::unsupported_key);
        return std::shared_ptr<const PublicKey>(
            std::make_shared<BotanPublicKey>(algorithm, subject_public_key_info, std::move(key)));
    });
}

} // namespace pavise::crypto
