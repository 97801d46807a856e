#include "handshake/certificate_filters.hpp"

#include "base/der.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <string_view>

namespace pavise::handshake {

namespace {

using namespace std::string_view_literals;

// DER, with tag and length: what certificate_extension_oid holds.
constexpr auto key_usage_oid = "\x06\x03\x55\x1d\x0f"sv;          // 2.5.29.15
constexpr auto extended_key_usage_oid = "\x06\x03\x55\x1d\x25"sv; // 2.5.29.37
constexpr auto any_extended_key_usage = "\x55\x1d\x25\x00"sv;     // contents of 2.5.29.37.0

// A BIT STRING of at most nine bits (RFC 5280 §4.2.1.3). Empty: the extension alone is wanted.
Result<std::uint16_t> key_usage_in(Bytes values) {
    if (values.empty()) return std::uint16_t{0};
    der::Reader reader(values);
    const auto contents = reader.contents(der::Tag::bit_string);
    constexpr std::size_t most = 3; // the count of unused bits, and nine bits
    if (!contents || !reader.finish() || contents->empty() || contents->size() > most || (*contents)[0] > 7)
        return fail(ErrorCode::bad_oid_filter);
    std::uint16_t usages = 0;
    for (std::size_t bit = 0; bit < 8 * (contents->size() - 1); ++bit)
        if (((*contents)[1 + bit / 8] >> (7 - bit % 8) & 1) != 0)
            usages = static_cast<std::uint16_t>(usages | 1u << bit);
    return usages;
}

Result<std::vector<ByteVector>> purposes_in(Bytes values) {
    std::vector<ByteVector> out;
    if (values.empty()) return out;
    der::Reader reader(values);
    auto list = reader.sequence();
    if (!list || !reader.finish()) return fail(ErrorCode::bad_oid_filter);
    while (!list->empty()) {
        const auto purpose = list->oid();
        // "The special anyExtendedKeyUsage OID MUST NOT be used in the request."
        if (!purpose || *purpose == any_extended_key_usage) return fail(ErrorCode::bad_oid_filter);
        out.emplace_back(purpose->contents.begin(), purpose->contents.end());
    }
    return out;
}

} // namespace

Result<UseFilters> UseFilters::in(const messages::OidFilters& filters) {
    UseFilters found;
    std::vector<std::string_view> seen;
    for (const messages::OidFilter& filter : filters.filters) {
        const std::string_view oid = as_text(filter.certificate_extension_oid);
        seen.push_back(oid);
        if (oid == key_usage_oid && !found.key_usage) {
            PAVISE_LET(found.key_usage, key_usage_in(filter.certificate_extension_values));
        }
        if (oid == extended_key_usage_oid && !found.purposes) {
            PAVISE_LET(found.purposes, purposes_in(filter.certificate_extension_values));
        }
    }
    // "Any given OID MUST NOT appear more than once" in the list.
    std::ranges::sort(seen);
    if (std::ranges::adjacent_find(seen) != seen.end()) return fail(ErrorCode::duplicate_oid_filter);
    return found;
}

std::vector<messages::OidFilter> filters_of(const ServerConfig& config) {
    std::vector<messages::OidFilter> filters;
    for (const CertificateFilter& filter : config.client_certificate_filters)
        filters.push_back({filter.extension, filter.values});
    return filters;
}

bool UseFilters::pass(const CertificateUses& uses) const {
    // "The Key Usage extension in a certificate matches the request when all key usage bits asserted in the
    // request are also asserted in the Key Usage certificate extension."
    if (key_usage && (!uses.key_usage || (*key_usage & ~*uses.key_usage) != 0)) return false;
    if (!purposes) return true;
    // "The Extended Key Usage extension in a certificate matches the request when all key purpose OIDs
    // present in the request are also found in the Extended Key Usage certificate extension."
    return uses.purposes && std::ranges::all_of(*purposes, [&](const ByteVector& purpose) {
               return std::ranges::find(*uses.purposes, purpose) != uses.purposes->end();
           });
}

} // namespace pavise::handshake
