// List<E>: a view of a list of elements with fields of their own (key shares, certificates, names …). On
// receipt it lies on the wire's bytes and parses the element that is looked at; for sending it lies on the
// sender's own elements. Nothing is copied or allocated, however many elements a peer sends.
//
// E has `static Result<E> parse(wire::Reader&)` and `void write(wire::Writer&) const`.
#pragma once

#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <concepts>
#include <iterator>

namespace pavise::messages {

template <class E> class List {
    // Only one of the two is not empty.
    Bytes wire_;
    std::span<const E> elements_;

  public:
    // A single pass over the elements, each by value. Ends at std::default_sentinel.
    class Iterator {
        wire::Reader wire_{Bytes{}};
        std::span<const E> elements_;
        E current_{};
        bool at_end_ = true;

        void advance() {
            at_end_ = true;
            if (!elements_.empty()) {
                current_ = elements_.front();
                elements_ = elements_.subspan(1);
                at_end_ = false;
            } else if (!wire_.empty()) {
                if (auto element = E::parse(wire_)) {
                    current_ = *element;
                    at_end_ = false;
                }
            }
        }

      public:
        using value_type = E;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(Bytes wire, std::span<const E> elements) : wire_(wire), elements_(elements) { advance(); }
        const E& operator*() const { return current_; }
        const E* operator->() const { return &current_; }
        Iterator& operator++() {
            advance();
            return *this;
        }
        void operator++(int) { advance(); }
        friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.at_end_; }
    };

    constexpr List() = default;
    // The caller's elements, which must outlive the list.
    template <std::convertible_to<std::span<const E>> Elements>
    // NOLINTNEXTLINE(google-explicit-constructor): it converts from what it is a view of, as a span does
    constexpr List(const Elements& elements) : elements_(elements) {}
    // The contents of a vector from the wire, without its length; every element is checked here, once.
    static Result<List> from_wire(Bytes contents) {
        wire::Reader reader(contents);
        while (!reader.empty()) PAVISE_TRY(E::parse(reader));
        return unchecked(contents);
    }
    // As above; more than `most` elements are the given error.
    static Result<List> from_wire(Bytes contents, std::size_t most, ErrorCode too_many) {
        wire::Reader reader(contents);
        for (std::size_t count = 0; !reader.empty(); ++count) {
            if (count == most) return fail(too_many);
            PAVISE_TRY(E::parse(reader));
        }
        return unchecked(contents);
    }
    // As from_wire, for contents that were checked before, or that one has written oneself. Elements from a
    // malformed one on are not seen.
    static List unchecked(Bytes contents) {
        List list;
        list.wire_ = contents;
        return list;
    }

    bool empty() const { return wire_.empty() && elements_.empty(); }
    // Counts: takes time in the number of elements.
    std::size_t size() const {
        std::size_t count = 0;
        for (auto it = begin(); it != end(); ++it) ++count;
        return count;
    }
    Iterator begin() const { return {wire_, elements_}; }
    std::default_sentinel_t end() const { return {}; }

    // The elements alone, without a length.
    void write(wire::Writer& writer) const {
        writer.bytes(wire_);
        for (const E& element : elements_) element.write(writer);
    }
};

} // namespace pavise::messages
