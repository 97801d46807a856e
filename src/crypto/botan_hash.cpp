#include "crypto/botan_hash.hpp"

#include "crypto/guard.hpp"

namespace pavise::crypto {

namespace {

constexpr std::string_view hash_name(HashId id) {
    switch (id) {
    case HashId::sha1: return "SHA-1";
    case HashId::sha256: return "SHA-256";
    case HashId::sha384: return "SHA-384";
    case HashId::sha512: return "SHA-512";
    }
    return {};
}

constexpr std::string_view hmac_name(HashId id) {
    switch (id) {
    case HashId::sha1: return "HMAC(SHA-1)";
    case HashId::sha256: return "HMAC(SHA-256)";
    case HashId::sha384: return "HMAC(SHA-384)";
    case HashId::sha512: return "HMAC(SHA-512)";
    }
    return {};
}

constexpr std::size_t index_of(HashId id) {
    return static_cast<std::size_t>(id);
}

class BotanHash final : public Hash {
    std::unique_ptr<Botan::HashFunction> running_;
    Status health_; // update() has nowhere to report a failure: it is kept for digest() and fork()

  public:
    explicit BotanHash(std::unique_ptr<Botan::HashFunction> running) noexcept :
        running_(std::move(running)) {}

    void update(Bytes bytes) noexcept override {
        const Status updated = guarded(ErrorCode::internal, [&] { running_->update(bytes); });
        if (!updated) health_ = updated;
    }
    Result<Digest> digest() const noexcept override {
        if (!health_) return Unexpected(health_.error());
        return guarded(ErrorCode::internal, [&] {
            std::array<std::uint8_t, max_digest_size> bytes;
            const auto out = std::span(bytes).first(running_->output_length());
            running_->copy_state()->final(out);
            Digest digest;
            static_cast<void>(digest.assign(out)); // fits: no hash of HashId is longer than max_digest_size
            return digest;
        });
    }
    Result<std::unique_ptr<Hash>> fork() const noexcept override {
        if (!health_) return Unexpected(health_.error());
        return guarded(ErrorCode::internal, [&]() -> Result<std::unique_ptr<Hash>> {
            return std::unique_ptr<Hash>(std::make_unique<BotanHash>(running_->copy_state()));
        });
    }
};

// Key schedules derive several values from one secret: setting the key that is set costs a comparison, not
// two blocks of the hash.
class BotanHmac final : public Hmac {
    std::unique_ptr<Botan::MessageAuthenticationCode> mac_;
    HashId id_;
    bool mid_message_ = false;
    Status health_;                    // as in BotanHash, for finish()
    FixedSecret<max_digest_size> key_; // the one that is set; empty: none, or a longer one

  public:
    BotanHmac(std::unique_ptr<Botan::MessageAuthenticationCode> mac, HashId id) noexcept :
        mac_(std::move(mac)),
        id_(id) {}

    HashId hash() const noexcept override { return id_; }
    Status set_key(Bytes key) noexcept override {
        if (health_ && !mid_message_ && !key_.empty() && constant_time_equal(key, key_.view())) return {};
        key_.wipe();
        mid_message_ = false;
        health_ = guarded(ErrorCode::bad_argument, [&] { mac_->set_key(key); });
        if (health_ && key.size() <= key_.capacity()) key_ = FixedSecret<max_digest_size>(key);
        return health_;
    }
    void update(Bytes bytes) noexcept override {
        mid_message_ = true;
        const Status updated = guarded(ErrorCode::internal, [&] { mac_->update(bytes); });
        if (!updated) health_ = updated;
    }
    Status finish(MutableBytes out) noexcept override {
        if (!health_) return Unexpected(health_.error());
        if (out.size() != digest_size(id_)) return fail(ErrorCode::internal);
        const Status finished = guarded(ErrorCode::internal, [&] { mac_->final(out); });
        mid_message_ = !finished;
        return finished;
    }
};

} // namespace

HashPrototypes::HashPrototypes() noexcept {
    for (const HashId id : all_hashes) {
        static_cast<void>(guarded(ErrorCode::not_supported, [&] {
            hashes_[index_of(id)] = Botan::HashFunction::create(hash_name(id));
            hmacs_[index_of(id)] = Botan::MessageAuthenticationCode::create(hmac_name(id));
        }));
    }
}

Result<std::unique_ptr<Hash>> HashPrototypes::hash(HashId id) const noexcept {
    const auto& prototype = hashes_[index_of(id)];
    if (!prototype) return fail(ErrorCode::not_supported);
    return guarded(ErrorCode::internal, [&]() -> Result<std::unique_ptr<Hash>> {
        return std::unique_ptr<Hash>(std::make_unique<BotanHash>(prototype->new_object()));
    });
}

Result<std::unique_ptr<Hmac>> HashPrototypes::hmac(HashId id) const noexcept {
    const auto& prototype = hmacs_[index_of(id)];
    if (!prototype) return fail(ErrorCode::not_supported);
    return guarded(ErrorCode::internal, [&]() -> Result<std::unique_ptr<Hmac>> {
        return std::unique_ptr<Hmac>(std::make_unique<BotanHmac>(prototype->new_object(), id));
    });
}

} // namespace pavise::crypto
