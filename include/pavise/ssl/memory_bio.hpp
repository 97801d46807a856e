// MemoryBIO: a buffer between a program and TLS.
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/export.hpp>

#include <cstddef>
#include <memory>

namespace pavise::ssl {

struct BioBuffer;

// A handle: copies are the same buffer, as in Python. An empty one means "nothing is here yet", and once
// write_eof() was called "the end". Thread rules: one thread at a time.
class PAVISE_EXPORT MemoryBIO {
    std::shared_ptr<BioBuffer> buffer_; // never null: what was moved from is still the same buffer

  public:
    MemoryBIO();
    MemoryBIO(const MemoryBIO&) noexcept = default;
    MemoryBIO& operator=(const MemoryBIO&) noexcept = default;
    ~MemoryBIO() = default;

    // Up to `size` bytes; a negative size: all of them.
    ByteVector read(std::ptrdiff_t size = -1);
    // Says how many were taken: all. SSLError "cannot write() after write_eof()".
    std::size_t write(BytesLike bytes);
    void write_eof() noexcept;
    std::size_t pending() const noexcept;
    // Whether the end was written and all before it is read.
    bool eof() const noexcept;

    const std::shared_ptr<BioBuffer>& buffer() const noexcept { return buffer_; }
};

} // namespace pavise::ssl
