#include "ssl/certificate_dict.hpp"

#include "base/der.hpp"

#include <pavise/ssl/errors.hpp>

#include <array>
#include <chrono>

namespace pavise::ssl {

namespace {

constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr char upper_digits[] = "0123456789ABCDEF";

std::string padded(long value, std::size_t width, char fill) {
    const std::string digits = std::to_string(value);
    return (digits.size() < width ? std::string(width - digits.size(), fill) : "") + digits;
}

// "Jan  5 09:34:43 2018 GMT"
std::string time_text(Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(seconds - day);
    return std::string(months.at(static_cast<unsigned>(date.month()) - 1)) + " " +
           padded(static_cast<long>(static_cast<unsigned>(date.day())), 2, ' ') + " " +
           padded(clock.hours().count(), 2, '0') + ":" + padded(clock.minutes().count(), 2, '0') + ":" +
           padded(clock.seconds().count(), 2, '0') + " " + padded(static_cast<int>(date.year()), 4, '0') +
           " GMT";
}

// Of a two's complement number, as OpenSSL prints it: "-01" for minus one.
std::string serial_text(Bytes contents) {
    ByteVector magnitude(contents.begin(), contents.end());
    const bool negative = !magnitude.empty() && magnitude.front() >= 0x80;
    if (negative) {
        unsigned carry = 1;
        for (auto byte = magnitude.rbegin(); byte != magnitude.rend(); ++byte) {
            const unsigned sum = (~*byte & 0xffu) + carry;
            *byte = static_cast<std::uint8_t>(sum);
            carry = sum >> 8;
        }
    }
    std::string out = negative ? "-" : "";
    std::size_t begin = 0;
    while (begin + 1 < magnitude.size() && magnitude[begin] == 0) ++begin;
    for (const std::uint8_t byte : Bytes(magnitude).subspan(begin)) {
        out += upper_digits[byte >> 4];
        out += upper_digits[byte & 0xf];
    }
    return out;
}

DistinguishedName name_of(const trust::Name& name) {
    DistinguishedName out;
    for (const trust::RelativeName& rdn : name.rdns) {
        RelativeName relative;
        for (const trust::Attribute& attribute : rdn)
            relative.emplace_back(trust::attribute_long_name(attribute.type),
                                  attribute.text().value_or(std::string(as_text(attribute.value))));
        out.push_back(std::move(relative));
    }
    return out;
}

std::string ipv4_text(Bytes address) {
    std::string out;
    for (const std::uint8_t byte : address) out += (out.empty() ? "" : ".") + std::to_string(byte);
    return out;
}

// Upper-case groups without leading zeros and without compression, as Python prints them.
std::string ipv6_text(Bytes address) {
    std::string out;
    for (std::size_t i = 0; i < address.size(); i += 2) {
        const unsigned group = unsigned{address[i]} << 8u | address[i + 1];
        if (i != 0) out += ':';
        bool leading = true;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const unsigned digit = group >> shift & 0xf;
            leading = leading && digit == 0 && shift != 0;
            if (!leading) out += upper_digits[digit];
        }
    }
    return out;
}

std::string address_text(Bytes address) {
    if (address.size() == 4) return ipv4_text(address);
    if (address.size() == 16) return ipv6_text(address);
    return "<invalid>";
}

// The kinds that OpenSSL prints, each a text: (RFC 9598, RFC 6120, RFC 4985, RFC 7585, and Microsoft's).
struct OtherName {
    std::string_view type;
    std::string_view label;
};
constexpr OtherName other_names[] = {{"1.3.6.1.5.5.7.8.9", "SmtpUTF8Mailbox"},
                                     {"1.3.6.1.5.5.7.8.5", "XmppAddr"},
                                     {"1.3.6.1.5.5.7.8.7", "SRVName"},
                                     {"1.3.6.1.4.1.311.20.2.3", "UPN"},
                                     {"1.3.6.1.5.5.7.8.8", "NAIRealm"}};

// OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY } (RFC 5280 §4.2.1.6)
std::string other_name_text(Bytes contents) {
    der::Reader reader(contents);
    const auto type = reader.oid();
    const auto tagged = reader.element();
    if (!type || !tagged) return "<unsupported>";
    der::Reader inside(tagged->contents);
    const auto value = inside.element();
    for (const OtherName& known : other_names)
        if (value && type->to_string() == known.type)
            return std::string(known.label) + ":" + std::string(as_text(value->contents));
    return "<unsupported>";
}

AlternativeName alternative_name(const trust::GeneralName& name) {
    const auto text = [&] { return std::string(name.text()); };
    switch (name.kind) {
        using enum trust::GeneralNameKind;
    case dns_name: return {.kind = "DNS", .value = text()};
    case rfc822_name: return {.kind = "email", .value = text()};
    case uniform_resource_identifier: return {.kind = "URI", .value = text()};
    case ip_address: return {.kind = "IP Address", .value = address_text(name.value)};
    case registered_id:
        return {.kind = "Registered ID", .value = trust::attribute_long_name(der::Oid{name.value})};
    case directory_name: {
        const auto decoded = trust::decode_name(name.value);
        if (!decoded) return {.kind = "DirName", .value = "<invalid>"};
        return {.kind = "DirName", .name = name_of(*decoded)};
    }
    case x400_address: return {.kind = "X400Name", .value = "<unsupported>"};
    case edi_party_name: return {.kind = "EdiPartyName", .value = "<unsupported>"};
    case other_name: break;
    }
    return {.kind = "othername", .value = other_name_text(name.value)};
}

std::vector<std::string> texts(std::span<const std::string_view> views) {
    return {views.begin(), views.end()};
}

// ---------------------------------------------------------------- printing

// A tuple of one element ends with a comma.
template <class Elements, class Print> std::string tuple(const Elements& elements, Print print) {
    std::string out = "(";
    for (const auto& element : elements) out += (out.size() == 1 ? "" : ", ") + print(element);
    return out + (elements.size() == 1 ? ",)" : ")");
}

std::string print_name(const DistinguishedName& name) {
    return tuple(name, [](const RelativeName& rdn) {
        return tuple(rdn, [](const NameValue& pair) {
            return "(" + quoted(pair.first) + ", " + quoted(pair.second) + ")";
        });
    });
}

std::string print_alternative(const AlternativeName& name) {
    const bool directory = name.kind == "DirName" && name.value.empty();
    return "(" + quoted(name.kind) + ", " + (directory ? print_name(name.name) : quoted(name.value)) + ")";
}

} // namespace

