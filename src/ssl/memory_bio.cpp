#include <pavise/ssl/memory_bio.hpp>

#include "ssl/bio_buffer.hpp"

#include <pavise/ssl/errors.hpp>

#include <algorithm>

namespace pavise::ssl {

MemoryBIO::MemoryBIO() : buffer_(std::make_shared<BioBuffer>()) {}

ByteVector MemoryBIO::read(std::ptrdiff_t size) {
    const std::size_t all = pending();
    const std::size_t count = size < 0 ? all : std::min(all, static_cast<std::size_t>(size));
    const Bytes taken = buffer_->view().first(count);
    ByteVector out(taken.begin(), taken.end());
    buffer_->drop(count);
    return out;
}

std::size_t MemoryBIO::write(BytesLike bytes) {
    if (buffer_->eof_written) throw SSLError("cannot write() after write_eof()");
    buffer_->append(bytes.view());
    return bytes.view().size();
}

void MemoryBIO::write_eof() noexcept {
    buffer_->eof_written = true;
}

std::size_t MemoryBIO::pending() const noexcept {
    return buffer_->view().size();
}

bool MemoryBIO::eof() const noexcept {
    return buffer_->at_end();
}

} // namespace pavise::ssl
