// EnumList<T>: a view of a list of code points. On receipt it lies on the wire's big-endian bytes; for
// sending it lies on the sender's own values. Nothing is copied either way, and every value is kept, known or
// not (RFC 8701).
#pragma once

#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <concepts>
#include <iterator>

namespace pavise::messages {

template <class T> class EnumList {
    static_assert(sizeof(T) == 1 || sizeof(T) == 2, "code points of TLS have one or two bytes");

    // Only one of the two is not empty.
    Bytes wire_;
    std::span<const T> values_;

    static constexpr T value_at(Bytes wire, std::span<const T> values, std::size_t index) {
        if (!values.empty()) return values[index];
        if constexpr (sizeof(T) == 1) return static_cast<T>(wire[index]);
        return static_cast<T>(wire[2 * index] << 8 | wire[2 * index + 1]);
    }

  public:
    // Stays valid when the list itself is gone, as long as the bytes or values below are there.
    class Iterator {
        Bytes wire_;
        std::span<const T> values_;
        std::size_t index_ = 0;

      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;

        constexpr Iterator() = default;
        constexpr Iterator(Bytes wire, std::span<const T> values, std::size_t index) :
            wire_(wire),
            values_(values),
            index_(index) {}
        constexpr T operator*() const { return value_at(wire_, values_, index_); }
        constexpr Iterator& operator++() {
            ++index_;
            return *this;
        }
        constexpr Iterator operator++(int) {
            const Iterator before = *this;
            ++index_;
            return before;
        }
        friend constexpr bool operator==(const Iterator& a, const Iterator& b) {
            return a.index_ == b.index_;
        }
    };

    constexpr EnumList() = default;
    // The caller's values, which must outlive the list.
    template <std::convertible_to<std::span<const T>> Values>
    // NOLINTNEXTLINE(google-explicit-constructor): it converts from what it is a view of, as a span does
    constexpr EnumList(const Values& values) : values_(values) {}
    // The contents of a vector from the wire, without its length. Half a value at the end is a decode_error.
    static Result<EnumList> from_wire(Bytes contents) {
        if (contents.size() % sizeof(T) != 0) return fail(ErrorCode::bad_vector_length);
        EnumList list;
        list.wire_ = contents;
        return list;
    }

    constexpr std::size_t size() const { return values_.size() + wire_.size() / sizeof(T); }
    constexpr bool empty() const { return size() == 0; }
    // Precondition: index < size().
    constexpr T operator[](std::size_t index) const { return value_at(wire_, values_, index); }
    constexpr Iterator begin() const { return {wire_, values_, 0}; }
    constexpr Iterator end() const { return {wire_, values_, size()}; }
    constexpr bool contains(T value) const {
        for (const T item : *this)
            if (item == value) return true;
        return false;
    }

    // The values alone, without a length.
    void write(wire::Writer& writer) const {
        for (const T item : *this) {
            if constexpr (sizeof(T) == 1)
                writer.u8(static_cast<std::uint8_t>(item));
            else
                writer.u16(static_cast<std::uint16_t>(item));
        }
    }
};

} // namespace pavise::messages
