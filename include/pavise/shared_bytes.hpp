// Bytes that never change and may have several owners: a certificate that its connection, its session and the
// memory of verified chains all refer to is there once.
#pragma once

#include <pavise/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace pavise {

// A cheap handle, to be looked at as a range of bytes; converts to Bytes. Safe to share between threads.
class SharedBytes {
    std::shared_ptr<const void> owner_{};
    Bytes bytes_{};

  public:
    SharedBytes() noexcept = default;
    // A copy of `bytes`. Throws std::bad_alloc.
    explicit SharedBytes(Bytes bytes) {
        const auto copy = std::make_shared<std::uint8_t[]>(bytes.size());
        std::copy(bytes.begin(), bytes.end(), copy.get());
        bytes_ = {copy.get(), bytes.size()};
        owner_ = copy;
    }
    // Bytes that live as long as `owner`.
    SharedBytes(std::shared_ptr<const void> owner, Bytes bytes) noexcept :
        owner_(std::move(owner)),
        bytes_(bytes) {}

    const std::uint8_t* data() const noexcept { return bytes_.data(); }
    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }
    const std::uint8_t* begin() const noexcept { return bytes_.data(); }
    const std::uint8_t* end() const noexcept { return bytes_.data() + bytes_.size(); }

    friend bool operator==(const SharedBytes& a, Bytes b) noexcept { return std::ranges::equal(a, b); }
    friend bool operator==(const SharedBytes& a, const SharedBytes& b) noexcept {
        return std::ranges::equal(a, b);
    }
};

} // namespace pavise
