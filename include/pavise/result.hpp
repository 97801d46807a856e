// Result<T>: a value or an Error. A strict subset of C++23's std::expected<T, Error>.
#pragma once

#include <pavise/error.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace pavise {

// What a failing function returns: as std::unexpected<Error>.
class Unexpected {
    Error error_;

  public:
    constexpr explicit Unexpected(Error error) noexcept : error_(error) {}
    constexpr Error error() const noexcept { return error_; }
};

constexpr Unexpected fail(ErrorCode code, std::uint16_t detail = 0) noexcept {
    return Unexpected(Error{code, detail});
}

template <class T> class [[nodiscard]] Result {
    static_assert(std::is_nothrow_move_constructible_v<T>, "Result<T>: T must move without throwing");
    union {
        T value_;
        Error error_;
    };
    bool has_value_;

  public:
    using value_type = T;

    // NOLINTBEGIN(google-explicit-constructor): values and errors become a Result as they become a
    // std::expected
    Result(Unexpected failure) noexcept : error_(failure.error()), has_value_(false) {}
    template <class U = T>
        requires(std::constructible_from<T, U &&> && !std::same_as<std::remove_cvref_t<U>, Result> &&
                 !std::same_as<std::remove_cvref_t<U>, Unexpected> &&
                 !std::same_as<std::remove_cvref_t<U>, Error>)
    Result(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) :
        value_(std::forward<U>(value)),
        has_value_(true) {}
    // NOLINTEND(google-explicit-constructor)
    Result(Result&& other) noexcept : has_value_(other.has_value_) {
        if (has_value_)
            std::construct_at(std::addressof(value_), std::move(other.value_));
        else
            std::construct_at(std::addressof(error_), other.error_);
    }
    Result& operator=(Result&& other) noexcept {
        if (this != &other) {
            std::destroy_at(this);
            std::construct_at(this, std::move(other));
        }
        return *this;
    }
    ~Result() {
        if (has_value_) value_.~T();
    }

    explicit operator bool() const noexcept { return has_value_; }
    bool has_value() const noexcept { return has_value_; }
    T& operator*() & noexcept { return value_; }
    const T& operator*() const& noexcept { return value_; }
    T&& operator*() && noexcept { return std::move(value_); }
    T* operator->() noexcept { return std::addressof(value_); }
    const T* operator->() const noexcept { return std::addressof(value_); }
    Error error() const noexcept { return error_; }
};

template <> class [[nodiscard]] Result<void> {
    Error error_{};
    bool has_value_ = true;

  public:
    using value_type = void;

    Result() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor): as above
    Result(Unexpected failure) noexcept : error_(failure.error()), has_value_(false) {}
    explicit operator bool() const noexcept { return has_value_; }
    bool has_value() const noexcept { return has_value_; }
    Error error() const noexcept { return error_; }
};

using Status = Result<void>;

} // namespace pavise
