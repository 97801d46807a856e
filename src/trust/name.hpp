// The names in a certificate: distinguished names and general names, in order and with their raw values.
#pragma once

#include "base/der.hpp"

#include <string>
#include <vector>

namespace pavise::trust {

using der::Oid;

// AttributeTypeAndValue (RFC 5280 §4.1.2.4). Views into the bytes that it was decoded from.
struct Attribute {
    Oid type;
    der::Tag tag{}; // the string type of the value
    Bytes value;    // contents octets, undecoded

    // The value in UTF-8, or nothing where its type is no string type or its encoding is broken.
    // A TeletexString is read as ISO 8859-1, as everybody does.
    std::optional<std::string> text() const;
};

using RelativeName = std::vector<Attribute>; // the attributes of one RDN, in the order of the encoding

// A distinguished name.
struct Name {
    Bytes encoding; // the DER of the whole Name
    std::vector<RelativeName> rdns;

    // The last common name's text, or nothing.
    std::optional<std::string> common_name() const;
    // RFC 4514 ("CN=localhost,O=Example"), most specific first.
    std::string to_string() const;
    // The form in which names are compared (RFC 5280 §7.1): case and runs of blanks folded, every string in
    // UTF-8. It is the canonical encoding over which OpenSSL hashes names for its certificate directories.
    ByteVector canonical() const;
};

// Views into `encoding`, which must outlive the result.
Result<Name> decode_name(Bytes encoding);

// The choices of GeneralName (RFC 5280 §4.2.1.6) with their tag numbers.
enum class GeneralNameKind : std::uint8_t {
    other_name = 0,
    rfc822_name = 1,
    dns_name = 2,
    x400_address = 3,
    directory_name = 4,
    edi_party_name = 5,
    uniform_resource_identifier = 6,
    ip_address = 7,
    registered_id = 8,
};

struct GeneralName {
    GeneralNameKind kind{};
    // Contents octets as they stand: text without any check of its characters (a NUL stays), the 4 or 16 (or
    // any other number of) bytes of an address, the OID of a registered ID, the DER of a directory Name.
    Bytes value;

    std::string_view text() const noexcept { return as_text(value); }
};

// GeneralNames, in order. `contents` are those of the SEQUENCE.
Result<std::vector<GeneralName>> decode_general_names(Bytes contents);

// The long name that OpenSSL and Python print for an attribute type ("commonName"), or its dotted form.
std::string attribute_long_name(Oid type);

} // namespace pavise::trust
