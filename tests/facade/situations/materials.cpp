// The certificates of the situations: good ones, bad ones, and odd ones whose like has been seen in the
// field.
#include "base/der.hpp"
#include "facade/situations/world.hpp"
#include "trust/mint.hpp"

#include <fstream>
#include <stdexcept>

namespace pavise::ssl::testing {

namespace {

using namespace std::chrono_literals;
using trust::CertificateSpec;
using trust::Minted;
using trust::MintName;

// ---------------------------------------------------------------- DER by hand

constexpr std::uint8_t utf8_string = 0x0c;
constexpr std::uint8_t printable_string = 0x13;
constexpr std::uint8_t t61_string = 0x14;
constexpr std::uint8_t ia5_string = 0x16;
constexpr std::uint8_t universal_string = 0x1c;
constexpr std::uint8_t bmp_string = 0x1e;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t set = 0x31;

ByteVector tlv(std::uint8_t tag, std::string_view contents) {
    if (contents.size() > 0xffff) throw std::logic_error("too long");
    ByteVector out{tag};
    if (contents.size() < 0x80) {
        out.push_back(static_cast<std::uint8_t>(contents.size()));
    } else {
        out.push_back(0x82);
        out.push_back(static_cast<std::uint8_t>(contents.size() >> 8));
        out.push_back(static_cast<std::uint8_t>(contents.size() & 0xff));
    }
    out.insert(out.end(), contents.begin(), contents.end());
    return out;
}
ByteVector tlv(std::uint8_t tag, const std::vector<ByteVector>& parts) {
    std::string all;
    for (const ByteVector& part : parts) all += as_text(part);
    return tlv(tag, all);
}
ByteVector oid(std::string_view dotted) {
    const auto contents = der::encode_oid(dotted);
    if (!contents) throw std::logic_error("no OID");
    return tlv(0x06, as_text(*contents));
}

constexpr std::string_view common_name = "2.5.4.3";
ByteVector attribute(std::string_view type, std::uint8_t tag, std::string_view value) {
    return tlv(sequence, {oid(type), tlv(tag, value)});
}
ByteVector rdn(const std::vector<ByteVector>& attributes) {
    return tlv(set, attributes);
}
ByteVector name(const std::vector<ByteVector>& rdns) {
    return tlv(sequence, rdns);
}
ByteVector one_name(std::string_view type, std::uint8_t tag, std::string_view value) {
    return name({rdn({attribute(type, tag, value)})});
}

// ---------------------------------------------------------------- writing files

class Folder {
    std::string path_;

