// FixedVector<T, N>: a vector of at most N small values, held inline. What does not fit is refused, so that
// the bound is visible where it matters.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>

namespace pavise {

template <class T, std::size_t N> class FixedVector {
    static_assert(std::is_trivially_copyable_v<T>, "FixedVector holds plain values");
    std::array<T, N> items_{};
    std::size_t size_ = 0;

  public:
    constexpr FixedVector() = default;
    constexpr FixedVector(std::initializer_list<T> items) : size_(std::min(items.size(), N)) {
        std::copy_n(items.begin(), size_, items_.begin());
    }

    // False, and nothing added, when the vector is full.
    [[nodiscard]] constexpr bool push_back(T item) {
        if (size_ == N) return false;
        items_[size_++] = item;
        return true;
    }
    // False, and nothing changed, when `bytes` does not fit.
    [[nodiscard]] constexpr bool assign(std::span<const T> items) {
        if (items.size() > N) return false;
        std::copy(items.begin(), items.end(), items_.begin());
        size_ = items.size();
        return true;
    }
    constexpr void clear() { size_ = 0; }
    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr bool full() const { return size_ == N; }
    static constexpr std::size_t capacity() { return N; }
    constexpr const T* begin() const { return items_.data(); }
    constexpr const T* end() const { return items_.data() + size_; }
    constexpr T* begin() { return items_.data(); }
    constexpr T* end() { return items_.data() + size_; }
    constexpr const T& operator[](std::size_t i) const { return items_[i]; }
    constexpr T& operator[](std::size_t i) { return items_[i]; }
    constexpr bool contains(const T& item) const { return std::find(begin(), end(), item) != end(); }
    constexpr std::span<const T> view() const { return {items_.data(), size_}; }

    friend constexpr bool operator==(const FixedVector& a, const FixedVector& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
};

} // namespace pavise
