#include "crypto/botan_aead.hpp"

#include "crypto/guard.hpp"
#include "crypto/idle_pool.hpp"

#include <botan/aead.h>

#include <array>
#include <string_view>

namespace pavise::crypto {

namespace {

// Associated data up to this length allocates nothing (ChaCha20Poly1305 keeps a copy of it). TLS needs 13
// bytes (RFC 5246 §6.2.3.3); the headers of QUIC's short packets and of its long ones without a token fit as
// well.
constexpr std::size_t prepared_associated_data_size = 64;

// Botan's modes have no clone(): they can only be made by name.
constexpr std::string_view botan_name(AeadId id) {
    switch (id) {
    case AeadId::aes_128_gcm: return "AES-128/GCM";
    case AeadId::aes_256_gcm: return "AES-256/GCM";
    case AeadId::chacha20_poly1305: return "ChaCha20Poly1305";
    // A nonce of 12 bytes leaves 3 for the length (RFC 3610 §2.1).
    case AeadId::aes_128_ccm: return "AES-128/CCM(16,3)";
    case AeadId::aes_256_ccm: return "AES-256/CCM(16,3)";
    case AeadId::aes_128_ccm_8: return "AES-128/CCM(8,3)";
    case AeadId::aes_256_ccm_8: return "AES-256/CCM(8,3)";
    }
    return {};
}

// Making a mode by its name takes longer than giving it a key, and every handshake makes some: those that are
// done wait here, without a key, for the next one. As many as a few threads need at the same instant.
class IdleModes {
    static constexpr std::size_t algorithms = static_cast<std::size_t>(AeadId::aes_256_ccm_8) + 1; // the last
    static constexpr std::size_t kept = 8;
    using Pool = IdlePool<Botan::AEAD_Mode, kept>;
    std::array<Pool, 2 * algorithms> pools_;

  public:
    Pool& of(AeadId id, AeadUse use) {
        return pools_[2 * static_cast<std::size_t>(id) + (use == AeadUse::seal ? 1 : 0)];
    }
};
// Never destroyed: connections may outlive it otherwise.
IdleModes& idle_modes() {
    static IdleModes& modes = *new IdleModes;
    return modes;
}

std::unique_ptr<Botan::AEAD_Mode> make_mode(AeadId id, AeadUse use) {
    if (auto idle = idle_modes().of(id, use).borrow()) return idle;
    const auto direction =
        use == AeadUse::seal ? Botan::Cipher_Dir::Encryption : Botan::Cipher_Dir::Decryption;
    return Botan::AEAD_Mode::create_or_throw(botan_name(id), direction);
}

// Poly1305 allocates its state when the first message starts, and more for powers of r when one is long
// enough for its widest implementation (24 blocks of 16 bytes): a message that nobody sees makes that happen
// now.
void rehearse(Botan::AEAD_Mode& mode) {
    std::array<std::uint8_t, 512> blank{};
    mode.start(std::span(blank).first(aead_nonce_size));
    mode.process(blank);
    mode.reset();
}

class BotanAead : public Aead {
  protected:
    std::unique_ptr<Botan::AEAD_Mode> mode_;
    Botan::secure_vector<std::uint8_t> tail_; // what finish() works on; keeps its capacity
    AeadUse use_;

    virtual void seal_checked(MutableBytes data, MutableBytes tag) = 0;
    virtual void open_checked(MutableBytes data, Bytes tag) = 0;

  public:
    BotanAead(std::unique_ptr<Botan::AEAD_Mode> mode, AeadUse use) : mode_(std::move(mode)), use_(use) {
        tail_.reserve(max_aead_tag_size);
        constexpr std::array<std::uint8_t, prepared_associated_data_size> blank{};
        mode_->set_associated_data(blank);
    }

