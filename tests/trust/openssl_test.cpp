// What Pavise reads in a certificate against what the `openssl` program prints of it.
#include "base/pem.hpp"
#include "fixture.hpp"
#include "trust/name_hash.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace pavise::trust {
namespace {

using namespace std::string_view_literals;
using testing::byte_vector;
using testing::expect_minted;
using testing::leaf_spec;
using testing::RepeatableRng;

// What `openssl x509` prints, line by line without indentation.
std::vector<std::string> openssl_x509(const Minted& minted, const std::string& arguments) {
    const auto path =
        std::filesystem::temp_directory_path() / ("pavise-openssl-test-" + std::to_string(::getpid()));
    std::ofstream(path) << minted.certificate_pem();
    const std::string command =
        std::string(OPENSSL_PROGRAM) + " x509 -noout -in " + path.string() + " " + arguments + " 2>&1";
    std::vector<std::string> lines;
    if (std::FILE* const output = ::popen(command.c_str(), "r")) {
        std::array<char, 8192> line{};
        while (std::fgets(line.data(), line.size(), output) != nullptr) {
            std::string text = line.data();
            while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
            text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
            lines.push_back(text);
        }
        EXPECT_EQ(::pclose(output), 0) << (lines.empty() ? command : lines.front());
    }
    std::filesystem::remove(path);
    return lines;
}

std::string one_line(const Minted& minted, const std::string& arguments) {
    const auto lines = openssl_x509(minted, arguments);
    return lines.size() == 1 ? lines.front() : "(" + std::to_string(lines.size()) + " lines)";
}

ByteVector odd_subject() {
    struct Part {
        const char* type;
        der::Tag tag;
        std::string_view value;
    };
    constexpr std::array parts{
        Part{"2.5.4.6", der::Tag::printable_string, "DE"},
        Part{"2.5.4.10", der::Tag::teletex_string, "Caf\xe9 GmbH"},
        Part{"2.5.4.11", der::Tag::bmp_string, "\x00O\x20\xac"sv},
        Part{"0.9.2342.19200300.100.1.25", der::Tag::ia5_string, "example"},
        Part{"2.5.4.3", der::Tag::utf8_string, " #Two,  \"quoted\" + <names>; \xc3\x9c "},
        Part{"1.2.840.113549.1.9.1", der::Tag::ia5_string, "M@A.example"},
    };
    ByteVector out;
    der::Writer writer(out);
    const auto name = writer.sequence();
    for (const Part& part : parts) {
        const auto set = writer.open(der::Tag::set);
        const auto fields = writer.sequence();
        writer.oid(part.type);
        writer.primitive(part.tag, as_bytes(part.value));
    }
    return out;
}

// A multi-valued RDN, its attributes in the order that DER wants.
ByteVector two_in_one() {
    ByteVector out;
    der::Writer writer(out);
    const auto name = writer.sequence();
    const auto set = writer.open(der::Tag::set);
    for (const auto& [type, value] : {std::pair{"2.5.4.3", "Name"}, std::pair{"2.5.4.5", "12345"}}) {
        const auto fields = writer.sequence();
        writer.oid(type);
        writer.primitive(der::Tag::printable_string, as_bytes(value));
    }
    return out;
}

Minted with_subject(ByteVector subject) {
    CertificateSpec spec = leaf_spec("host.example");
    spec.subject = std::move(subject);
    RepeatableRng rng;
    return expect_minted(mint_self_signed(spec, rng));
}

TEST(AgainstOpenssl, NamesReadTheSame) {
    for (const ByteVector& subject : {odd_subject(), two_in_one()}) {
        const Minted minted = with_subject(subject);
        EXPECT_EQ(one_line(minted, "-subject -nameopt RFC2253,-esc_msb,utf8"),
                  "subject=" + minted.certificate->subject().to_string());
    }
}

TEST(AgainstOpenssl, NamesHashTheSame) {
    for (const ByteVector& subject : {odd_subject(), two_in_one(), ByteVector{0x30, 0x00}}) {
        const Minted minted = with_subject(subject);
        const auto hash = name_hash(minted.certificate->canonical_subject());
        ASSERT_TRUE(hash);
        std::array<char, 9> text{};
        std::snprintf(text.data(), text.size(), "%08x", *hash);
        EXPECT_EQ(one_line(minted, "-subject_hash"), text.data());
    }
}

std::string printed(const GeneralName& name) {
    std::array<char, INET6_ADDRSTRLEN> address{};
    switch (name.kind) {
    case GeneralNameKind::dns_name: return "DNS:" + std::string(name.text());
    case GeneralNameKind::rfc822_name: return "email:" + std::string(name.text());
    case GeneralNameKind::uniform_resource_identifier: return "URI:" + std::string(name.text());
    case GeneralNameKind::ip_address:
        if (name.value.size() != 4)
            return "IP Address:<invalid length=" + std::to_string(name.value.size()) + ">";
        ::inet_ntop(AF_INET, name.value.data(), address.data(), address.size());
        return std::string("IP Address:") + address.data();
    case GeneralNameKind::directory_name: {
        const auto directory = decode_name(name.value);
        return "DirName:/" + (directory ? directory->to_string() : "");
    }
    case GeneralNameKind::registered_id: return "Registered ID:" + Oid{name.value}.to_string();
    default: return "othername:";
    }
}

TEST(AgainstOpenssl, AlternativeNamesReadTheSameAndInOrder) {
    CertificateSpec spec = leaf_spec("z.example");
    ByteVector directory;
    {
        der::Writer writer(directory);
        const auto name = writer.sequence();
        const auto set = writer.open(der::Tag::set);
        const auto fields = writer.sequence();
        writer.oid("2.5.4.3");
        writer.primitive(der::Tag::utf8_string, as_bytes("Dir"));
    }
    spec.names = {MintName::dns("z.example"),
                  MintName::ip("192.0.2.1"),
                  MintName::dns("*.a.example"),
                  {GeneralNameKind::ip_address, {1, 2, 3}},
                  MintName::uri("https://u.example/a?b"),
                  MintName::email("m@a.example"),
                  {GeneralNameKind::directory_name, directory},
                  {GeneralNameKind::registered_id, *der::encode_oid("1.2.3.4")},
                  MintName::dns("under_score.example"),
                  MintName::dns("z.example")};
    RepeatableRng rng;
    const Minted minted = expect_minted(mint_self_signed(spec, rng));
    std::string ours;
    for (const GeneralName& name : minted.certificate->subject_alternative_names())
        ours += (ours.empty() ? "" : ", ") + printed(name);
    const auto lines = openssl_x509(minted, "-ext subjectAltName");
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[1], ours);
}

