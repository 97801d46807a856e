#include "trust/certificate.hpp"

#include "crypto/provider.hpp"
#include "fixture.hpp"
#include "trust/oids.hpp"

#include <gtest/gtest.h>

namespace pavise::trust {
namespace {

using namespace std::string_view_literals;
using testing::authority_spec;
using testing::byte_vector;
using testing::expect_minted;
using testing::leaf_spec;
using testing::RepeatableRng;
using testing::today;

ByteVector name_of(std::initializer_list<std::pair<der::Tag, std::string_view>> common_names) {
    ByteVector out;
    der::Writer writer(out);
    const auto name = writer.sequence();
    for (const auto& [tag, text] : common_names) {
        const auto set = writer.open(der::Tag::set);
        const auto fields = writer.sequence();
        writer.oid("2.5.4.3");
        writer.primitive(tag, as_bytes(text));
    }
    return out;
}

CertificatePtr self_signed(const CertificateSpec& spec) {
    RepeatableRng rng;
    return expect_minted(mint_self_signed(spec, rng)).certificate;
}

TEST(Certificate, TellsItsFields) {
    CertificateSpec spec = leaf_spec("host.example");
    spec.organization = "Org";
    spec.serial_number = {0x80, 0x01};
    spec.ocsp_urls = {"http://ocsp.example/a"};
    spec.ca_issuer_urls = {"http://ca.example/ca.der"};
    spec.crl_urls = {"http://crl.example/1.crl", "http://crl.example/2.crl"};
    spec.must_staple = true;
    const CertificatePtr certificate = self_signed(spec);
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->version(), 3u);
    EXPECT_EQ(as_text(certificate->serial_number()), "\x00\x80\x01"sv);
    EXPECT_EQ(certificate->subject().to_string(), "CN=host.example,O=Org");
    EXPECT_EQ(*certificate->subject().common_name(), "host.example");
    EXPECT_EQ(certificate->not_before(), spec.not_before);
    EXPECT_EQ(certificate->not_after(), spec.not_after);
    EXPECT_TRUE(certificate->self_issued());
    EXPECT_TRUE(certificate->public_key_algorithm() == oids::ec_public_key);
    EXPECT_TRUE(certificate->has_key_usage());
    EXPECT_TRUE(certificate->allows(KeyUsage::digital_signature));
    EXPECT_FALSE(certificate->allows(KeyUsage::key_cert_sign));
    ASSERT_EQ(certificate->extended_key_usages().size(), 2u);
    EXPECT_TRUE(certificate->extended_key_usages()[0] == oids::server_auth);
    EXPECT_FALSE(certificate->is_ca());
    EXPECT_EQ(certificate->subject_key_identifier().size(), 20u);
    EXPECT_EQ(as_text(certificate->authority_key_identifier()),
              as_text(certificate->subject_key_identifier()));
    ASSERT_EQ(certificate->ocsp_urls().size(), 1u);
    EXPECT_EQ(certificate->ocsp_urls()[0], "http://ocsp.example/a");
    ASSERT_EQ(certificate->ca_issuer_urls().size(), 1u);
    ASSERT_EQ(certificate->crl_urls().size(), 2u);
    EXPECT_EQ(certificate->crl_urls()[1], "http://crl.example/2.crl");
    EXPECT_TRUE(certificate->must_staple());
    EXPECT_TRUE(certificate->botan_form());
}

TEST(Certificate, TellsAnAuthority) {
    CertificateSpec spec = authority_spec("Root");
    spec.path_length = 3;
    const CertificatePtr certificate = self_signed(spec);
    EXPECT_TRUE(certificate->is_ca());
    EXPECT_TRUE(certificate->basic_constraints()->critical);
    EXPECT_EQ(certificate->basic_constraints()->path_length, 3u);
    EXPECT_TRUE(certificate->allows(KeyUsage::key_cert_sign));
    EXPECT_FALSE(certificate->has_extended_key_usage());
    EXPECT_FALSE(certificate->must_staple());
}

TEST(Certificate, WithoutKeyUsageEverythingIsAllowed) {
    CertificateSpec spec = leaf_spec("a.example");
    spec.key_usages.emplace();
    const CertificatePtr certificate = self_signed(spec);
    EXPECT_FALSE(certificate->has_key_usage());
    EXPECT_TRUE(certificate->allows(KeyUsage::decipher_only));
}

TEST(Certificate, KeepsTheNinthBitOfKeyUsage) {
    CertificateSpec spec = leaf_spec("a.example");
    spec.key_usages = {{KeyUsage::key_agreement, KeyUsage::decipher_only}};
    const CertificatePtr certificate = self_signed(spec);
    EXPECT_TRUE(certificate->allows(KeyUsage::decipher_only));
    EXPECT_TRUE(certificate->allows(KeyUsage::key_agreement));
    EXPECT_FALSE(certificate->allows(KeyUsage::encipher_only));
}

TEST(Certificate, KeepsAlternativeNamesInOrderAndRaw) {
    CertificateSpec spec = leaf_spec("z.example");
    ByteVector directory = name_of({{der::Tag::utf8_string, "Dir"}});
    spec.names = {MintName::dns("z.example"),
                  MintName::ip("192.0.2.1"),
                  MintName::dns("a.example\0.evil.example"sv),
                  MintName::uri("https://u.example/"),
                  MintName::ip("2001:db8::1"),
                  MintName::email("m@a.example"),
                  {GeneralNameKind::directory_name, directory},
                  {GeneralNameKind::registered_id, *der::encode_oid("1.2.3.4")},
                  {GeneralNameKind::ip_address, {1, 2, 3}},
                  {GeneralNameKind::other_name, byte_vector("\x06\x02\x2a\x03\xa0\x02\x05\x00"sv)},
                  MintName::dns("a.example"),
                  MintName::dns("z.example")};
    const CertificatePtr certificate = self_signed(spec);
    ASSERT_TRUE(certificate);
    const auto names = certificate->subject_alternative_names();
    ASSERT_EQ(names.size(), spec.names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(names[i].kind, spec.names[i].kind) << i;
        EXPECT_EQ(names[i].text(), as_text(spec.names[i].value)) << i;
    }
    const auto decoded = decode_name(names[6].value);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->to_string(), "CN=Dir");
}

