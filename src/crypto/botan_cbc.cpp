#include "crypto/botan_cbc.hpp"

#include "crypto/guard.hpp"

#include <botan/cipher_mode.h>

namespace pavise::crypto {

namespace {

class BotanCbc final : public Cbc {
    std::unique_ptr<Botan::Cipher_Mode> mode_;
    AeadUse use_;

    Status process(AeadUse use, Bytes iv, MutableBytes blocks) noexcept {
        if (use != use_ || iv.size() != cbc_block_size || blocks.size() % cbc_block_size != 0)
            return fail(ErrorCode::internal);
        return guarded(ErrorCode::internal, [&] {
            mode_->start(iv);
            mode_->process(blocks);
        });
    }

  public:
    BotanCbc(std::unique_ptr<Botan::Cipher_Mode> mode, AeadUse use) : mode_(std::move(mode)), use_(use) {
        // The mode allocates its chaining block with the first IV: let that be now.
        constexpr std::uint8_t blank[cbc_block_size] = {};
        mode_->start(blank);
    }

    Status encrypt(Bytes iv, MutableBytes blocks) noexcept override {
        return process(AeadUse::seal, iv, blocks);
    }
    Status decrypt(Bytes iv, MutableBytes blocks) noexcept override {
        return process(AeadUse::open, iv, blocks);
    }
};

} // namespace

Result<std::unique_ptr<Cbc>> make_botan_cbc(CbcId id, AeadUse use, Bytes key) noexcept {
    if (key.size() != cbc_key_size(id)) return fail(ErrorCode::internal);
    return guarded(ErrorCode::not_supported, [&]() -> Result<std::unique_ptr<Cbc>> {
        const auto direction =
            use == AeadUse::seal ? Botan::Cipher_Dir::Encryption : Botan::Cipher_Dir::Decryption;
        const auto* name = id == CbcId::aes_128 ? "AES-128/CBC/NoPadding" : "AES-256/CBC/NoPadding";
        auto mode = Botan::Cipher_Mode::create_or_throw(name, direction);
        mode->set_key(key);
        return std::unique_ptr<Cbc>(std::make_unique<BotanCbc>(std::move(mode), use));
    });
}

} // namespace pavise::crypto
