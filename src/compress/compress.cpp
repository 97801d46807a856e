#include "compress/compress.hpp"

#include "base/try.hpp"
#include "compress/codec.hpp"
#include "compress/libraries.hpp"

#include <algorithm>
#include <array>

namespace pavise::compress {

namespace {

constexpr std::size_t codec_count = std::size_t{has_brotli} + std::size_t{has_zstd} + std::size_t{has_zlib};

std::array<const Codec*, codec_count> all_codecs() {
    std::array<const Codec*, codec_count> codecs{};
    [[maybe_unused]] std::size_t count = 0;
    if constexpr (has_brotli) codecs[count++] = &brotli;
    if constexpr (has_zstd) codecs[count++] = &zstd;
    if constexpr (has_zlib) codecs[count++] = &zlib;
    return codecs;
}

const Codec* codec_of(CertificateCompressionAlgorithm algorithm) noexcept {
    for (const Codec* codec : all_codecs())
        if (codec->algorithm == algorithm) return codec;
    return nullptr;
}

} // namespace

std::span<const CertificateCompressionAlgorithm> algorithms() noexcept {
    static const auto known = [] {
        std::array<CertificateCompressionAlgorithm, codec_count> list{};
        std::ranges::transform(all_codecs(), list.begin(),
                               [](const Codec* codec) { return codec->algorithm; });
        return list;
    }();
    return known;
}

bool is_known(CertificateCompressionAlgorithm algorithm) noexcept {
    return codec_of(algorithm) != nullptr;
}

Result<ByteVector> compress(CertificateCompressionAlgorithm algorithm, Bytes contents) {
    const Codec* codec = codec_of(algorithm);
    if (codec == nullptr) return fail(ErrorCode::not_supported);
    return codec->compress(contents);
}

Result<ByteVector> decompress(CertificateCompressionAlgorithm algorithm, Bytes compressed,
                              std::size_t length) {
    const Codec* codec = codec_of(algorithm);
    if (codec == nullptr) return fail(ErrorCode::not_supported);
    ByteVector contents(length);
    // "If, after decompression, the specified length does not match the actual length, the party receiving
    // the invalid message MUST abort the connection with the 'bad_certificate' alert" (RFC 8879 §4)
    if (!codec->fills(compressed, contents)) return fail(ErrorCode::certificate_not_decompressed);
    return contents;
}

} // namespace pavise::compress
