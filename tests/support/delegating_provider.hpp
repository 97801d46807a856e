// A provider that leaves everything to another one: the base of those that change one thing.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::testing {

class DelegatingProvider : public crypto::Provider {
    const crypto::Provider& real_ = crypto::botan_provider();

  public:
    Result<std::unique_ptr<crypto::Aead>> aead(crypto::AeadId id, crypto::AeadUse use,
                                               Bytes key) const noexcept override {
        return real_.aead(id, use, key);
    }
    Result<std::unique_ptr<crypto::Cbc>> cbc(crypto::CbcId id, crypto::AeadUse use,
                                             Bytes key) const noexcept override {
        return real_.cbc(id, use, key);
    }
    Result<std::unique_ptr<crypto::HeaderMask>> header_mask(crypto::AeadId id,
                                                            Bytes key) const noexcept override {
        return real_.header_mask(id, key);
    }
    Result<std::unique_ptr<crypto::Hash>> hash(crypto::HashId id) const noexcept override {
        return real_.hash(id);
    }
    Result<std::unique_ptr<crypto::Hmac>> hmac(crypto::HashId id) const noexcept override {
        return real_.hmac(id);
    }
    bool supports(NamedGroup group) const noexcept override { return real_.supports(group); }
    Result<std::unique_ptr<crypto::KeyShare>> generate_key_share(NamedGroup group,
                                                                 Rng& rng) const noexcept override {
        return real_.generate_key_share(group, rng);
    }
    Result<crypto::KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                                    Rng& rng) const noexcept override {
        return real_.answer_key_share(group, peer_value, rng);
    }
    Result<std::unique_ptr<crypto::KeyShare>> load_key_share(NamedGroup group, Bytes private_key,
                                                             Rng& rng) const noexcept override {
        return real_.load_key_share(group, private_key, rng);
    }
    Result<std::unique_ptr<crypto::KeyShare>> generate_dhe_share(const crypto::FiniteFieldGroup& group,
                                                                 Rng& rng) const noexcept override {
        return real_.generate_dhe_share(group, rng);
    }
    Result<std::shared_ptr<const crypto::PublicKey>>
    public_key(Bytes subject_public_key_info) const noexcept override {
        return real_.public_key(subject_public_key_info);
    }
};

} // namespace pavise::testing
