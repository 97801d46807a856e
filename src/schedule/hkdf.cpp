#include "schedule/hkdf.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>

namespace pavise::schedule {

namespace {

constexpr std::array<std::uint8_t, crypto::max_digest_size> zeros{};

// SHA-1, SHA-256, SHA-384 and SHA-512 of nothing.
constexpr std::array<std::uint8_t, 20> empty_sha1{0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55,
                                                  0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09};
constexpr std::array<std::uint8_t, 32> empty_sha256{
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
constexpr std::array<std::uint8_t, 48> empty_sha384{
    0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a,
    0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda,
    0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b};
constexpr std::array<std::uint8_t, 64> empty_sha512{
    0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd, 0xf1, 0x54, 0x28, 0x50, 0xd6, 0x6d, 0x80, 0x07,
    0xd6, 0x20, 0xe4, 0x05, 0x0b, 0x57, 0x15, 0xdc, 0x83, 0xf4, 0xa9, 0x21, 0xd3, 0x6c, 0xe9, 0xce,
    0x47, 0xd0, 0xd1, 0x3c, 0x5d, 0x85, 0xf2, 0xb0, 0xff, 0x83, 0x18, 0xd2, 0x87, 0x7e, 0xec, 0x2f,
    0x63, 0xb9, 0x31, 0xbd, 0x47, 0x41, 0x7a, 0x81, 0xa5, 0x38, 0x32, 0x7a, 0xf9, 0x27, 0xda, 0x3e};

// HkdfLabel (RFC 8446 §7.1): uint16 length, label<7..255>, context<0..255>, built in place.
class HkdfLabel {
    std::array<std::uint8_t, 2 + 1 + 255 + 1 + 255> bytes_;
    std::size_t size_ = 0;

    void append(Bytes bytes) noexcept {
        std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += bytes.size();
    }

  public:
    // Preconditions: label, context and length fit their fields.
    HkdfLabel(std::size_t length, std::string_view label, Bytes context) noexcept {
        bytes_[size_++] = static_cast<std::uint8_t>(length >> 8);
        bytes_[size_++] = static_cast<std::uint8_t>(length);
        bytes_[size_++] = static_cast<std::uint8_t>(label_prefix.size() + label.size());
        append(as_bytes(label_prefix));
        append(as_bytes(label));
        bytes_[size_++] = static_cast<std::uint8_t>(context.size());
        append(context);
    }
    Bytes view() const noexcept { return Bytes(bytes_).first(size_); }
};

} // namespace

Bytes hash_length_zeros(crypto::HashId hash) noexcept {
    return Bytes(zeros).first(digest_size(hash));
}

Bytes empty_transcript_hash(crypto::HashId hash) noexcept {
    switch (hash) {
    case crypto::HashId::sha1: return empty_sha1;
    case crypto::HashId::sha256: return empty_sha256;
    case crypto::HashId::sha384: return empty_sha384;
    case crypto::HashId::sha512: return empty_sha512;
    }
    return {};
}

Status hkdf_extract(crypto::Hmac& hmac, Bytes salt, Bytes input_keying_material,
                    MutableBytes pseudorandom_key) noexcept {
    PAVISE_TRY(hmac.set_key(salt));
    hmac.update(input_keying_material);
    return hmac.finish(pseudorandom_key);
}

Status hkdf_expand(crypto::Hmac& hmac, Bytes pseudorandom_key, Bytes info, MutableBytes out) noexcept {
    const std::size_t hash_size = digest_size(hmac.hash());
    if (out.size() > max_hkdf_blocks * hash_size) return fail(ErrorCode::bad_argument);
    PAVISE_TRY(hmac.set_key(pseudorandom_key));
    FixedSecret<crypto::max_digest_size> block(hash_size); // T(n) of RFC 5869 §2.3
    Bytes previous;
    for (std::uint8_t counter = 1; !out.empty(); ++counter) {
        hmac.update(previous);
        hmac.update(info);
        hmac.update(Bytes(&counter, 1));
        PAVISE_TRY(hmac.finish(block.mutable_view()));
        const std::size_t taken = std::min(out.size(), hash_size);
        std::copy_n(block.view().begin(), taken, out.begin());
        out = out.subspan(taken);
        previous = block.view();
    }
    return {};
}

Status hkdf_expand_label(crypto::Hmac& hmac, Bytes secret, std::string_view label, Bytes context,
                         MutableBytes out) noexcept {
    if (label.empty() || label.size() > max_label_size || context.size() > max_label_context_size ||
        out.size() > 0xffff)
        return fail(ErrorCode::bad_argument);
    return hkdf_expand(hmac, secret, HkdfLabel(out.size(), label, context).view(), out);
}

Result<HashSecret> derive_secret(crypto::Hmac& hmac, Bytes secret, std::string_view label,
                                 Bytes transcript_hash) noexcept {
    HashSecret derived(digest_size(hmac.hash()));
    PAVISE_TRY(hkdf_expand_label(hmac, secret, label, transcript_hash, derived.mutable_view()));
    return derived;
}

} // namespace pavise::schedule
