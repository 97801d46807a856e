// BytesLike: what a caller may give where bytes go in: a span, a vector, an array or a string.
#pragma once

#include <pavise/bytes.hpp>

#include <concepts>
#include <ranges>
#include <string_view>
#include <type_traits>

namespace pavise {

class BytesLike {
    Bytes bytes_{};

  public:
    BytesLike() noexcept = default;
    // NOLINTBEGIN(google-explicit-constructor): so that all of them convert
    template <std::ranges::contiguous_range Range>
        requires(sizeof(std::ranges::range_value_t<Range>) == 1 &&
                 !std::is_array_v<std::remove_cvref_t<Range>> &&
                 !std::same_as<std::remove_cvref_t<Range>, BytesLike>)
    BytesLike(const Range& range) noexcept :
        bytes_(reinterpret_cast<const std::uint8_t*>(std::ranges::data(range)), std::ranges::size(range)) {}
    BytesLike(const char* text) noexcept : bytes_(as_bytes(std::string_view(text))) {}
    // NOLINTEND(google-explicit-constructor)

    Bytes view() const noexcept { return bytes_; }
};

} // namespace pavise
