#include "trust/name_match.hpp"

#include "trust/oids.hpp"
#include "trust/text.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace pavise::trust {

namespace {

constexpr std::size_t max_dns_name = 253; // RFC 1035 §3.1 without the root's label
constexpr std::size_t max_label = 63;     // RFC 1035 §2.3.4

// Letters, digits and hyphens (RFC 1034 §3.5), and the underscore that names in use have all the same.
bool is_label_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// Labels of 1 to 63 characters with single dots between them: so no empty name, no dot at either end, no NUL.
bool is_dns_name(std::string_view name) {
    if (name.size() > max_dns_name) return false;
    while (true) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        if (dot == 0 || dot > max_label) return false;
        if (!std::ranges::all_of(name.substr(0, dot), is_label_character)) return false;
        if (dot == name.size()) return true;
        name.remove_prefix(dot + 1);
    }
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool any_common_name_matches(const Name& subject, std::string_view reference) {
    for (const RelativeName& rdn : subject.rdns)
        for (const Attribute& attribute : rdn) {
            if (!(attribute.type == oids::common_name)) continue;
            const auto text = attribute.text();
            if (text && matches_dns_name(*text, reference)) return true;
        }
    return false;
}

Status match_address(const Certificate& certificate, Bytes address) {
    // RFC 9525 §6.5: octet for octet against an iPAddress; no dNSName and no common name speaks for an
    // address.
    for (const GeneralName& name : certificate.subject_alternative_names())
        if (name.kind == GeneralNameKind::ip_address && std::ranges::equal(name.value, address)) return {};
    return fail(ErrorCode::ip_address_mismatch);
}

// RFC 3492 §5: the parameters of Bootstring for Punycode.
constexpr std::uint32_t puny_base = 36;
constexpr std::uint32_t puny_least = 1;
constexpr std::uint32_t puny_most = 26;
constexpr std::uint32_t puny_skew = 38;
constexpr std::uint32_t puny_damp = 700;
constexpr std::uint32_t puny_first_bias = 72;
constexpr char32_t puny_first_code = 0x80;

char puny_digit(std::uint32_t value) {
    return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

// RFC 3492 §6.1.
std::uint32_t puny_adapt(std::uint32_t delta, std::uint32_t points, bool first) {
    delta = first ? delta / puny_damp : delta / 2;
    delta += delta / points;
    std::uint32_t k = 0;
    for (; delta > (puny_base - puny_least) * puny_most / 2; k += puny_base) delta /= puny_base - puny_least;
    return k + (puny_base - puny_least + 1) * delta / (delta + puny_skew);
}

// RFC 3492 §6.3, the variable-length integer.
void puny_append(std::string& out, std::uint32_t delta, std::uint32_t bias) {
    for (std::uint32_t k = puny_base;; k += puny_base) {
        const std::uint32_t threshold = k <= bias ? puny_least : std::min(k - bias, puny_most);
        if (delta < threshold) break;
        out += puny_digit(threshold + (delta - threshold) % (puny_base - threshold));
        delta = (delta - threshold) / (puny_base - threshold);
    }
    out += puny_digit(delta);
}

// RFC 3492 §6.3. A label is short (max_label code points at most), so that no delta can overflow: 63 ×
// 0x10ffff.
std::string punycode(std::u32string_view label) {
    std::string out;
    for (const char32_t point : label)
        if (point < puny_first_code) out += ascii_lower(static_cast<char>(point));
    const auto basic = static_cast<std::uint32_t>(out.size());
    if (basic != 0) out += '-';
    std::uint32_t handled = basic;
    std::uint32_t delta = 0;
    std::uint32_t bias = puny_first_bias;
    for (char32_t code = puny_first_code; handled < label.size(); ++delta, ++code) {
        char32_t next = last_code_point;
        for (const char32_t point : label)
            if (point >= code) next = std::min(next, point);
        delta += static_cast<std::uint32_t>(next - code) * (handled + 1);
        code = next;
        for (const char32_t point : label) {
            if (point < code) ++delta;
            if (point != code) continue;
            puny_append(out, delta, bias);
            bias = puny_adapt(delta, handled + 1, handled == basic);
            delta = 0;
            ++handled;
        }
    }
    return out;
}

// The characters that separate labels in some scripts (RFC 3490 §3.1).
bool is_dot(char32_t point) {
    return point == U'.' || point == 0x3002 || point == 0xff0e || point == 0xff61;
}

} // namespace

Result<ReferenceName> ReferenceName::from_dns_name(std::string_view name) {
    if (!is_ascii(name)) return fail(ErrorCode::host_name_not_ascii);
    // The final dot says that the name is complete; certificates do not have it (RFC 5280 §4.2.1.6).
    if (name.ends_with('.')) name.remove_suffix(1);
    if (!is_dns_name(name)) return fail(ErrorCode::bad_host_name);
    ReferenceName reference;
    reference.text_ = std::string(name);
    std::ranges::transform(reference.text_, reference.text_.begin(), ascii_lower);
    return reference;
}

Result<ReferenceName> ReferenceName::from_host(std::string_view host) {
    ReferenceName reference;
    reference.kind_ = Kind::ip;
    reference.text_ = std::string(host);
    if (host.find('\0') != std::string_view::npos) return fail(ErrorCode::bad_host_name);
    std::uint8_t address[16];
    if (::inet_pton(AF_INET, reference.text_.c_str(), address) == 1) {
        if (!reference.address_.assign(Bytes(address).first(4))) return fail(ErrorCode::internal);
        return reference;
    }
    if (::inet_pton(AF_INET6, reference.text_.c_str(), address) == 1) {
        if (!reference.address_.assign(Bytes(address))) return fail(ErrorCode::internal);
        return reference;
    }
    return from_dns_name(host);
}

Result<ReferenceName> ReferenceName::from_address(Bytes address) {
    if (address.size() != 4 && address.size() != 16) return fail(ErrorCode::bad_host_name);
    ReferenceName reference;
    reference.kind_ = Kind::ip;
    if (!reference.address_.assign(address)) return fail(ErrorCode::internal);
    char text[INET6_ADDRSTRLEN];
    if (::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text) == nullptr)
        return fail(ErrorCode::internal);
    reference.text_ = text;
    return reference;
}

