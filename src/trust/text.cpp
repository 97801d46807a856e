#include "trust/text.hpp"

namespace pavise::trust {

namespace {

struct Lead {
    std::size_t length; // of the whole sequence, in bytes; 0 for a byte that begins none
    char32_t bits;      // that the first byte gives
    char32_t least;     // code point that needs this length
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) return {1, byte, 0};
    if (byte >= 0xc0 && byte < 0xe0) return {2, byte & 0x1fu, 0x80};
    if (byte >= 0xe0 && byte < 0xf0) return {3, byte & 0x0fu, 0x800};
    if (byte >= 0xf0 && byte < 0xf8) return {4, byte & 0x07u, 0x10000};
    return {0, 0, 0};
}

} // namespace

void append_utf8(std::string& out, char32_t point) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | point >> 6);
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    }
}

std::optional<std::u32string> decode_utf8(std::string_view text) {
    std::u32string points;
    while (!text.empty()) {
        const Lead lead = lead_of(static_cast<unsigned char>(text[0]));
        if (lead.length == 0 || lead.length > text.size()) return std::nullopt;
        char32_t point = lead.bits;
        for (std::size_t i = 1; i < lead.length; ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            if ((byte & 0xc0) != 0x80) return std::nullopt;
            point = point << 6 | (byte & 0x3fu);
        }
        if (point < lead.least || point > last_code_point || is_surrogate(point)) return std::nullopt;
        points += point;
        text.remove_prefix(lead.length);
    }
    return points;
}

} // namespace pavise::trust
