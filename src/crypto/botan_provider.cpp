#include "crypto/botan_aead.hpp"
#include "crypto/botan_cbc.hpp"
#include "crypto/botan_hash.hpp"
#include "crypto/botan_header_mask.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/provider.hpp"
#include "crypto/public_key.hpp"

namespace pavise::crypto {

namespace {

class BotanProvider final : public Provider {
    HashPrototypes hashes_;

  public:
    Result<std::unique_ptr<Aead>> aead(AeadId id, AeadUse use, Bytes key) const noexcept override {
        return make_botan_aead(id, use, key);
    }
    Result<std::unique_ptr<Cbc>> cbc(CbcId id, AeadUse use, Bytes key) const noexcept override {
        return make_botan_cbc(id, use, key);
    }
    Result<std::unique_ptr<HeaderMask>> header_mask(AeadId id, Bytes key) const noexcept override {
        return make_botan_header_mask(id, key);
    }
    Result<std::unique_ptr<Hash>> hash(HashId id) const noexcept override { return hashes_.hash(id); }
    Result<std::unique_ptr<Hmac>> hmac(HashId id) const noexcept override { return hashes_.hmac(id); }

    bool supports(NamedGroup group) const noexcept override { return group_sizes(group).initiator != 0; }
    Result<std::unique_ptr<KeyShare>> generate_key_share(NamedGroup group, Rng& rng) const noexcept override {
        return make_key_share(group, rng);
    }
    Result<std::unique_ptr<KeyShare>> load_key_share(NamedGroup group, Bytes private_key,
                                                     Rng& rng) const noexcept override {
        return crypto::load_key_share(group, private_key, rng);
    }
    Result<KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                            Rng& rng) const noexcept override {
        return make_key_share_answer(group, peer_value, rng);
    }

    Result<std::unique_ptr<KeyShare>> generate_dhe_share(const FiniteFieldGroup& group,
                                                         Rng& rng) const noexcept override {
        return make_dhe_share(group, rng);
    }

    Result<std::shared_ptr<const PublicKey>>
    public_key(Bytes subject_public_key_info) const noexcept override {
        return make_public_key(subject_public_key_info);
    }
};

} // namespace

const Provider& botan_provider() noexcept {
    static const BotanProvider provider;
    return provider;
}

} // namespace pavise::crypto
