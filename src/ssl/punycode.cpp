#include "ssl/punycode.hpp"

#include "trust/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace pavise::ssl {

namespace {

// RFC 3492 §5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t tmin = 1;
constexpr std::uint32_t tmax = 26;
constexpr std::uint32_t skew = 38;
constexpr std::uint32_t damp = 700;
constexpr std::uint32_t initial_bias = 72;
constexpr std::uint32_t initial_n = 128;

std::optional<std::uint32_t> digit_of(char c) {
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 26;
    return std::nullopt;
}

std::uint32_t adapted(std::uint32_t delta, std::uint32_t points, bool first) {
    delta = first ? delta / damp : delta / 2;
    delta += delta / points;
    std::uint32_t k = 0;
    for (; delta > (base - tmin) * tmax / 2; k += base) delta /= base - tmin;
    return k + (base - tmin + 1) * delta / (delta + skew);
}

// A generalised variable-length integer (§3.3), which it takes off the front of `text`.
std::optional<std::uint32_t> read_delta(std::string_view& text, std::uint32_t bias) {
    constexpr std::uint32_t most = std::numeric_limits<std::int32_t>::max();
    std::uint64_t value = 0;
    std::uint64_t weight = 1;
    for (std::uint32_t k = base;; k += base) {
        if (text.empty()) return std::nullopt;
        const auto digit = digit_of(text.front());
        text.remove_prefix(1);
        if (!digit) return std::nullopt;
        value += *digit * weight;
        if (value > most) return std::nullopt;
        const std::uint32_t threshold = k <= bias ? tmin : k >= bias + tmax ? tmax : k - bias;
        if (*digit < threshold) return static_cast<std::uint32_t>(value);
        weight *= base - threshold;
        if (weight > most) return std::nullopt;
    }
}

// §6.2.
std::optional<std::u32string> decode(std::string_view text) {
    std::u32string out;
    if (const auto delimiter = text.rfind('-'); delimiter != std::string_view::npos) {
        for (const char c : text.substr(0, delimiter)) out += static_cast<char32_t>(c);
        text.remove_prefix(delimiter + 1);
    }
    const std::size_t basic_points = out.size();
    std::uint32_t n = initial_n;
    std::uint32_t i = 0;
    for (std::uint32_t bias = initial_bias; !text.empty(); ++i) {
        const auto delta = read_delta(text, bias);
        if (!delta) return std::nullopt;
        const auto points = static_cast<std::uint32_t>(out.size()) + 1;
        bias = adapted(*delta, points, out.size() == basic_points);
        i += *delta;
        n += i / points;
        i %= points;
        if (n > trust::last_code_point || trust::is_surrogate(n)) return std::nullopt;
        out.insert(i, 1, n);
    }
    return out;
}

} // namespace

std::optional<std::string> u_labels_of(std::string_view host) {
    constexpr std::string_view prefix = "xn--";
    std::string out;
    for (std::size_t begin = 0; begin <= host.size();) {
        const std::size_t end = std::min(host.find('.', begin), host.size());
        const std::string_view label = host.substr(begin, end - begin);
        if (begin != 0) out += '.';
        if (label.starts_with(prefix)) {
            const auto points = decode(label.substr(prefix.size()));
            if (!points || points->empty()) return std::nullopt;
            for (const char32_t point : *points) trust::append_utf8(out, point);
        } else {
            out += label;
        }
        begin = end + 1;
    }
    return out;
}

} // namespace pavise::ssl
