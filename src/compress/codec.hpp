// What a compression library does for us.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>

namespace pavise::compress {

struct Codec {
    CertificateCompressionAlgorithm algorithm;
    Result<ByteVector> (*compress)(Bytes contents);
    // Whether `compressed` is a whole stream, and its contents fill `out` to the last byte.
    bool (*fills)(Bytes compressed, MutableBytes out) noexcept;
};

// Each is defined where its library is part of the build: see libraries.hpp.
extern const Codec brotli;
extern const Codec zlib;
extern const Codec zstd;

} // namespace pavise::compress
