// Characters: what the decoding and the comparing of names share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pavise::trust {

inline constexpr char32_t last_code_point = 0x10ffff;

constexpr bool is_surrogate(char32_t point) noexcept {
    return point >= 0xd800 && point <= 0xdfff;
}

// ASCII letters alone: DNS names and canonical names know no other case.
constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Precondition: a code point that is no surrogate.
void append_utf8(std::string& out, char32_t point);

// Nothing where the text is not UTF-8 in its shortest form (RFC 3629 §3).
std::optional<std::u32string> decode_utf8(std::string_view text);

} // namespace pavise::trust
