// What both sides of the plaintext before TLS read: words without case, and LDAP's elements.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pavise::cli {

bool starts_without_case(std::string_view text, std::string_view start) noexcept;

// The contents of the element of this tag at the front of `ber`, which it is removed from; nothing where it
// has another tag or does not fit.
std::optional<std::string_view> take_element(std::string_view& ber, unsigned char tag) noexcept;

} // namespace pavise::cli
