#include "compress/codec.hpp"

#include <zlib.h>

namespace pavise::compress {

namespace {

Result<ByteVector> deflated(Bytes contents) {
    uLongf size = compressBound(static_cast<uLong>(contents.size()));
    ByteVector out(size);
    const int done = ::compress(out.data(), &size, contents.data(), static_cast<uLong>(contents.size()));
    if (done == Z_MEM_ERROR) return fail(ErrorCode::out_of_memory);
    if (done != Z_OK) return fail(ErrorCode::internal);
    out.resize(size);
    return out;
}

bool fills(Bytes compressed, MutableBytes out) noexcept {
    uLongf produced = static_cast<uLongf>(out.size());
    uLong consumed = static_cast<uLong>(compressed.size());
    const int done = uncompress2(out.data(), &produced, compressed.data(), &consumed);
    return done == Z_OK && produced == out.size() && consumed == compressed.size();
}

} // namespace

const Codec zlib{CertificateCompressionAlgorithm::zlib, deflated, fills};

} // namespace pavise::compress
