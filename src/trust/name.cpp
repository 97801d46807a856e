#include "trust/name.hpp"

#include "trust/oids.hpp"
#include "trust/text.hpp"

#include <algorithm>
#include <array>

namespace pavise::trust {

namespace {

using namespace std::string_view_literals;

struct AttributeNames {
    std::string_view id; // contents octets
    std::string_view short_name;
    std::string_view long_name;
};

// Short names: RFC 4514 §3 and the usual others. Long names: X.520's, as OpenSSL prints them.
constexpr std::array attribute_names{
    AttributeNames{"\x55\x04\x03"sv, "CN", "commonName"},
    AttributeNames{"\x55\x04\x04"sv, "SN", "surname"},
    AttributeNames{"\x55\x04\x05"sv, "serialNumber", "serialNumber"},
    AttributeNames{"\x55\x04\x06"sv, "C", "countryName"},
    AttributeNames{"\x55\x04\x07"sv, "L", "localityName"},
    AttributeNames{"\x55\x04\x08"sv, "ST", "stateOrProvinceName"},
    AttributeNames{"\x55\x04\x09"sv, "street", "streetAddress"},
    AttributeNames{"\x55\x04\x0a"sv, "O", "organizationName"},
    AttributeNames{"\x55\x04\x0b"sv, "OU", "organizationalUnitName"},
    AttributeNames{"\x55\x04\x0c"sv, "title", "title"},
    AttributeNames{"\x55\x04\x0d"sv, "description", "description"},
    AttributeNames{"\x55\x04\x0f"sv, "businessCategory", "businessCategory"},
    AttributeNames{"\x55\x04\x10"sv, "postalAddress", "postalAddress"},
    AttributeNames{"\x55\x04\x11"sv, "postalCode", "postalCode"},
    AttributeNames{"\x55\x04\x14"sv, "telephoneNumber", "telephoneNumber"},
    AttributeNames{"\x55\x04\x29"sv, "name", "name"},
    AttributeNames{"\x55\x04\x2a"sv, "GN", "givenName"},
    AttributeNames{"\x55\x04\x2b"sv, "initials", "initials"},
    AttributeNames{"\x55\x04\x2c"sv, "generationQualifier", "generationQualifier"},
    AttributeNames{"\x55\x04\x2d"sv, "x500UniqueIdentifier", "x500UniqueIdentifier"},
    AttributeNames{"\x55\x04\x2e"sv, "dnQualifier", "dnQualifier"},
    AttributeNames{"\x55\x04\x41"sv, "pseudonym", "pseudonym"},
    AttributeNames{"\x55\x04\x61"sv, "organizationIdentifier", "organizationIdentifier"},
    AttributeNames{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"sv, "emailAddress", "emailAddress"},
    AttributeNames{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"sv, "unstructuredName", "unstructuredName"},
    AttributeNames{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"sv, "UID", "userId"},
    AttributeNames{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"sv, "DC", "domainComponent"},
    AttributeNames{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"sv, "jurisdictionL",
                   "jurisdictionLocalityName"},
    AttributeNames{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"sv, "jurisdictionST",
                   "jurisdictionStateOrProvinceName"},
    AttributeNames{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"sv, "jurisdictionC",
                   "jurisdictionCountryName"},
};

const AttributeNames* find_names(Oid type) {
    const auto found = std::ranges::find_if(attribute_names, [&](const auto& row) { return type == row.id; });
    return found == attribute_names.end() ? nullptr : &*found;
}

// Code points in big-endian units of a fixed width: 1 (ISO 8859-1), 2 (BMPString) or 4 (UniversalString)
// bytes.
std::optional<std::string> from_units(Bytes value, std::size_t width) {
    if (value.size() % width != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < value.size(); i += width) {
        char32_t point = 0;
        for (std::size_t k = 0; k < width; ++k) point = point << 8 | value[i + k];
        if (point > last_code_point || is_surrogate(point)) return std::nullopt;
        append_utf8(out, point);
    }
    return out;
}

bool is_ascii_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Blanks at the ends dropped, runs of them folded into one, ASCII letters in lower case.
std::string fold(std::string_view text) {
    std::string out;
    bool pending_blank = false;
    for (const char c : text) {
        if (is_ascii_blank(c)) {
            pending_blank = !out.empty();
            continue;
        }
        if (pending_blank) out += ' ';
        pending_blank = false;
        out += ascii_lower(c);
    }
    return out;
}

ByteVector canonical_attribute(const Attribute& attribute) {
    ByteVector out;
    der::Writer writer(out);
    const auto sequence = writer.sequence();
    writer.primitive(der::Tag::oid, attribute.type.contents);
    if (const auto text = attribute.text())
        writer.primitive(der::Tag::utf8_string, as_bytes(fold(*text)));
    else
        writer.primitive(attribute.tag, attribute.value);
    return out;
}

// RFC 4514 §2.4.
std::string escape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool at_edge = (c == ' ' && (i == 0 || i + 1 == text.size())) || (c == '#' && i == 0);
        if (c == '\0') {
            out += "\\00";
            continue;
        }
        if (at_edge || "\"+,;<>\\"sv.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string attribute_to_string(const Attribute& attribute) {
    const AttributeNames* names = find_names(attribute.type);
    std::string out = names != nullptr ? std::string(names->short_name) : attribute.type.to_string();
    out += '=';
    if (const auto text = attribute.text()) return out + escape(*text);
    out += '#';
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const std::uint8_t octet : attribute.value) {
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
    return out;
}

Result<Attribute> decode_attribute(der::Reader& set) {
    PAVISE_LET(der::Reader fields, set.sequence());
    Attribute attribute;
    PAVISE_LET(attribute.type, fields.oid());
    PAVISE_LET(const der::Element value, fields.element());
    PAVISE_TRY(fields.finish());
    attribute.tag = value.tag;
    attribute.value = value.contents;
    return attribute;
}

Result<GeneralName> decode_general_name(const der::Element& element) {
    constexpr std::uint8_t tag_class_bits = 0xe0;
    constexpr std::uint8_t context_primitive = 0x80;
    constexpr std::uint8_t context_constructed = 0xa0;
    const auto tag = static_cast<std::uint8_t>(element.tag);
    const auto kind = static_cast<GeneralNameKind>(tag & 0x1f);
    switch (kind) {
    case GeneralNameKind::other_name:
    case GeneralNameKind::x400_address:
    case GeneralNameKind::edi_party_name:
        if ((tag & tag_class_bits) != context_constructed) break;
        return GeneralName{kind, element.contents};
    case GeneralNameKind::directory_name: {
        if ((tag & tag_class_bits) != context_constructed) break;
        // Name is a CHOICE, hence tagged explicitly (X.680 §31.2.7).
        PAVISE_TRY(decode_name(element.contents));
        return GeneralName{kind, element.contents};
    }
    case GeneralNameKind::rfc822_name:
    case GeneralNameKind::dns_name:
    case GeneralNameKind::uniform_resource_identifier:
    case GeneralNameKind::ip_address:
    case GeneralNameKind::registered_id:
        if ((tag & tag_class_bits) != context_primitive) break;
        return GeneralName{kind, element.contents};
    }
    return fail(ErrorCode::malformed_der);
}

} // namespace

std::optional<std::string> Attribute::text() const {
    switch (tag) {
    case der::Tag::utf8_string:
        if (!decode_utf8(as_text(value))) return std::nullopt;
        return std::string(as_text(value));
    case der::Tag::numeric_string:
    case der::Tag::printable_string:
    case der::Tag::teletex_string:
    case der::Tag::ia5_string:
    case der::Tag::visible_string: return from_units(value, 1);
    case der::Tag::bmp_string: return from_units(value, 2);
    case der::Tag::universal_string: return from_units(value, 4);
    default: return std::nullopt;
    }
}

std::optional<std::string> Name::common_name() const {
    for (auto rdn = rdns.rbegin(); rdn != rdns.rend(); ++rdn)
        for (auto attribute = rdn->rbegin(); attribute != rdn->rend(); ++attribute)
            if (attribute->type == oids::common_name) return attribute->text();
    return std::nullopt;
}

std::string Name::to_string() const {
    std::string out;
    for (auto rdn = rdns.rbegin(); rdn != rdns.rend(); ++rdn) {
        if (!out.empty()) out += ',';
        bool first = true;
        // Within an RDN the order means nothing; OpenSSL's is the reverse one.
        for (auto attribute = rdn->rbegin(); attribute != rdn->rend(); ++attribute) {
            if (!first) out += '+';
            out += attribute_to_string(*attribute);
            first = false;
        }
    }
    return out;
}

ByteVector Name::canonical() const {
    ByteVector out;
    der::Writer writer(out);
    for (const RelativeName& rdn : rdns) {
        std::vector<ByteVector> attributes;
        for (const Attribute& attribute : rdn) attributes.push_back(canonical_attribute(attribute));
        // X.690 §11.6: the elements of a SET OF stand in the order of their encodings.
        // Not by their own <, in which g++ 12 sees lengths that do not exist.
        std::ranges::sort(attributes, [](const ByteVector& a, const ByteVector& b) {
            return std::ranges::lexicographical_compare(a, b);
        });
        const auto set = writer.open(der::Tag::set);
        for (const ByteVector& attribute : attributes) writer.raw(attribute);
    }
    return out;
}

Result<Name> decode_name(Bytes encoding) {
    der::Reader outer(encoding);
    PAVISE_LET(der::Reader rdns, outer.sequence());
    PAVISE_TRY(outer.finish());
    Name name;
    name.encoding = encoding;
    while (!rdns.empty()) {
        PAVISE_LET(der::Reader set, rdns.constructed(der::Tag::set));
        RelativeName rdn;
        do {
            PAVISE_LET(const Attribute attribute, decode_attribute(set));
            rdn.push_back(attribute);
        } while (!set.empty());
        name.rdns.push_back(std::move(rdn));
    }
    return name;
}

Result<std::vector<GeneralName>> decode_general_names(Bytes contents) {
    std::vector<GeneralName> names;
    der::Reader reader(contents);
    while (!reader.empty()) {
        PAVISE_LET(const der::Element element, reader.element());
        PAVISE_LET(const GeneralName name, decode_general_name(element));
        names.push_back(name);
    }
    return names;
}

std::string attribute_long_name(Oid type) {
    const AttributeNames* names = find_names(type);
    return names != nullptr ? std::string(names->long_name) : type.to_string();
}

} // namespace pavise::trust
