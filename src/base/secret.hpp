// Storage for secrets: wiped when moved from and when destroyed, never copied by accident, compared in
// constant time.
#pragma once

#include <pavise/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace pavise {

// Overwrites memory in a way that the optimiser keeps. Inline: secrets of known size are wiped often.
inline void secure_wipe(void* memory, std::size_t size) noexcept {
    if (size == 0) return;
    std::memset(memory, 0, size);
    // The asm statement claims to read the memory, so that the stores before it cannot be dropped.
    __asm__ volatile("" : : "r"(memory) : "memory");
}
inline void secure_wipe(MutableBytes bytes) noexcept {
    secure_wipe(bytes.data(), bytes.size());
}

// Whether two byte strings are equal. Takes time that depends on the lengths alone.
bool constant_time_equal(Bytes a, Bytes b) noexcept;

// A secret of at most Capacity bytes, held inline.
template <std::size_t Capacity> class FixedSecret {
    std::array<std::uint8_t, Capacity> bytes_{};
    std::size_t size_ = 0;

  public:
    FixedSecret() noexcept = default;
    // Zeros, to be filled through mutable_view(). Precondition: size <= Capacity.
    explicit FixedSecret(std::size_t size) noexcept : size_(std::min(size, Capacity)) {}
    // A deliberate copy of bytes. Precondition: bytes.size() <= Capacity.
    explicit FixedSecret(Bytes bytes) noexcept : size_(std::min(bytes.size(), Capacity)) {
        std::copy_n(bytes.begin(), size_, bytes_.begin());
    }
    FixedSecret(FixedSecret&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.wipe(); }
    FixedSecret& operator=(FixedSecret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            size_ = other.size_;
            other.wipe();
        }
        return *this;
    }
    ~FixedSecret() { wipe(); }

    FixedSecret clone() const noexcept { return FixedSecret(view()); }
    Bytes view() const noexcept { return {bytes_.data(), size_}; }
    MutableBytes mutable_view() noexcept { return {bytes_.data(), size_}; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    static constexpr std::size_t capacity() { return Capacity; }
    void wipe() noexcept {
        secure_wipe(bytes_.data(), Capacity);
        size_ = 0;
    }
};

// The output of the largest hash of any suite (SHA-384), and with it every secret of the key schedule.
inline constexpr std::size_t max_hash_size = 48;
using HashSecret = FixedSecret<max_hash_size>;

// A secret of any length on the heap. Moving is cheap; memory is wiped before it is freed.
class SecretVector {
    ByteVector bytes_;

  public:
    SecretVector() noexcept = default;
    explicit SecretVector(std::size_t size) : bytes_(size) {}
    explicit SecretVector(Bytes bytes) : bytes_(bytes.begin(), bytes.end()) {}
    SecretVector(SecretVector&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
    SecretVector& operator=(SecretVector&& other) noexcept {
        if (this != &other) {
            wipe();
            bytes_ = std::move(other.bytes_);
            other.bytes_.clear();
        }
        return *this;
    }
    ~SecretVector() { wipe(); }

    SecretVector clone() const { return SecretVector(view()); }
    Bytes view() const noexcept { return bytes_; }
    MutableBytes mutable_view() noexcept { return bytes_; }
    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }
    void wipe() noexcept {
        secure_wipe(bytes_.data(), bytes_.size());
        bytes_.clear();
    }
};

} // namespace pavise
