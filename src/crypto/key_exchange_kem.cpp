// ML-KEM (FIPS 203) as a key exchange: the initiator sends an encapsulation key, the responder a ciphertext.
#include "crypto/botan_rng.hpp"
#include "crypto/key_exchange_parts.hpp"

#include <botan/ml_kem.h>
#include <botan/pubkey.h>

namespace pavise::crypto {

namespace {

Botan::ML_KEM_Mode mode_of(NamedGroup group) {
    switch (group) {
    case NamedGroup::ml_kem_512: return Botan::ML_KEM_Mode::ML_KEM_512;
    case NamedGroup::ml_kem_768: return Botan::ML_KEM_Mode::ML_KEM_768;
    default: return Botan::ML_KEM_Mode::ML_KEM_1024;
    }
}

class KemShare final : public KeyShare {
    NamedGroup group_;
    BotanRng rng_;
    Botan::ML_KEM_PrivateKey decapsulation_key_;
    ByteVector encapsulation_key_;

  public:
    KemShare(NamedGroup group, Rng& rng) :
        group_(group),
        rng_(rng),
        decapsulation_key_(rng_, mode_of(group)),
        encapsulation_key_(decapsulation_key_.raw_public_key_bits()) {}

    NamedGroup group() const noexcept override { return group_; }
    Bytes public_value() const noexcept override { return encapsulation_key_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        const GroupSizes sizes = group_sizes(group_);
        if (peer_value.size() != sizes.responder) return fail(ErrorCode::bad_key_share);
        return guarded(ErrorCode::bad_key_share, [&] {
            // A wrong ciphertext of the right length gives a pseudorandom secret (FIPS 203 §6.3), and the
            // handshake then fails at the Finished: there is nothing to detect here.
            SecretVector secret(sizes.secret);
            Botan::PK_KEM_Decryptor(decapsulation_key_, rng_, "Raw")
                .decrypt(secret.mutable_view(), peer_value);
            return secret;
        });
    }
};

} // namespace

std::unique_ptr<KeyShare> make_kem_share(NamedGroup group, Rng& rng) {
    return std::make_unique<KemShare>(group, rng);
}

KeyShareAnswer encapsulate(NamedGroup group, Bytes encapsulation_key, Rng& rng) {
    // Loading the key is the encapsulation key check of FIPS 203 §7.2: Botan refuses a coefficient that is
    // not reduced modulo q. ("… MUST abort with illegal_parameter", draft-ietf-tls-ecdhe-mlkem §4.2.)
    const Botan::ML_KEM_PublicKey key(encapsulation_key, mode_of(group));
    const GroupSizes sizes = group_sizes(group);
    KeyShareAnswer answer{ByteVector(sizes.responder), SecretVector(sizes.secret)};
    BotanRng botan_rng(rng);
    Botan::PK_KEM_Encryptor(key, "Raw").encrypt(answer.public_value, answer.secret.mutable_view(), botan_rng);
    return answer;
}

} // namespace pavise::crypto
