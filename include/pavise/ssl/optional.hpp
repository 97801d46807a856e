// Optional<T>: what Python returns as "a T or None". A std::optional that prints as Python does.
#pragma once

#include <concepts>
#include <optional>
#include <ostream>
#include <utility>

namespace pavise::ssl {

template <class T> class Optional : public std::optional<T> {
  public:
    using std::optional<T>::optional;
    // NOLINTBEGIN(google-explicit-constructor): it is the same with other manners
    Optional(const std::optional<T>& value) : std::optional<T>(value) {}
    Optional(std::optional<T>&& value) noexcept : std::optional<T>(std::move(value)) {}
    // NOLINTEND(google-explicit-constructor)

    // One exact match, so that none of std::optional's own comes equally close.
    template <class Other> friend bool operator==(const Optional& a, const Other& b) {
        const std::optional<T>& mine = a;
        if constexpr (std::same_as<Other, Optional>)
            return mine == static_cast<const std::optional<T>&>(b);
        else
            return mine == b;
    }
    friend std::ostream& operator<<(std::ostream& out, const Optional& value)
        requires requires(const T& some) { out << some; }
    {
        return value ? out << *value : out << "None";
    }
};

} // namespace pavise::ssl
