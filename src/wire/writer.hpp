// Writer: appends fields to a buffer and patches the lengths of vectors when their contents are complete.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/result.hpp>

namespace pavise::wire {

class Writer {
    ByteVector& out_;
    bool overflowed_ = false;

    void number(std::uint64_t value, std::size_t width) {
        for (std::size_t i = width; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }

  public:
    // Appends to `out`, which the caller keeps.
    explicit Writer(ByteVector& out) noexcept : out_(out) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value) { number(value, 2); }
    void u24(std::uint32_t value) { number(value, 3); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void fill(std::size_t count, std::uint8_t value) { out_.insert(out_.end(), count, value); }

    // An open vector: what is written while it lives is its contents; its end patches the length field.
    // A content that does not fit the field is remembered and reported by status().
    class [[nodiscard]] Vector {
        Writer& writer_;
        std::size_t start_;
        std::size_t width_;

      public:
        Vector(Writer& writer, std::size_t width) : writer_(writer), width_(width) {
            writer_.number(0, width);
            start_ = writer_.out_.size();
        }
        Vector(const Vector&) = delete;
        Vector& operator=(const Vector&) = delete;
        ~Vector() {
            const std::size_t length = writer_.out_.size() - start_;
            if (length >> (8 * width_) != 0) writer_.overflowed_ = true;
            for (std::size_t i = 0; i < width_; ++i)
                writer_.out_[start_ - 1 - i] = static_cast<std::uint8_t>(length >> (8 * i));
        }
    };
    Vector vector8() { return {*this, 1}; }
    Vector vector16() { return {*this, 2}; }
    Vector vector24() { return {*this, 3}; }
    void vector8(Bytes contents) {
        const Vector scope(*this, 1);
        bytes(contents);
    }
    void vector16(Bytes contents) {
        const Vector scope(*this, 2);
        bytes(contents);
    }
    void vector24(Bytes contents) {
        const Vector scope(*this, 3);
        bytes(contents);
    }

    // Bytes in the buffer so far, including what stood there before this Writer.
    std::size_t position() const noexcept { return out_.size(); }
    // Overwrites bytes written before (placeholders such as PSK binders). Precondition: they lie in the
    // buffer.
    void overwrite(std::size_t position, Bytes bytes) {
        for (std::size_t i = 0; i < bytes.size(); ++i) out_[position + i] = bytes[i];
    }
    // The buffer, with everything closed so far.
    Bytes written() const noexcept { return out_; }

    // Fails when a vector did not fit its length field.
    Status status() const noexcept {
        if (overflowed_) return fail(ErrorCode::output_too_long);
        return {};
    }
};

} // namespace pavise::wire