TEST(Certificate, RefusesExtensionsThatRfc5280Forbids) {
    const auto with = [](std::string id, std::string_view value) {
        CertificateSpec spec = leaf_spec("a.example");
        spec.extensions = {{std::move(id), false, byte_vector(value)}};
        return self_signed(spec);
    };
    EXPECT_TRUE(with("2.5.29.19", "\x30\x00"sv));
    EXPECT_FALSE(with("2.5.29.19", "\x30\x03\x01\x01\x01"sv)) << "BOOLEAN that is neither";
    EXPECT_FALSE(with("2.5.29.19", "\x30\x00\x00"sv)) << "trailing byte";
    EXPECT_FALSE(with("2.5.29.19", "\x30\x06\x01\x01\xff\x02\x01\xff"sv)) << "negative path length";
    EXPECT_FALSE(with("2.5.29.15", "\x03\x02\x08\x80"sv)) << "8 unused bits";
    EXPECT_FALSE(with("2.5.29.37", "\x30\x00"sv)) << "empty extended key usage";
    EXPECT_FALSE(with("2.5.29.17", "\x30\x02\x89\x00"sv)) << "GeneralName [9]";
    EXPECT_FALSE(with("2.5.29.17", "\x30\x03\xa2\x01\x61"sv)) << "dNSName constructed";
    EXPECT_FALSE(with("2.5.29.17", "\x30\x04\xa4\x02\x05\x00"sv)) << "directoryName that is no Name";
    EXPECT_TRUE(with("1.2.3.4.5", "not even DER"));
}

TEST(Certificate, RefusesDuplicateExtensions) {
    CertificateSpec spec = leaf_spec("a.example");
    spec.extensions = {{"1.2.3.4", false, {0}}, {"1.2.3.5", false, {0}}};
    RepeatableRng rng;
    ByteVector der = expect_minted(mint_self_signed(spec, rng)).der;
    ASSERT_TRUE(Certificate::parse(der));
    const std::size_t second = as_text(der).find("\x06\x03\x2a\x03\x05"sv);
    ASSERT_NE(second, std::string_view::npos);
    der[second + 4] = 4;
    const auto duplicate = Certificate::parse(der);
    ASSERT_FALSE(duplicate);
    EXPECT_EQ(duplicate.error().code, ErrorCode::malformed_certificate);
}