TEST(AgainstOpenssl, SerialTimesAndUsesReadTheSame) {
    CertificateSpec spec = leaf_spec("a.example");
    spec.serial_number = {0x80, 0x00, 0x01};
    spec.key_usages = {{KeyUsage::digital_signature, KeyUsage::key_agreement, KeyUsage::decipher_only}};
    spec.must_staple = true;
    spec.not_after = std::chrono::sys_days(std::chrono::year(2051) / 1 / 5) + std::chrono::hours(9);
    RepeatableRng rng;
    const Minted minted = expect_minted(mint_self_signed(spec, rng));
    EXPECT_EQ(one_line(minted, "-serial"), "serial=800001");
    EXPECT_EQ(as_text(minted.certificate->serial_number()), "\x00\x80\x00\x01"sv);
    EXPECT_EQ(one_line(minted, "-enddate"), "notAfter=Jan  5 09:00:00 2051 GMT");
    EXPECT_EQ(minted.certificate->not_after(), spec.not_after);
    EXPECT_EQ(openssl_x509(minted, "-ext keyUsage").at(1), "Digital Signature, Key Agreement, Decipher Only");
    EXPECT_EQ(openssl_x509(minted, "-ext tlsfeature").at(1), "status_request");
}

} // namespace
} // namespace pavise::trust