// As repr() of a str: in single quotes, unless it has some and no double ones.
std::string quoted(const std::string& text) {
    const bool single = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
    const char quote = single ? '"' : '\'';
    std::string out(1, quote);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == quote || c == '\\')
            out += {'\\', c};
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            out += {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 0xf]};
        else
            out += c;
    }
    return out + quote;
}

CertificateDict dict_of(const trust::Certificate& certificate) {
    CertificateDict dict;
    dict.subject = name_of(certificate.subject());
    dict.issuer = name_of(certificate.issuer());
    dict.version = static_cast<int>(certificate.version());
    dict.serialNumber = serial_text(certificate.serial_number());
    dict.notBefore = time_text(certificate.not_before());
    dict.notAfter = time_text(certificate.not_after());
    for (const trust::GeneralName& name : certificate.subject_alternative_names())
        dict.subjectAltName.push_back(alternative_name(name));
    dict.OCSP = texts(certificate.ocsp_urls());
    dict.caIssuers = texts(certificate.ca_issuer_urls());
    dict.crlDistributionPoints = texts(certificate.crl_urls());
    return dict;
}

CertificateDict decode_certificate(BytesLike der) {
    const auto certificate = trust::Certificate::parse(der.view());
    if (!certificate) throw SSLError("Error decoding PEM-encoded file: " + describe(certificate.error()));
    return dict_of(**certificate);
}

std::ostream& operator<<(std::ostream& out, const CertificateDict& certificate) {
    if (certificate.empty()) return out << "{}";
    out << "{'subject': " << print_name(certificate.subject)
        << ", 'issuer': " << print_name(certificate.issuer) << ", 'version': " << certificate.version
        << ", 'serialNumber': " << quoted(certificate.serialNumber)
        << ", 'notBefore': " << quoted(certificate.notBefore)
        << ", 'notAfter': " << quoted(certificate.notAfter);
    if (!certificate.subjectAltName.empty())
        out << ", 'subjectAltName': " << tuple(certificate.subjectAltName, print_alternative);
    const auto urls = [&](const char* key, const std::vector<std::string>& values) {
        if (!values.empty()) out << ", '" << key << "': " << tuple(values, quoted);
    };
    urls("OCSP", certificate.OCSP);
    urls("caIssuers", certificate.caIssuers);
    urls("crlDistributionPoints", certificate.crlDistributionPoints);
    return out << "}";
}

} // namespace pavise::ssl