TEST(Certificate, HasALargestSize) {
    CertificateSpec spec = leaf_spec("a.example");
    spec.extensions = {{"1.2.3.4", false, ByteVector(max_certificate_size - 1000)}};
    RepeatableRng rng;
    const std::size_t smaller = expect_minted(mint_self_signed(spec, rng)).der.size();
    // A P-256 signature's DER varies by a few bytes: what is appended here is exact.
    ByteVector der = expect_minted(mint_self_signed(spec, rng)).der;
    ASSERT_LT(smaller, max_certificate_size);
    der.resize(max_certificate_size);
    EXPECT_EQ(Certificate::parse(der).error().code, ErrorCode::malformed_certificate);
    der.resize(max_certificate_size + 1);
    EXPECT_EQ(Certificate::parse(der).error().code, ErrorCode::certificate_too_large);
}

TEST(Certificate, SurvivesEveryGarbledByteAndEveryTruncation) {
    CertificateSpec spec = authority_spec("Root");
    spec.names = {MintName::dns("a.example"), MintName::ip("192.0.2.1")};
    spec.permitted_dns = {"example"};
    spec.crl_urls = {"http://crl.example/"};
    spec.ocsp_urls = {"http://ocsp.example/"};
    spec.must_staple = true;
    RepeatableRng rng;
    const ByteVector der = expect_minted(mint_self_signed(spec, rng)).der;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < der.size(); ++i) {
        EXPECT_FALSE(Certificate::parse(Bytes(der).first(i))) << i;
        for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
            ByteVector garbled = der;
            garbled[i] = static_cast<std::uint8_t>(garbled[i] ^ flip);
            const auto certificate = Certificate::parse(garbled);
            refused += certificate ? 0u : 1u;
            if (certificate) (void)(*certificate)->botan_form();
        }
    }
    EXPECT_GT(refused, der.size() / 4) << "the structure makes up a good part of the bytes";
}

TEST(CertificateTime, IsUtcAndWhole) {
    const auto decoded = [](der::Tag tag, std::string_view text) {
        CertificateSpec spec = leaf_spec("a.example");
        RepeatableRng rng;
        ByteVector der = expect_minted(mint_self_signed(spec, rng)).der;
        // not_before stands as UTCTime "300516120000Z".
        const std::size_t at = as_text(der).find("300516120000Z");
        EXPECT_NE(at, std::string_view::npos);
        if (text.size() != 13) return Result<CertificatePtr>(fail(ErrorCode::internal));
        der[at - 2] = static_cast<std::uint8_t>(tag);
        std::ranges::copy(as_bytes(text), der.begin() + static_cast<std::ptrdiff_t>(at));
        return Certificate::parse(der);
    };
    const auto utc = der::Tag::utc_time;
    EXPECT_EQ((*decoded(utc, "491231235959Z"))->not_before(),
              Timestamp(std::chrono::sys_days(std::chrono::year(2050) / 1 / 1)) - std::chrono::seconds(1));
    EXPECT_EQ((*decoded(utc, "500101000000Z"))->not_before(),
              Timestamp(std::chrono::sys_days(std::chrono::year(1950) / 1 / 1)));
    EXPECT_TRUE(decoded(utc, "240229000000Z"));
    for (const char* bad :
         {"230229000000Z", "231301000000Z", "230100000000Z", "230101240000Z", "230101006000Z",
          "230101000060Z", "2301010000000", "23010100000aZ", "230101000000z"})
        EXPECT_FALSE(decoded(utc, bad)) << bad;
    EXPECT_FALSE(decoded(der::Tag::generalized_time, "2030010100000")) << "a GeneralizedTime without seconds";
    EXPECT_FALSE(decoded(der::Tag::ia5_string, "300101000000Z"));
}

TEST(CertificateTime, ReachesBeyond2049) {
    CertificateSpec spec = authority_spec("Root");
    spec.not_after =
        Timestamp(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31)) + std::chrono::hours(23);
    EXPECT_EQ(self_signed(spec)->not_after(), spec.not_after);
}

