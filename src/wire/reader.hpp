// Reader: a bounds-checked cursor over received bytes (RFC 8446 §3). It copies nothing: what it returns are
// views into the bytes that it was given.
#pragma once

#include "base/try.hpp"

#include <pavise/bytes.hpp>

namespace pavise::wire {

// The bounds of a vector in bytes, as the RFCs write them: opaque x<least..most>.
struct VectorBounds {
    std::size_t least = 0;
    std::size_t most = SIZE_MAX; // what the width of the length field allows
};

class Reader {
    Bytes rest_;

    template <std::size_t Width> Result<std::uint64_t> number() noexcept {
        if (rest_.size() < Width) return fail(ErrorCode::truncated);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < Width; ++i) value = value << 8 | rest_[i];
        rest_ = rest_.subspan(Width);
        return value;
    }
    template <class T, std::size_t Width> Result<T> integer() noexcept {
        PAVISE_LET(const std::uint64_t value, number<Width>());
        return static_cast<T>(value);
    }
    template <std::size_t Width> Result<Bytes> vector(VectorBounds bounds) noexcept {
        PAVISE_LET(const std::uint64_t length, number<Width>());
        if (length < bounds.least || length > bounds.most) return fail(ErrorCode::bad_vector_length);
        return bytes(static_cast<std::size_t>(length));
    }

  public:
    explicit Reader(Bytes bytes) noexcept : rest_(bytes) {}

    bool empty() const noexcept { return rest_.empty(); }
    std::size_t remaining() const noexcept { return rest_.size(); }
    // What has not been read yet, without reading it.
    Bytes peek() const noexcept { return rest_; }

    Result<std::uint8_t> u8() noexcept { return integer<std::uint8_t, 1>(); }
    Result<std::uint16_t> u16() noexcept { return integer<std::uint16_t, 2>(); }
    Result<std::uint32_t> u24() noexcept { return integer<std::uint32_t, 3>(); }
    Result<std::uint32_t> u32() noexcept { return integer<std::uint32_t, 4>(); }
    Result<std::uint64_t> u64() noexcept { return number<8>(); }

    Result<Bytes> bytes(std::size_t count) noexcept {
        if (rest_.size() < count) return fail(ErrorCode::truncated);
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    // Vectors with a length field of 1, 2 or 3 bytes.
    Result<Bytes> vector8(VectorBounds bounds = {}) noexcept { return vector<1>(bounds); }
    Result<Bytes> vector16(VectorBounds bounds = {}) noexcept { return vector<2>(bounds); }
    Result<Bytes> vector24(VectorBounds bounds = {}) noexcept { return vector<3>(bounds); }

    // All that is left.
    Bytes take_rest() noexcept {
        const Bytes rest = rest_;
        rest_ = {};
        return rest;
    }
    // Call when the last field was read: bytes left over are a decode_error.
    Status finish() const noexcept {
        if (!rest_.empty()) return fail(ErrorCode::trailing_bytes);
        return {};
    }
};

} // namespace pavise::wire
