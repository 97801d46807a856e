// Test vectors are written in hex.
#pragma once

#include <pavise/bytes.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace pavise::vectors {

inline std::uint8_t hex_digit(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t value = digits.find(c);
    if (value == digits.npos) throw std::invalid_argument("not a hex digit");
    return static_cast<std::uint8_t>(value);
}

// The bytes of lower-case hex digits.
inline ByteVector from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) throw std::invalid_argument("an odd number of hex digits");
    ByteVector bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(hex_digit(hex[i]) << 4 | hex_digit(hex[i + 1])));
    return bytes;
}

inline std::string to_hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

} // namespace pavise::vectors
