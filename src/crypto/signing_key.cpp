#include "crypto/signing_key.hpp"

#include "crypto/botan_rng.hpp"
#include "crypto/guard.hpp"
#include "crypto/idle_pool.hpp"
#include "crypto/key_algorithm.hpp"
#include "crypto/private_key.hpp"
#include "crypto/public_key.hpp"
#include "crypto/signature_scheme.hpp"

#include "base/pem.hpp"
#include "base/try.hpp"

#include <botan/der_enc.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/pk_keys.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

#include <optional>

namespace pavise::crypto {

namespace {

// An RSA key signs with three hashes in two paddings; no other key has more ways.
constexpr std::size_t max_schemes_per_key = 6;

constexpr std::size_t kept_signers = 16;

struct SchemePool {
    SignatureScheme scheme{};
    IdlePool<Botan::PK_Signer, kept_signers> signers;
};

class BotanSigningKey final : public LocalSigningKey {
    PrivateKey private_;
    ByteVector public_info_;
    mutable BotanRng blinding_rng_{
        system_rng()}; // the signers keep a reference to it; stateless, hence shared
    mutable std::array<SchemePool, max_schemes_per_key> pools_;

  public:
    explicit BotanSigningKey(PrivateKey key) : private_(std::move(key)), public_info_(encode_public_info()) {
        std::size_t used = 0;
        for (const SchemeTraits& row : signature_schemes())
            if (private_.algorithm.fits(row.scheme) && used < pools_.size())
                pools_[used++].scheme = row.scheme;
    }

    KeyType type() const noexcept override { return private_.algorithm.type; }
    std::size_t bits() const noexcept override { return private_.key->key_length(); }
    Bytes subject_public_key_info() const noexcept override { return public_info_; }

    Result<ByteVector> sign(SignatureScheme scheme, Bytes message, Rng& rng) const noexcept override {
        SchemePool* pool = pool_of(scheme);
        if (!pool) return fail(ErrorCode::scheme_does_not_fit_key);
        return guarded(ErrorCode::internal, [&] {
            auto signer = pool->signers.borrow();
            if (!signer) signer = make_signer(scheme);
            BotanRng salt_rng(rng);
            ByteVector signature = signer->sign_message(message, salt_rng);
            // A signer whose signature failed half-way is not given back.
            pool->signers.give_back(std::move(signer));
            return signature;
        });
    }

    Result<SecretVector> pkcs8_der() const noexcept override {
        return guarded(ErrorCode::internal, [&] { return encode_pkcs8(private_); });
    }

    // A signature by the private half that the public half accepts. It also fills in what Botan computes
    // lazily, before more than one thread can see the key.
    Status prove() const noexcept {
        if (pools_[0].scheme == SignatureScheme{}) return fail(ErrorCode::key_unsupported);
        const Bytes message = as_bytes("pavise: a private key that belongs to its public key");
        const SignatureScheme scheme = pools_[0].scheme;
        const auto signature = sign(scheme, message, system_rng());
        if (!signature) return fail(ErrorCode::key_inconsistent);
        PAVISE_LET(const auto public_key, make_public_key(public_info_));
        if (!public_key->verify(scheme, message, *signature)) return fail(ErrorCode::key_inconsistent);
        return {};
    }

  private:
    SchemePool* pool_of(SignatureScheme scheme) const noexcept {
        for (SchemePool& pool : pools_)
            if (pool.scheme == scheme && scheme != SignatureScheme{}) return &pool;
        return nullptr;
    }

    std::unique_ptr<Botan::PK_Signer> make_signer(SignatureScheme scheme) const {
        const auto format =
            is_ecdsa(type()) ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard;
        return std::make_unique<Botan::PK_Signer>(*private_.key, blinding_rng_, botan_padding(scheme),
                                                  format);
    }

    // With the identifier of the file, since Botan takes an RSA-PSS key for a plain one.
    ByteVector encode_public_info() const {
        ByteVector info;
        Botan::DER_Encoder(info)
            .start_sequence()
            .encode(private_.identifier)
            .encode(private_.key->public_key()->public_key_bits(), Botan::ASN1_Type::BitString)
            .end_cons();
        return info;
    }
};

Result<std::shared_ptr<const LocalSigningKey>> make_signing_key(PrivateKey key) noexcept {
    return guarded(ErrorCode::key_malformed, [&]() -> Result<std::shared_ptr<const LocalSigningKey>> {
        auto made = std::make_shared<const BotanSigningKey>(std::move(key));
        PAVISE_TRY(made->prove());
        return std::shared_ptr<const LocalSigningKey>(std::move(made));
    });
}

std::shared_ptr<const Botan::Private_Key> generate(KeyType type, BotanRng& rng, std::size_t rsa_bits) {
    switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return std::make_shared<const Botan::RSA_PrivateKey>(rng, rsa_bits);
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521: return std::make_shared<const Botan::ECDSA_PrivateKey>(rng, curve_of(type));
    case KeyType::ed25519: return std::make_shared<const Botan::Ed25519_PrivateKey>(rng);
    case KeyType::ed448: return std::make_shared<const Botan::Ed448_PrivateKey>(rng);
    case KeyType::ml_dsa_44:
        return std::make_shared<const Botan::ML_DSA_PrivateKey>(rng, Botan::ML_DSA_Mode::ML_DSA_4x4);
    case KeyType::ml_dsa_65:
        return std::make_shared<const Botan::ML_DSA_PrivateKey>(rng, Botan::ML_DSA_Mode::ML_DSA_6x5);
    case KeyType::ml_dsa_87:
        return std::make_shared<const Botan::ML_DSA_PrivateKey>(rng, Botan::ML_DSA_Mode::ML_DSA_8x7);
    }
    return nullptr;
}

// RFC 8017 appendix A.2.3 leaves the parameters out of a key that every hash may use.
Botan::AlgorithmIdentifier identifier_of(KeyType type, const Botan::Private_Key& key) {
    if (type != KeyType::rsa_pss) return key.algorithm_identifier();
    return {Botan::OID({1, 2, 840, 113549, 1, 1, 10}), Botan::AlgorithmIdentifier::USE_EMPTY_PARAM};
}

} // namespace

Result<std::string> LocalSigningKey::pkcs8_pem() const noexcept {
    PAVISE_LET(const SecretVector der, pkcs8_der());
    return guarded(ErrorCode::internal, [&] { return write_pem("PRIVATE KEY", der.view()); });
}

Result<std::shared_ptr<const LocalSigningKey>> load_signing_key(Bytes file,
                                                                const PasswordCallback& password) noexcept {
    PAVISE_LET(PrivateKey key, read_private_key(file, password));
    return make_signing_key(std::move(key));
}

Result<std::shared_ptr<const LocalSigningKey>> generate_signing_key(KeyType type, Rng& rng,
                                                                    std::size_t rsa_bits) noexcept {
    if (is_rsa(type) && (rsa_bits < min_rsa_modulus_bits || rsa_bits > max_rsa_modulus_bits))
        return fail(ErrorCode::bad_argument);
    auto made = guarded(ErrorCode::bad_argument, [&] {
        BotanRng botan_rng(rng);
        auto key = generate(type, botan_rng, rsa_bits);
        auto identifier = identifier_of(type, *key);
        return PrivateKey{{type, {}}, std::move(identifier), std::move(key)};
    });
    if (!made) return Unexpected(made.error());
    return make_signing_key(*std::move(made));
}

} // namespace pavise::crypto
