#include "dictionary.hpp"

#include "ssl/cipher_table.hpp"
#include "trust/oids.hpp"

#include <pavise/registry.hpp>

#include <limits>
#include <set>

namespace pavise::fuzz {

namespace {

using Words = std::set<ByteVector>;

ByteVector bytes_of(std::string_view text) {
    const Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

// The values of a registry: those that have a name.
template <class Registry> void add_named(Words& words) {
    using Number = std::underlying_type_t<Registry>;
    for (unsigned value = 0; value <= std::numeric_limits<Number>::max(); ++value) {
        if (name_of(static_cast<Registry>(value)).starts_with("0x")) continue;
        ByteVector word;
        if (sizeof(Number) == 2) word.push_back(static_cast<std::uint8_t>(value >> 8));
        word.push_back(static_cast<std::uint8_t>(value & 0xff));
        words.insert(std::move(word));
    }
}

Words make_tls_words() {
    Words words;
    add_named<ProtocolVersion>(words);
    add_named<ContentType>(words);
    add_named<HandshakeType>(words);
    add_named<ExtensionType>(words);
    add_named<CipherSuite>(words);
    add_named<NamedGroup>(words);
    add_named<SignatureScheme>(words);
    for (unsigned high = 0x0a; high <= 0xfa; high += 0x10) // GREASE (RFC 8701)
        words.insert({static_cast<std::uint8_t>(high), static_cast<std::uint8_t>(high)});
    // Downgrade marks (RFC 8446 §4.1.3).
    words.insert(bytes_of("DOWNGRD\x01"));
    words.insert(bytes_of(std::string_view("DOWNGRD\0", 8)));
    words.insert(bytes_of("server.test"));
    words.insert(bytes_of("http/1.1"));
    return words;
}

Words make_der_words() {
    using namespace trust::oids;
    Words words{{0x01, 0x01, 0xff},
                {0x02, 0x01, 0x00},
                {0x05, 0x00},
                {0x30, 0x00},
                {0x31, 0x00},
                {0x04, 0x00},
                {0xa0, 0x03, 0x02, 0x01, 0x02}};
    for (const std::string_view oid :
         {subject_key_identifier, key_usage, subject_alternative_name, basic_constraints, name_constraints,
          crl_distribution_points, certificate_policies, authority_key_identifier, policy_constraints,
          extended_key_usage, authority_information_access, tls_feature, any_extended_key_usage, server_auth,
          client_auth, rsa_encryption, rsassa_pss, ec_public_key, common_name}) {
        ByteVector word{0x06, static_cast<std::uint8_t>(oid.size())};
        const Bytes contents = as_bytes(oid);
        word.insert(word.end(), contents.begin(), contents.end());
        words.insert(std::move(word));
    }
    for (const std::string_view time : {"\x17\x0d"
                                        "300101000000Z",
                                        "\x18\x0f"
                                        "20300101000000Z"})
        words.insert(bytes_of(time));
    return words;
}

Words make_cipher_words() {
    Words words;
    for (const ssl::CipherRow& row : ssl::tls12_ciphers()) words.insert(bytes_of(row.name));
    for (const ssl::CipherRow& row : ssl::tls13_ciphers()) words.insert(bytes_of(row.name));
    for (const std::string_view word : {"ALL",
                                        "DEFAULT",
                                        "COMPLEMENTOFDEFAULT",
                                        "HIGH",
                                        "MEDIUM",
                                        "LOW",
                                        "aNULL",
                                        "eNULL",
                                        "kECDHE",
                                        "ECDHE",
                                        "EECDH",
                                        "kDHE",
                                        "DHE",
                                        "EDH",
                                        "kPSK",
                                        "PSK",
                                        "kECDHEPSK",
                                        "kDHEPSK",
                                        "aRSA",
                                        "aECDSA",
                                        "ECDSA",
                                        "RSA",
                                        "AES",
                                        "AES128",
                                        "AES256",
                                        "AESGCM",
                                        "AESCCM",
                                        "AESCCM8",
                                        "CHACHA20",
                                        "SHA",
                                        "SHA1",
                                        "SHA256",
                                        "SHA384",
                                        "TLSv1.2",
                                        "SSLv3",
                                        "@STRENGTH",
                                        "@SECLEVEL=",
                                        "@SECLEVEL=2",
                                        "+",
                                        "-",
                                        "!",
                                        ":",
                                        ",",
                                        " "})
        words.insert(bytes_of(word));
    return words;
}

Words make_pem_words() {
    Words words;
    for (const std::string_view word :
         {"-----BEGIN ", "-----END ", "-----", "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL",
          "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "EC PARAMETERS",
          "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-128-CBC,", "DEK-Info: DES-EDE3-CBC,", "\r\n", "==\n"})
        words.insert(bytes_of(word));
    return words;
}

Words make_host_name_words() {
    Words words;
    for (const std::string_view word :
         {"*.", "xn--", ".", "..", "-", "::", "127.0.0.1", "::ffff:1.2.3.4", "example.org",
          "b\xc3\xbc"
          "cher",
          "\xe3\x80\x82", "_", "[", "]", "%25"})
        words.insert(bytes_of(word));
    return words;
}

std::vector<ByteVector> in_order(const Words& words) {
    return {words.begin(), words.end()};
}

} // namespace

const std::vector<ByteVector>& tls_words() {
    static const auto words = in_order(make_tls_words());
    return words;
}
const std::vector<ByteVector>& der_words() {
    static const auto words = in_order(make_der_words());
    return words;
}
const std::vector<ByteVector>& cipher_words() {
    static const auto words = in_order(make_cipher_words());
    return words;
}
const std::vector<ByteVector>& pem_words() {
    static const auto words = in_order(make_pem_words());
    return words;
}
const std::vector<ByteVector>& host_name_words() {
    static const auto words = in_order(make_host_name_words());
    return words;
}

std::string dictionary_of(const std::vector<ByteVector>& words) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const ByteVector& word : words) {
        text += '"';
        for (const std::uint8_t byte : word) {
            text += "\\x";
            text += digits[byte >> 4];
            text += digits[byte & 0xf];
        }
        text += "\"\n";
    }
    return text;
}

} // namespace pavise::fuzz
