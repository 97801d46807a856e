#include "cli/client_filters.hpp"

#include "base/der.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace pavise::cli {

namespace {

// The bits of KeyUsage by their numbers (RFC 5280 §4.2.1.3).
constexpr std::array<std::string_view, 9> key_usages{
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly",
};

// RFC 5280 §4.2.1.12
struct Purpose {
    std::string_view name;
    std::string_view oid;
};
constexpr std::array purposes{
    Purpose{"serverAuth", "1.3.6.1.5.5.7.3.1"},    Purpose{"clientAuth", "1.3.6.1.5.5.7.3.2"},
    Purpose{"codeSigning", "1.3.6.1.5.5.7.3.3"},   Purpose{"emailProtection", "1.3.6.1.5.5.7.3.4"},
    Purpose{"timeStamping", "1.3.6.1.5.5.7.3.8"},  Purpose{"OCSPSigning", "1.3.6.1.5.5.7.3.9"},
    Purpose{"anyExtendedKeyUsage", "2.5.29.37.0"},
};

constexpr std::string_view key_usage_oid = "2.5.29.15";
constexpr std::string_view extended_key_usage_oid = "2.5.29.37";

ByteVector oid_in_der(std::string_view dotted) {
    ByteVector der;
    der::Writer(der).oid(dotted);
    return der;
}

// "When DER encoding a named bit list, trailing zeros MUST be omitted" (RFC 5280, appendix B).
ByteVector bits_in_der(std::uint16_t bits) {
    const std::size_t last = bits == 0 ? 0 : static_cast<std::size_t>(std::bit_width(bits));
    const std::size_t octets = (last + 7) / 8;
    ByteVector contents(1 + octets);
    contents[0] = static_cast<std::uint8_t>(8 * octets - last); // unused bits
    for (std::size_t bit = 0; bit < last; ++bit)
        if ((bits >> bit & 1) != 0)
            contents[1 + bit / 8] = static_cast<std::uint8_t>(contents[1 + bit / 8] | 0x80u >> bit % 8);
    ByteVector der;
    der::Writer(der).primitive(der::Tag::bit_string, contents);
    return der;
}

Outcome<CertificateFilter> key_usage_filter(std::string_view names) {
    std::uint16_t bits = 0;
    for (const std::string_view name : split_at_commas(names)) {
        const auto found = std::ranges::find(key_usages, name);
        if (found == key_usages.end()) {
            std::string known;
            for (const std::string_view usage : key_usages)
                known += (known.empty() ? "" : ", ") + std::string(usage);
            return misuse(std::string(option_client_key_usage.name) + ": there is no '" + std::string(name) +
                          "'; known are " + known);
        }
        bits = static_cast<std::uint16_t>(bits | 1u << (found - key_usages.begin()));
    }
    return CertificateFilter{oid_in_der(key_usage_oid), bits_in_der(bits)};
}

Outcome<CertificateFilter> purpose_filter(std::string_view names) {
    const std::string option(option_client_purpose.name);
    ByteVector values;
    {
        der::Writer writer(values);
        const auto list = writer.sequence();
        for (const std::string_view name : split_at_commas(names)) {
            const auto found = std::ranges::find(purposes, name, &Purpose::name);
            const std::string_view oid = found == purposes.end() ? name : found->oid;
            if (oid == purposes.back().oid)
                return misuse(option + ": anyExtendedKeyUsage must not be asked for (RFC 8446 §4.2.5)");
            if (!der::encode_oid(oid)) {
                std::string text = option + ": there is no '" + std::string(name) + "'; known are ";
                for (const Purpose& purpose : std::span(purposes).first(purposes.size() - 1)) {
                    text += purpose.name;
                    text += ", ";
                }
                return misuse(text + "and object identifiers: 1.3.6.1.4.1.311.20.2.2");
            }
            writer.oid(oid);
        }
    }
    return CertificateFilter{oid_in_der(extended_key_usage_oid), std::move(values)};
}

} // namespace

Outcome<std::vector<CertificateFilter>> client_filters_from(const Arguments& arguments) {
    std::vector<CertificateFilter> filters;
    if (const auto names = arguments.value(option_client_key_usage.name)) {
        auto filter = key_usage_filter(*names);
        if (!filter) return filter.problem();
        filters.push_back(*std::move(filter));
    }
    if (const auto names = arguments.value(option_client_purpose.name)) {
        auto filter = purpose_filter(*names);
        if (!filter) return filter.problem();
        filters.push_back(*std::move(filter));
    }
    return filters;
}

} // namespace pavise::cli
