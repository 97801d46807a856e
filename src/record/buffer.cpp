#include "record/buffer.hpp"

#include "base/secret.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace pavise::record {

Buffer::Buffer(Buffer&& other) noexcept {
    *this = std::move(other);
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    storage_ = std::exchange(other.storage_, nullptr);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    high_water_ = std::exchange(other.high_water_, 0);
    return *this;
}

void Buffer::extend(std::size_t count) noexcept {
    end_ += std::min(count, capacity_ - end_);
    high_water_ = std::max(high_water_, end_);
}

void Buffer::drop(std::size_t count) noexcept {
    begin_ += std::min(count, size());
}

void Buffer::compact() noexcept {
    if (begin_ == 0) return;
    const std::size_t kept = size();
    if (kept != 0) std::memmove(front(), front() + begin_, kept);
    begin_ = 0;
    end_ = kept;
}

void Buffer::grow(std::size_t capacity) {
    if (capacity <= capacity_) return compact();
    auto* fresh = static_cast<std::uint8_t*>(::operator new(lead + capacity, std::align_val_t{alignment}));
    const std::size_t kept = size();
    if (kept != 0) std::memcpy(fresh + lead, front() + begin_, kept);
    release();
    storage_ = fresh;
    capacity_ = capacity;
    end_ = kept;
    high_water_ = kept;
}

void Buffer::release() noexcept {
    if (storage_ != nullptr) {
        secure_wipe(front(), high_water_);
        ::operator delete(storage_, std::align_val_t{alignment});
    }
    storage_ = nullptr;
    capacity_ = begin_ = end_ = high_water_ = 0;
}

} // namespace pavise::record