    Status seal(Bytes nonce, Bytes associated_data, MutableBytes data, MutableBytes tag) noexcept final {
        if (use_ != AeadUse::seal || nonce.size() != aead_nonce_size || tag.size() != mode_->tag_size())
            return fail(ErrorCode::internal);
        const Status sealed = guarded(ErrorCode::internal, [&] {
            mode_->set_associated_data(associated_data);
            mode_->start(nonce);
            seal_checked(data, tag);
        });
        // Half of a record may be plaintext still.
        if (!sealed) abandon(data);
        return sealed;
    }

    Status open(Bytes nonce, Bytes associated_data, MutableBytes data, Bytes tag) noexcept final {
        if (use_ != AeadUse::open || nonce.size() != aead_nonce_size || tag.size() != mode_->tag_size())
            return fail(ErrorCode::internal);
        const Status opened = guarded(ErrorCode::bad_record_mac, [&] {
            mode_->set_associated_data(associated_data);
            mode_->start(nonce);
            open_checked(data, tag);
        });
        // The bytes in `data` have been decrypted by now, but nobody vouches for them.
        if (!opened) abandon(data);
        return opened;
    }

  private:
    void abandon(MutableBytes data) noexcept {
        secure_wipe(data);
        mode_->reset();
    }
};

// GCM and ChaCha20-Poly1305: the data goes through the mode where it lies, the tag alone through finish().
class InPlaceAead final : public BotanAead {
    AeadId id_;

    void seal_checked(MutableBytes data, MutableBytes tag) override {
        mode_->process(data);
        tail_.clear();
        mode_->finish(tail_);
        std::copy(tail_.begin(), tail_.end(), tag.begin());
    }
    void open_checked(MutableBytes data, Bytes tag) override {
        mode_->process(data);
        tail_.assign(tag.begin(), tag.end());
        mode_->finish(tail_);
    }

  public:
    InPlaceAead(std::unique_ptr<Botan::AEAD_Mode> mode, AeadId id, AeadUse use) :
        BotanAead(std::move(mode), use),
        id_(id) {}
    InPlaceAead(const InPlaceAead&) = delete;
    InPlaceAead& operator=(const InPlaceAead&) = delete;
    ~InPlaceAead() override {
        // clear() wipes the key and what was derived from it, and no data stays in these modes.
        if (guarded(ErrorCode::internal, [&] { mode_->clear(); }))
            idle_modes().of(id_, use_).give_back(std::move(mode_));
    }
};

// CCM authenticates the length first (RFC 3610 §2.2), so the mode takes the record as one piece and buffers
// it. It serves once: clear() forgets that buffer without wiping it, its end wipes it.
class BufferedAead final : public BotanAead {
    using BotanAead::BotanAead;

    void seal_checked(MutableBytes data, MutableBytes tag) override {
        tail_.assign(data.begin(), data.end());
        mode_->finish(tail_);
        std::copy_n(tail_.begin(), data.size(), data.begin());
        std::copy_n(tail_.begin() + static_cast<std::ptrdiff_t>(data.size()), tag.size(), tag.begin());
    }
    void open_checked(MutableBytes data, Bytes tag) override {
        tail_.assign(data.begin(), data.end());
        tail_.insert(tail_.end(), tag.begin(), tag.end());
        mode_->finish(tail_);
        std::copy_n(tail_.begin(), data.size(), data.begin());
    }
};

} // namespace

Result<std::unique_ptr<Aead>> make_botan_aead(AeadId id, AeadUse use, Bytes key) noexcept {
    if (key.size() != aead_key_size(id)) return fail(ErrorCode::internal);
    return guarded(ErrorCode::not_supported, [&]() -> Result<std::unique_ptr<Aead>> {
        auto mode = make_mode(id, use);
        mode->set_key(key);
        if (id == AeadId::chacha20_poly1305) rehearse(*mode);
        if (mode->requires_entire_message())
            return std::unique_ptr<Aead>(std::make_unique<BufferedAead>(std::move(mode), use));
        return std::unique_ptr<Aead>(std::make_unique<InPlaceAead>(std::move(mode), id, use));
    });
}

} // namespace pavise::crypto
