#include "cli/starttls_parts.hpp"

#include <algorithm>

namespace pavise::cli {

bool starts_without_case(std::string_view text, std::string_view start) noexcept {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    return text.size() >= start.size() &&
           std::ranges::equal(text.substr(0, start.size()), start, {}, upper, upper);
}

std::optional<std::string_view> take_element(std::string_view& ber, unsigned char tag) noexcept {
    if (ber.size() < 2 || static_cast<unsigned char>(ber[0]) != tag) return std::nullopt;
    std::size_t length = static_cast<unsigned char>(ber[1]);
    std::size_t header = 2;
    if (length >= 0x80) {
        header += length & 0x7f;
        if (header > 6 || ber.size() < header) return std::nullopt;
        length = 0;
        for (const char octet : ber.substr(2, header - 2))
            length = length << 8 | static_cast<unsigned char>(octet);
    }
    if (ber.size() - header < length) return std::nullopt;
    const std::string_view contents = ber.substr(header, length);
    ber.remove_prefix(header + length);
    return contents;
}

} // namespace pavise::cli
