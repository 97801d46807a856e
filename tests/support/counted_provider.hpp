// A provider whose allocations can be told from the caller's: what a handshake allocates in src/crypto is the
// primitives' business, the rest is its own.
#pragma once

#include "support/delegating_provider.hpp"

#include <cstddef>

namespace pavise::testing {

// How many allocations there have been; the program says so.
using AllocationCount = std::size_t (*)();

// What was allocated inside of this region is not the caller's.
class Elsewhere {
    static inline std::size_t total_ = 0;
    AllocationCount count_;
    std::size_t before_ = count_();

  public:
    explicit Elsewhere(AllocationCount count) : count_(count) {}
    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;
    ~Elsewhere() { total_ += count_() - before_; }
    static std::size_t total() { return total_; }
};

class CountedHash final : public crypto::Hash {
    std::unique_ptr<crypto::Hash> real_;
    AllocationCount count_;

  public:
    CountedHash(std::unique_ptr<crypto::Hash> real, AllocationCount count) :
        real_(std::move(real)),
        count_(count) {}
    void update(Bytes bytes) noexcept override {
        const Elsewhere region(count_);
        real_->update(bytes);
    }
    Result<crypto::Digest> digest() const noexcept override {
        const Elsewhere region(count_);
        return real_->digest();
    }
    Result<std::unique_ptr<crypto::Hash>> fork() const noexcept override {
        const Elsewhere region(count_);
        auto copy = real_->fork();
        if (!copy) return Unexpected(copy.error());
        return std::unique_ptr<crypto::Hash>(std::make_unique<CountedHash>(*std::move(copy), count_));
    }
};

class CountedKeyShare final : public crypto::KeyShare {
    std::unique_ptr<crypto::KeyShare> real_;
    AllocationCount count_;

  public:
    CountedKeyShare(std::unique_ptr<crypto::KeyShare> real, AllocationCount count) :
        real_(std::move(real)),
        count_(count) {}
    NamedGroup group() const noexcept override { return real_->group(); }
    Bytes public_value() const noexcept override { return real_->public_value(); }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        const Elsewhere region(count_);
        return real_->agree(peer_value);
    }
};

class CountedPublicKey final : public crypto::PublicKey {
    std::shared_ptr<const crypto::PublicKey> real_;
    AllocationCount count_;

  public:
    CountedPublicKey(std::shared_ptr<const crypto::PublicKey> real, AllocationCount count) :
        real_(std::move(real)),
        count_(count) {}
    crypto::KeyType type() const noexcept override { return real_->type(); }
    std::size_t bits() const noexcept override { return real_->bits(); }
    Bytes subject_public_key_info() const noexcept override { return real_->subject_public_key_info(); }
    Status verify(SignatureScheme scheme, Bytes message, Bytes signature) const noexcept override {
        const Elsewhere region(count_);
        return real_->verify(scheme, message, signature);
    }
};

// AEADs and HMACs allocate when they are made, and never again.
class CountedProvider final : public DelegatingProvider {
    AllocationCount count_;

  public:
    explicit CountedProvider(AllocationCount count) : count_(count) {}
    Result<std::unique_ptr<crypto::Aead>> aead(crypto::AeadId id, crypto::AeadUse use,
                                               Bytes key) const noexcept override {
        const Elsewhere region(count_);
        return DelegatingProvider::aead(id, use, key);
    }
    Result<std::unique_ptr<crypto::Hash>> hash(crypto::HashId id) const noexcept override {
        const Elsewhere region(count_);
        auto real = DelegatingProvider::hash(id);
        if (!real) return real;
        return std::unique_ptr<crypto::Hash>(std::make_unique<CountedHash>(*std::move(real), count_));
    }
    Result<std::unique_ptr<crypto::Hmac>> hmac(crypto::HashId id) const noexcept override {
        const Elsewhere region(count_);
        return DelegatingProvider::hmac(id);
    }
    Result<std::unique_ptr<crypto::KeyShare>> generate_key_share(NamedGroup group,
                                                                 Rng& rng) const noexcept override {
        const Elsewhere region(count_);
        auto real = DelegatingProvider::generate_key_share(group, rng);
        if (!real) return real;
        return std::unique_ptr<crypto::KeyShare>(std::make_unique<CountedKeyShare>(*std::move(real), count_));
    }
    Result<crypto::KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                                    Rng& rng) const noexcept override {
        const Elsewhere region(count_);
        return DelegatingProvider::answer_key_share(group, peer_value, rng);
    }
    Result<std::shared_ptr<const crypto::PublicKey>>
    public_key(Bytes subject_public_key_info) const noexcept override {
        const Elsewhere region(count_);
        auto real = DelegatingProvider::public_key(subject_public_key_info);
        if (!real) return real;
        return std::shared_ptr<const crypto::PublicKey>(
            std::make_shared<CountedPublicKey>(*std::move(real), count_));
    }
};

} // namespace pavise::testing
