#include "crypto/botan_header_mask.hpp"

#include "crypto/guard.hpp"

#include <botan/block_cipher.h>
#include <botan/stream_cipher.h>

#include <array>

namespace pavise::crypto {

namespace {

// "mask = header_protection(hp_key, sample)": the sample, encrypted as one block (RFC 9001 §5.4.3).
class AesHeaderMask final : public HeaderMask {
    std::unique_ptr<Botan::BlockCipher> cipher_;

  public:
    explicit AesHeaderMask(std::unique_ptr<Botan::BlockCipher> cipher) noexcept :
        cipher_(std::move(cipher)) {}

    Status mask(Bytes sample, MutableBytes out) noexcept override {
        if (sample.size() != header_sample_size || out.size() != header_mask_size)
            return fail(ErrorCode::internal);
        return guarded(ErrorCode::internal, [&] {
            std::array<std::uint8_t, header_sample_size> block{};
            std::copy(sample.begin(), sample.end(), block.begin());
            cipher_->encrypt(block);
            std::copy_n(block.begin(), header_mask_size, out.begin());
        });
    }
};

// The sample's first four bytes are the block counter, little-endian, the others the nonce; the mask is five
// zeros encrypted with them (RFC 9001 §5.4.4).
class ChaChaHeaderMask final : public HeaderMask {
    static constexpr std::size_t counter_size = 4;
    static constexpr std::uint64_t block_size = 64;
    std::unique_ptr<Botan::StreamCipher> cipher_;

  public:
    explicit ChaChaHeaderMask(std::unique_ptr<Botan::StreamCipher> cipher) noexcept :
        cipher_(std::move(cipher)) {}

    Status mask(Bytes sample, MutableBytes out) noexcept override {
        if (sample.size() != header_sample_size || out.size() != header_mask_size)
            return fail(ErrorCode::internal);
        return guarded(ErrorCode::internal, [&] {
            std::uint64_t counter = 0;
            for (std::size_t i = counter_size; i-- > 0;) counter = counter << 8 | sample[i];
            cipher_->set_iv(sample.subspan(counter_size));
            cipher_->seek(counter * block_size);
            std::fill(out.begin(), out.end(), std::uint8_t{0});
            cipher_->cipher1(out.data(), out.size());
        });
    }
};

} // namespace

Result<std::unique_ptr<HeaderMask>> make_botan_header_mask(AeadId id, Bytes key) noexcept {
    if (key.size() != aead_key_size(id)) return fail(ErrorCode::internal);
    return guarded(ErrorCode::not_supported, [&]() -> Result<std::unique_ptr<HeaderMask>> {
        if (id == AeadId::chacha20_poly1305) {
            auto cipher = Botan::StreamCipher::create_or_throw("ChaCha(20)");
            cipher->set_key(key);
            return std::unique_ptr<HeaderMask>(std::make_unique<ChaChaHeaderMask>(std::move(cipher)));
        }
        auto cipher = Botan::BlockCipher::create_or_throw(key.size() == 16 ? "AES-128" : "AES-256");
        cipher->set_key(key);
        return std::unique_ptr<HeaderMask>(std::make_unique<AesHeaderMask>(std::move(cipher)));
    });
}

} // namespace pavise::crypto