TEST(Name, FoldsCaseAndBlanksToCompare) {
    const ByteVector a = name_of({{der::Tag::printable_string, "  Root   CA "}});
    const ByteVector b = name_of({{der::Tag::utf8_string, "root ca"}});
    const ByteVector c = name_of({{der::Tag::bmp_string, "\0r\0o\0o\0t\0 \0C\0A"sv}});
    const ByteVector other = name_of({{der::Tag::utf8_string, "rootca"}});
    EXPECT_EQ(decode_name(a)->canonical(), decode_name(b)->canonical());
    EXPECT_EQ(decode_name(a)->canonical(), decode_name(c)->canonical());
    EXPECT_NE(decode_name(a)->canonical(), decode_name(other)->canonical());
}

TEST(Name, ReadsEveryStringType) {
    const auto text = [](der::Tag tag, std::string_view value) {
        const ByteVector encoding = name_of({{tag, value}});
        const auto name = decode_name(encoding);
        EXPECT_TRUE(name);
        return name->common_name();
    };
    EXPECT_EQ(text(der::Tag::utf8_string, "\xc3\xa9"), "\xc3\xa9");
    EXPECT_EQ(text(der::Tag::teletex_string, "\xe9"), "\xc3\xa9");
    EXPECT_EQ(text(der::Tag::bmp_string, "\x20\xac"sv), "\xe2\x82\xac");
    EXPECT_EQ(text(der::Tag::universal_string, "\x00\x01\xf6\x00"sv), "\xf0\x9f\x98\x80");
    EXPECT_EQ(text(der::Tag::utf8_string, "a\0b"sv), "a\0b"sv);
    EXPECT_FALSE(text(der::Tag::utf8_string, "\xc0\x80")) << "overlong";
    EXPECT_FALSE(text(der::Tag::utf8_string, "\xed\xa0\x80")) << "surrogate";
    EXPECT_FALSE(text(der::Tag::bmp_string, "\xd8\x00"sv));
    EXPECT_FALSE(text(der::Tag::bmp_string, "odd"));
    EXPECT_FALSE(text(der::Tag::universal_string, "\x00\x11\x00\x00"sv));
    EXPECT_FALSE(text(der::Tag::octet_string, "x"));
}

TEST(Name, TheMostSpecificCommonNameCounts) {
    const ByteVector encoding = name_of({{der::Tag::utf8_string, "first"}, {der::Tag::utf8_string, "last"}});
    EXPECT_EQ(decode_name(encoding)->common_name(), "last");
}

TEST(Name, IsWrittenAsRfc4514Says) {
    const ByteVector encoding =
        name_of({{der::Tag::utf8_string, "a,b+\"c\"\\"}, {der::Tag::utf8_string, " #x\0 "sv}});
    EXPECT_EQ(decode_name(encoding)->to_string(), "CN=\\ #x\\00\\ ,CN=a\\,b\\+\\\"c\\\"\\\\");
}

TEST(Mint, MakesEveryKindOfKey) {
    using crypto::KeyType;
    RepeatableRng rng;
    for (const KeyType type :
         {KeyType::rsa, KeyType::rsa_pss, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
          KeyType::ed25519, KeyType::ed448, KeyType::ml_dsa_44, KeyType::ml_dsa_65, KeyType::ml_dsa_87}) {
        CertificateSpec spec = leaf_spec("a.example");
        spec.key_type = type;
        const Minted minted = expect_minted(mint_self_signed(spec, rng));
        ASSERT_TRUE(minted.certificate) << static_cast<int>(type);
        EXPECT_TRUE(minted.certificate->botan_form()) << static_cast<int>(type);
        EXPECT_TRUE(minted.key->pkcs8_der());
        const auto key = crypto::botan_provider().public_key(minted.certificate->subject_public_key_info());
        ASSERT_TRUE(key) << static_cast<int>(type);
        EXPECT_EQ((*key)->type(), type);
    }
}

TEST(Mint, IsRepeatable) {
    RepeatableRng first(7);
    RepeatableRng second(7);
    EXPECT_EQ(expect_minted(mint_self_signed(leaf_spec("a.example"), first)).der,
              expect_minted(mint_self_signed(leaf_spec("a.example"), second)).der);
}

} // namespace
} // namespace pavise::trust