bool matches_dns_name(std::string_view presented, std::string_view reference) noexcept {
    if (!presented.starts_with("*."))
        return is_dns_name(presented) && equal_without_case(presented, reference);
    // RFC 9525 §6.3: there is one wildcard, and it is the complete left-most label.
    const std::string_view parent = presented.substr(2);
    if (!is_dns_name(parent)) return false;
    if (parent.find('.') == std::string_view::npos) return false;
    // "A wildcard in a presented identifier can only match one label in a reference identifier."
    const std::size_t dot = reference.find('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    return equal_without_case(parent, reference.substr(dot + 1));
}

bool may_be_dns_name(std::string_view presented) noexcept {
    if (presented.starts_with("*.")) presented.remove_prefix(2);
    return is_dns_name(presented);
}

Status match_name(const Certificate& certificate, const ReferenceName& reference,
                  CommonNamePolicy common_name) {
    if (reference.kind() == ReferenceName::Kind::ip) return match_address(certificate, reference.address());
    bool has_dns_name = false;
    for (const GeneralName& name : certificate.subject_alternative_names()) {
        if (name.kind != GeneralNameKind::dns_name) continue;
        if (matches_dns_name(name.text(), reference.text())) return {};
        has_dns_name = true;
    }
    if (!has_dns_name && common_name == CommonNamePolicy::when_no_dns_name &&
        any_common_name_matches(certificate.subject(), reference.text()))
        return {};
    return fail(ErrorCode::name_mismatch);
}

std::optional<std::string> a_label_of(std::string_view host) {
    const auto points = decode_utf8(host);
    if (!points) return std::nullopt;
    std::string out;
    std::u32string_view rest = *points;
    while (true) {
        const auto end = std::ranges::find_if(rest, is_dot);
        const std::u32string_view label(rest.begin(), end);
        if (label.size() > max_label) return std::nullopt;
        if (std::ranges::all_of(label, [](char32_t point) { return point < 0x80; }))
            for (const char32_t point : label) out += ascii_lower(static_cast<char>(point));
        else
            out += "xn--" + punycode(label);
        if (end == rest.end()) return out;
        out += '.';
        rest.remove_prefix(label.size() + 1);
    }
}

} // namespace pavise::trust
