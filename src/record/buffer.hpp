// Storage for records: one piece of memory, filled at its end, emptied at its front.
#pragma once

#include <pavise/bytes.hpp>

#include <cstddef>

namespace pavise::record {

// Moves nothing and allocates nothing but in compact() and grow(). Memory is wiped before it is freed: it
// held plaintext.
class Buffer {
  public:
    Buffer() noexcept = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer() { release(); }

    bool empty() const noexcept { return begin_ == end_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    // How many bytes it can hold once its contents stand at the front.
    std::size_t capacity() const noexcept { return capacity_; }
    // How many bytes were dropped since the contents last stood at the front.
    std::size_t dropped() const noexcept { return begin_; }

    Bytes view() const noexcept { return {front() + begin_, size()}; }
    MutableBytes mutable_view() noexcept { return {front() + begin_, size()}; }
    // The free space behind the contents.
    MutableBytes tail() noexcept { return {front() + end_, capacity_ - end_}; }
    // Makes the first `count` bytes of tail() part of the contents.
    void extend(std::size_t count) noexcept;
    // Forgets the first `count` bytes. They stay where they are until the next compact() or grow(), so that
    // views into them stay valid.
    void drop(std::size_t count) noexcept;

    // Moves the contents to the front.
    void compact() noexcept;
    // Capacity for at least `capacity` bytes; contents stand at the front afterwards. Throws std::bad_alloc.
    void grow(std::size_t capacity);
    // Frees the memory and with it the contents.
    void release() noexcept;

  private:
    std::uint8_t* front() const noexcept { return storage_ == nullptr ? nullptr : storage_ + lead; }

    // The first record's content starts on a cache line; elsewhere AES-GCM on wide vectors was 1 to 2 %
    // slower.
    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t lead = alignment - 5;

    std::uint8_t* storage_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t high_water_ = 0; // how far memory was ever used
};

} // namespace pavise::record
