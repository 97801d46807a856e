#include "compress/codec.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <memory>

namespace pavise::compress {

namespace {

Result<ByteVector> brotli_encoded(Bytes contents) {
    // A chain is compressed anew in every handshake: the best qualities cost many times as much for a few
    // bytes.
    constexpr int quality = 5;
    std::size_t size = BrotliEncoderMaxCompressedSize(contents.size());
    ByteVector out(size);
    if (BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, contents.size(),
                              contents.data(), &size, out.data()) == BROTLI_FALSE)
        return fail(ErrorCode::out_of_memory);
    out.resize(size);
    return out;
}

struct Destroy {
    void operator()(BrotliDecoderState* state) const noexcept { BrotliDecoderDestroyInstance(state); }
};

bool fills(Bytes compressed, MutableBytes out) noexcept {
    const std::unique_ptr<BrotliDecoderState, Destroy> state(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (state == nullptr) return false;
    std::size_t left = compressed.size();
    const std::uint8_t* next = compressed.data();
    std::size_t room = out.size();
    std::uint8_t* end = out.data();
    const BrotliDecoderResult done =
        BrotliDecoderDecompressStream(state.get(), &left, &next, &room, &end, nullptr);
    return done == BROTLI_DECODER_RESULT_SUCCESS && left == 0 && room == 0;
}

} // namespace

const Codec brotli{CertificateCompressionAlgorithm::brotli, brotli_encoded, fills};

} // namespace pavise::compress
