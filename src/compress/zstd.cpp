#include "compress/codec.hpp"

#include <zstd.h>

namespace pavise::compress {

namespace {

Result<ByteVector> zstd_encoded(Bytes contents) {
    // The library's own default: beyond it a chain gets hardly smaller.
    constexpr int level = 3;
    ByteVector out(ZSTD_compressBound(contents.size()));
    const std::size_t size = ZSTD_compress(out.data(), out.size(), contents.data(), contents.size(), level);
    if (ZSTD_isError(size) != 0) return fail(ErrorCode::out_of_memory);
    out.resize(size);
    return out;
}

bool fills(Bytes compressed, MutableBytes out) noexcept {
    // ZSTD_decompress() would go on with a second frame; a message holds one.
    if (ZSTD_findFrameCompressedSize(compressed.data(), compressed.size()) != compressed.size()) return false;
    return ZSTD_decompress(out.data(), out.size(), compressed.data(), compressed.size()) == out.size();
}

} // namespace

const Codec zstd{CertificateCompressionAlgorithm::zstd, zstd_encoded, fills};

} // namespace pavise::compress