  public:
    explicit Folder(std::string path) : path_(std::move(path)) {}
    void write(const std::string& file, std::string_view contents) const {
        std::ofstream out(path_ + "/" + file, std::ios::binary);
        out << contents;
        if (!out.flush()) throw std::runtime_error("cannot write " + path_ + "/" + file);
    }
    void certificate(const std::string& file, const Minted& minted) const {
        write(file + ".pem", DER_cert_to_PEM_cert(minted.der));
    }
    void pair(const std::string& file, const Minted& minted) const {
        certificate(file, minted);
        const auto key = minted.key->pkcs8_pem();
        if (!key) throw std::runtime_error("no key");
        write(file + ".key", *key);
        write(file + "_both.pem", *key + DER_cert_to_PEM_cert(minted.der));
    }
};

Minted made(Result<Minted> minted) {
    if (!minted) throw std::runtime_error(describe(minted.error()));
    return *std::move(minted);
}

CertificateSpec spec_of(std::string_view common_name_text) {
    CertificateSpec spec;
    const Timestamp now = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    spec.not_before = now - 24h;
    spec.not_after = now + 24h;
    spec.common_name = common_name_text;
    return spec;
}

struct Authorities {
    Minted root;
    Minted other;
    Minted intermediate;
};

Minted authority(std::string_view common_name_text) {
    CertificateSpec spec = spec_of(common_name_text);
    spec.role = trust::MintRole::authority;
    return made(trust::mint_self_signed(spec, system_rng()));
}

template <class Bend> Minted leaf(const Minted& issuer, Bend bend) {
    CertificateSpec spec = spec_of("localhost");
    spec.names = {MintName::dns("localhost"), MintName::ip("127.0.0.1"), MintName::ip("::1")};
    bend(spec);
    return made(trust::mint(spec, issuer, system_rng()));
}

constexpr auto as_it_is = [](CertificateSpec&) {};

// ---------------------------------------------------------------- for handshakes

void make_peers(const Folder& folder, const Authorities& by) {
    folder.pair("server", leaf(by.root, as_it_is));
    folder.pair("server_of_other", leaf(by.other, as_it_is));
    folder.pair("client", leaf(by.root, [](CertificateSpec& spec) {
                    spec.common_name = "client";
                    spec.names = {MintName::email("client@example.org")};
                }));
    folder.pair("rsa", leaf(by.root, [](CertificateSpec& spec) { spec.key_type = crypto::KeyType::rsa; }));
    folder.pair("other_name", leaf(by.root, [](CertificateSpec& spec) {
                    spec.common_name = "other.example";
                    spec.names = {MintName::dns("other.example")};
                }));
    folder.pair("wildcard", leaf(by.root, [](CertificateSpec& spec) {
                    spec.names = {MintName::dns("*.example.org"), MintName::dns("w*.partial.example"),
                                  MintName::dns("xn--bcher-kva.example")};
                }));
    folder.pair("cn_only", leaf(by.root, [](CertificateSpec& spec) { spec.names.clear(); }));
    folder.pair("cn_and_email",
                leaf(by.root, [](CertificateSpec& spec) { spec.names = {MintName::email("a@localhost")}; }));
    const Minted below = leaf(by.intermediate, as_it_is);
    folder.pair("below", below);
    folder.write("below_chain.pem",
                 DER_cert_to_PEM_cert(below.der) + DER_cert_to_PEM_cert(by.intermediate.der));
    CertificateSpec alone = spec_of("localhost");
    alone.names = {MintName::dns("localhost")};
    folder.pair("selfsigned", made(trust::mint_self_signed(alone, system_rng())));
}

void make_bad_peers(const Folder& folder, const Authorities& by) {
    folder.pair("expired",
                leaf(by.root, [](CertificateSpec& spec) { spec.not_after = spec.not_before + 1h; }));
    folder.pair("future",
                leaf(by.root, [](CertificateSpec& spec) { spec.not_before = spec.not_after - 1h; }));
    folder.pair("for_clients", leaf(by.root, [](CertificateSpec& spec) {
                    spec.extended_key_usages = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"};
                }));
    folder.pair("for_servers", leaf(by.root, [](CertificateSpec& spec) {
                    spec.extended_key_usages = std::vector<std::string>{"1.3.6.1.5.5.7.3.1"};
                }));
    folder.pair("critical", leaf(by.root, [](CertificateSpec& spec) {
                    spec.extensions = {{"1.2.3.4", true, {0x05, 0x00}}};
                }));
    folder.pair("weak", leaf(by.root, [](CertificateSpec& spec) {
                    spec.key_type = crypto::KeyType::rsa;
                    spec.rsa_bits = 1024;
                }));
    folder.pair("of_leaf", leaf(leaf(by.root, as_it_is), as_it_is));
    folder.pair("without_key_identifier",
                leaf(by.root, [](CertificateSpec& spec) { spec.omitted = {"2.5.29.35", "2.5.29.14"}; }));
    const Minted revoked = leaf(by.root, as_it_is);
    folder.pair("revoked", revoked);
    trust::CrlSpec list;
    list.this_update = std::chrono::floor<std::chrono::seconds>(system_clock().now()) - 1h;
    list.next_update = list.this_update + 24h;
    const Bytes serial = revoked.certificate->serial_number();
    list.revoked = {{ByteVector(serial.begin(), serial.end()), list.this_update, std::nullopt}};
    const auto crl = trust::mint_crl(list, by.root, system_rng());
    if (!crl) throw std::runtime_error(describe(crl.error()));
    folder.write("crl.der", as_text(*crl));
}

// ---------------------------------------------------------------- for getpeercert()

template <class Bend>
void odd(const Folder& folder, const Minted& issuer, const std::string& file, Bend bend) {
    folder.certificate("odd_" + file, leaf(issuer, bend));
}
void odd_subject(const Folder& folder, const Minted& issuer, const std::string& file,
                 const ByteVector& subject) {
    odd(folder, issuer, file, [&](CertificateSpec& spec) { spec.subject = subject; });
}
void odd_names(const Folder& folder, const Minted& issuer, const std::string& file,
               const std::vector<ByteVector>& general_names) {
    odd(folder, issuer, file, [&](CertificateSpec& spec) {
        spec.extensions = {{"2.5.29.17", false, tlv(sequence, general_names)}};
    });
}

void make_odd_subjects(const Folder& folder, const Minted& ca) {
    odd_subject(folder, ca, "utf8", one_name(common_name, utf8_string, "B\u00fccher \u4e66 \U0001f600"));
    odd_subject(folder, ca, "bmp",
                one_name(common_name, bmp_string, std::string_view("\0B\0\xfc\x4e\x66", 6)));
    odd_subject(folder, ca, "t61", one_name(common_name, t61_string, "caf\xe9"));
    odd_subject(folder, ca, "universal",
                one_name(common_name, universal_string, std::string_view("\0\0\0A\0\1\xf6\0", 8)));
    odd_subject(folder, ca, "printable",
                one_name(common_name, printable_string, "Plain, with 'quotes' = + ()"));
    odd_subject(folder, ca, "both_quotes",
                one_name(common_name, utf8_string, "it's \"it\" \\ and\nmore\ttabs\x01"));
    odd_subject(folder, ca, "double_quotes", one_name(common_name, utf8_string, "\"quoted\""));
    odd_subject(folder, ca, "null_byte", one_name(common_name, utf8_string, std::string_view("a\0b", 3)));
    odd_subject(folder, ca, "unknown_attribute", one_name("1.2.3.4.5.6", utf8_string, "value"));
    odd_subject(folder, ca, "empty", name({}));
    odd_subject(folder, ca, "empty_value", one_name(common_name, utf8_string, ""));
    odd_subject(folder, ca, "two_common_names",
                name({rdn({attribute(common_name, utf8_string, "first")}),
                      rdn({attribute(common_name, utf8_string, "second")})}));
    odd_subject(
        folder, ca, "multi_valued",
        name({rdn({attribute(common_name, utf8_string, "host"), attribute("2.5.4.11", utf8_string, "unit")}),
              rdn({attribute("2.5.4.10", utf8_string, "org")})}));
    std::vector<ByteVector> all;
    for (const char* type :
         {"2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11", "2.5.4.5", "2.5.4.4",
          "2.5.4.42", "2.5.4.12", "2.5.4.13", "2.5.4.17", "2.5.4.43", "2.5.4.44", "2.5.4.46", "2.5.4.65",
          "2.5.4.15", "2.5.4.97", "1.3.6.1.4.1.311.60.2.1.3"})
        all.push_back(rdn({attribute(type, printable_string, "DE")}));
    all.push_back(rdn({attribute("0.9.2342.19200300.100.1.25", ia5_string, "example")}));
    all.push_back(rdn({attribute("0.9.2342.19200300.100.1.1", utf8_string, "user")}));
    all.push_back(rdn({attribute("1.2.840.113549.1.9.1", ia5_string, "a@b.example")}));
    odd_subject(folder, ca, "all_attributes", name(all));
    odd_subject(folder, ca, "long", one_name(common_name, utf8_string, std::string(600, 'x')));
}

void make_odd_alternatives(const Folder& folder, const Minted& ca) {
    const auto dns = [](std::string_view text) { return tlv(0x82, text); };
    const auto ip = [](std::string_view bytes) { return tlv(0x87, bytes); };
    odd_names(folder, ca, "null_in_dns",
              {dns(std::string_view("a.example\0b.example", 19)), dns("c.example")});
    odd_names(folder, ca, "latin_in_dns",
              {dns("b\xfc"
                   "cher.example")});
    odd_names(folder, ca, "utf8_in_dns", {dns("b\u00fccher.example")});
    odd_names(folder, ca, "directory",
              {tlv(0xa4, {name({rdn({attribute("2.5.4.6", printable_string, "DE")}),
                                rdn({attribute(common_name, utf8_string, "dir")})})})});
    odd_names(folder, ca, "other_name",
              {tlv(0xa0, {oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xa0, {tlv(utf8_string, "user@example")})})});
    odd_names(folder, ca, "registered_id", {tlv(0x88, as_text(*der::encode_oid("1.2.3.4.5")))});
    odd_names(folder, ca, "registered_known_id", {tlv(0x88, as_text(*der::encode_oid("2.5.4.3")))});
    odd_names(
        folder, ca, "every_kind",
        {tlv(0x81, "a@b.example"), dns("a.example"), tlv(0x86, "http://a/?q=1#f"), ip("\x7f\x01\x02\x03")});
    odd_names(folder, ca, "ipv6",
              {ip(std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)),
               ip(std::string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4", 16))});
    odd_names(folder, ca, "bad_ip", {ip("\x01\x02\x03\x04\x05")});
    odd_names(folder, ca, "no_alternative", {});
    odd_names(folder, ca, "empty_dns", {dns("")});
    odd_names(folder, ca, "email_null", {tlv(0x81, std::string_view("a@b\0c", 5))});
    odd_names(folder, ca, "uri_null", {tlv(0x86, std::string_view("http://a\0b", 10))});
}

void make_odd_rest(const Folder& folder, const Minted& ca) {
    const auto serial = [&](const std::string& file, ByteVector number) {
        odd(folder, ca, file, [&](CertificateSpec& spec) { spec.serial_number = std::move(number); });
    };
    serial("serial_one", {1});
    serial("serial_zero", {0});
    serial("serial_odd_digits", {0x0a, 0xbc});
    serial("serial_long", ByteVector(20, 0x7f));
    odd(folder, ca, "version_1", [](CertificateSpec& spec) { spec.version_1 = true; });
    odd(folder, ca, "far_dates", [](CertificateSpec& spec) {
        spec.not_before = Timestamp(std::chrono::sys_days(std::chrono::year(1951) / 2 / 3)) + 4h;
        spec.not_after = Timestamp(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31)) + 23h;
    });
    odd(folder, ca, "urls", [](CertificateSpec& spec) {
        spec.ocsp_urls = {"http://ocsp.example/1", "http://ocsp.example/2"};
        spec.ca_issuer_urls = {"http://ca.example/ca.crt"};
        spec.crl_urls = {"http://crl.example/1.crl", "http://crl.example/2.crl"};
    });
    odd(folder, ca, "urls_null", [](CertificateSpec& spec) {
        spec.ocsp_urls = {std::string("http://ocsp\0x", 13)};
        spec.crl_urls = {std::string("http://crl\0x", 12)};
    });
    odd(folder, ca, "other_access_method", [](CertificateSpec& spec) {
        spec.extensions = {
            {"1.3.6.1.5.5.7.1.1", false,
             tlv(sequence, {tlv(sequence, {oid("1.3.6.1.5.5.7.48.3"), tlv(0x86, "http://stamp.example/")}),
                            tlv(sequence, {oid("1.3.6.1.5.5.7.48.1"), tlv(0x82, "no.url.example")}),
                            tlv(sequence, {oid("1.3.6.1.5.5.7.48.1"), tlv(0x86, "http://ocsp.example/")})})}};
    });
    odd(folder, ca, "crl_by_name", [](CertificateSpec& spec) {
        const ByteVector directory = tlv(0xa4, {one_name(common_name, utf8_string, "list")});
        spec.extensions = {
            {"2.5.29.31", false,
             tlv(sequence, {tlv(sequence, {tlv(0xa0, {tlv(0xa0, {directory})})}),
                            tlv(sequence, {tlv(0xa0, {tlv(0xa0, {tlv(0x86, "ldap://x/y")})})})})}};
    });
    odd(folder, ca, "ed25519", [](CertificateSpec& spec) { spec.key_type = crypto::KeyType::ed25519; });
    folder.certificate("odd_authority", ca);
}

} // namespace

void make_materials(const std::string& path) {
    const Folder folder(path);
    Authorities by{authority("Situations CA"), authority("Another CA"), {}};
    CertificateSpec below = spec_of("Situations Intermediate");
    below.role = trust::MintRole::authority;
    by.intermediate = made(trust::mint(below, by.root, system_rng()));
    folder.pair("ca", by.root);
    folder.pair("other_ca", by.other);
    folder.pair("intermediate", by.intermediate);
    make_peers(folder, by);
    make_bad_peers(folder, by);
    make_odd_subjects(folder, by.root);
    make_odd_alternatives(folder, by.root);
    make_odd_rest(folder, by.root);
}

} // namespace pavise::ssl::testing
