// What a MemoryBIO holds.
#pragma once

#include <pavise/bytes.hpp>

#include <cstddef>

namespace pavise::ssl {

struct BioBuffer {
    ByteVector bytes;
    std::size_t begin = 0; // what lies before it is read
    bool eof_written = false;

    Bytes view() const noexcept { return Bytes(bytes).subspan(begin); }
    bool at_end() const noexcept { return eof_written && begin == bytes.size(); }
    void append(Bytes more) {
        // Moving what is left costs less than growing for ever; it is done when half of the buffer was read.
        if (begin > bytes.size() / 2) {
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
            begin = 0;
        }
        bytes.insert(bytes.end(), more.begin(), more.end());
    }
    void drop(std::size_t count) noexcept {
        begin += count;
        if (begin != bytes.size()) return;
        bytes.clear();
        begin = 0;
    }
    void release_idle() noexcept {
        if (bytes.empty()) ByteVector().swap(bytes);
    }
};

} // namespace pavise::ssl
