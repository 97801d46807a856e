#include "peer/null_provider.hpp"

#include "base/try.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/signature_scheme.hpp"

#include <algorithm>

namespace pavise::peer {

namespace {

// NOLINTNEXTLINE(google-build-using-namespace): nearly every name below is crypto's
using namespace crypto;

bool is_null_value(Bytes bytes) noexcept {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == null_byte; });
}

class NullAead final : public Aead {
  public:
    Status seal(Bytes, Bytes, MutableBytes, MutableBytes tag) noexcept override {
        std::ranges::fill(tag, null_byte);
        return {};
    }
    Status open(Bytes, Bytes, MutableBytes data, Bytes tag) noexcept override {
        if (is_null_value(tag)) return {};
        secure_wipe(data);
        return fail(ErrorCode::bad_record_mac);
    }
};

class NullCbc final : public Cbc {
  public:
    Status encrypt(Bytes, MutableBytes) noexcept override { return {}; }
    Status decrypt(Bytes, MutableBytes) noexcept override { return {}; }
};

class NullHeaderMask final : public HeaderMask {
  public:
    Status mask(Bytes, MutableBytes out) noexcept override {
        std::ranges::fill(out, null_byte);
        return {};
    }
};

class NullHash final : public Hash {
    HashId id_;

  public:
    explicit NullHash(HashId id) noexcept : id_(id) {}
    void update(Bytes) noexcept override {}
    Result<Digest> digest() const noexcept override {
        std::array<std::uint8_t, max_digest_size> bytes;
        bytes.fill(null_byte);
        Digest digest;
        if (!digest.assign(Bytes(bytes).first(digest_size(id_)))) return fail(ErrorCode::internal);
        return digest;
    }
    Result<std::unique_ptr<Hash>> fork() const noexcept override {
        return std::unique_ptr<Hash>(std::make_unique<NullHash>(id_));
    }
};

class NullHmac final : public Hmac {
    HashId id_;

  public:
    explicit NullHmac(HashId id) noexcept : id_(id) {}
    HashId hash() const noexcept override { return id_; }
    Status set_key(Bytes) noexcept override { return {}; }
    void update(Bytes) noexcept override {}
    Status finish(MutableBytes out) noexcept override {
        std::ranges::fill(out, null_byte);
        return {};
    }
};

// As many bytes as the peer's value must have, or bad_key_share.
Result<SecretVector> null_secret(Bytes peer_value, std::size_t expected, std::size_t secret_size) {
    if (peer_value.size() != expected) return fail(ErrorCode::bad_key_share);
    SecretVector secret(secret_size);
    std::ranges::fill(secret.mutable_view(), null_byte);
    return secret;
}

class NullKeyShare final : public KeyShare {
    NamedGroup group_;
    GroupSizes sizes_;
    ByteVector public_value_;

  public:
    NullKeyShare(NamedGroup group, GroupSizes sizes) :
        group_(group),
        sizes_(sizes),
        public_value_(sizes.initiator, null_byte) {}
    NamedGroup group() const noexcept override { return group_; }
    Bytes public_value() const noexcept override { return public_value_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        return null_secret(peer_value, sizes_.responder, sizes_.secret);
    }
};

class NullPublicKey final : public PublicKey {
    ByteVector info_;

  public:
    explicit NullPublicKey(Bytes info) : info_(info.begin(), info.end()) {}
    KeyType type() const noexcept override { return KeyType::ecdsa_p256; }
    std::size_t bits() const noexcept override { return 256; }
    Bytes subject_public_key_info() const noexcept override { return info_; }
    Status verify(SignatureScheme, Bytes, Bytes signature) const noexcept override {
        if (signature.size() != null_signature_size || !is_null_value(signature))
            return fail(ErrorCode::bad_signature);
        return {};
    }
};

class NullSigningKey final : public SigningKey {
  public:
    KeyType type() const noexcept override { return KeyType::ecdsa_p256; }
    std::size_t bits() const noexcept override { return 256; }
    Bytes subject_public_key_info() const noexcept override { return {}; }
    Result<ByteVector> sign(SignatureScheme, Bytes, Rng&) const noexcept override {
        return ByteVector(null_signature_size, null_byte);
    }
};

class NullProvider final : public Provider {
  public:
    Result<std::unique_ptr<Aead>> aead(AeadId, AeadUse, Bytes) const noexcept override {
        return std::unique_ptr<Aead>(std::make_unique<NullAead>());
    }
    Result<std::unique_ptr<Cbc>> cbc(CbcId, AeadUse, Bytes) const noexcept override {
        return std::unique_ptr<Cbc>(std::make_unique<NullCbc>());
    }
    Result<std::unique_ptr<HeaderMask>> header_mask(AeadId, Bytes) const noexcept override {
        return std::unique_ptr<HeaderMask>(std::make_unique<NullHeaderMask>());
    }
    Result<std::unique_ptr<Hash>> hash(HashId id) const noexcept override {
        return std::unique_ptr<Hash>(std::make_unique<NullHash>(id));
    }
    Result<std::unique_ptr<Hmac>> hmac(HashId id) const noexcept override {
        return std::unique_ptr<Hmac>(std::make_unique<NullHmac>(id));
    }

    bool supports(NamedGroup group) const noexcept override { return group_sizes(group).initiator != 0; }
    Result<std::unique_ptr<KeyShare>> generate_key_share(NamedGroup group, Rng&) const noexcept override {
        const GroupSizes sizes = group_sizes(group);
        if (sizes.initiator == 0) return fail(ErrorCode::not_supported);
        return std::unique_ptr<KeyShare>(std::make_unique<NullKeyShare>(group, sizes));
    }
    Result<std::unique_ptr<KeyShare>> load_key_share(NamedGroup group, Bytes,
                                                     Rng& rng) const noexcept override {
        return generate_key_share(group, rng);
    }
    Result<KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                            Rng&) const noexcept override {
        const GroupSizes sizes = group_sizes(group);
        if (sizes.initiator == 0) return fail(ErrorCode::not_supported);
        PAVISE_LET(SecretVector secret, null_secret(peer_value, sizes.initiator, sizes.secret));
        return KeyShareAnswer{ByteVector(sizes.responder, null_byte), std::move(secret)};
    }
    Result<std::unique_ptr<KeyShare>> generate_dhe_share(const FiniteFieldGroup& group,
                                                         Rng&) const noexcept override {
        const std::size_t size = group.prime.size();
        if (size < min_dh_prime_bits / 8) return fail(ErrorCode::dh_group_too_small);
        if (size > max_dh_prime_bits / 8) return fail(ErrorCode::bad_dh_group);
        return std::unique_ptr<KeyShare>(
            std::make_unique<NullKeyShare>(NamedGroup{}, GroupSizes{size, size, size}));
    }
    Result<std::shared_ptr<const PublicKey>>
    public_key(Bytes subject_public_key_info) const noexcept override {
        return std::shared_ptr<const PublicKey>(std::make_shared<NullPublicKey>(subject_public_key_info));
    }
};

} // namespace

const crypto::Provider& null_provider() noexcept {
    static const NullProvider provider;
    return provider;
}

std::shared_ptr<const crypto::SigningKey> null_signing_key() {
    return std::make_shared<NullSigningKey>();
}

} // namespace pavise::peer
