#include "encodings.hpp"

#include "options.hpp"

#include <charconv>

namespace pavise::bogo {

ByteVector decode_base64(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string_view digits = text.substr(0, text.find_last_not_of('=') + 1);
    if (text.size() % 4 != 0 || text.size() - digits.size() > 2)
        throw Stop(ExitCode::must_fail, "not base64: " + std::string(text));
    ByteVector bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char digit : digits) {
        const std::size_t value = alphabet.find(digit);
        if (value == std::string_view::npos)
            throw Stop(ExitCode::must_fail, "not base64: " + std::string(text));
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        bits &= (1U << count) - 1;
    }
    return bytes;
}

ByteVector decode_hex(std::string_view text) {
    ByteVector bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* digits = text.data() + 2 * i;
        if (std::from_chars(digits, digits + 2, bytes[i], 16).ptr != digits + 2)
            throw Stop(ExitCode::must_fail, "not hex: " + std::string(text));
    }
    if (text.size() % 2 != 0) throw Stop(ExitCode::must_fail, "not hex: " + std::string(text));
    return bytes;
}

} // namespace pavise::bogo
