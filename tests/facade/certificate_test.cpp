// getpeercert()'s dictionary, in Python's form.
#include "facade/support.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace pavise::ssl {
namespace {

using namespace testing;

Timestamp at(int year, unsigned month, unsigned day) {
    return Timestamp(
        std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
        std::chrono::hours(9));
}

CertificateDict decoded(trust::CertificateSpec spec) {
    spec.not_before = at(2018, 1, 5);
    spec.not_after = at(2049, 11, 22);
    const auto minted = trust::mint(spec, authority(), system_rng());
    return decode_certificate(minted->der);
}

TEST(CertificateDict, has_pythons_keys_and_forms) {
    trust::CertificateSpec spec;
    spec.common_name = "host.test";
    spec.organization = "Org";
    spec.serial_number = {0x0a, 0xbc};
    spec.names = {trust::MintName::dns("host.test"), trust::MintName::ip("127.0.0.1"),
                  trust::MintName::ip("2001:db8::1"), trust::MintName::email("a@host.test"),
                  trust::MintName::uri("http://host.test/")};
    spec.ocsp_urls = {"http://ocsp.test/"};
    spec.ca_issuer_urls = {"http://ca.test/ca.crt"};
    spec.crl_urls = {"http://crl.test/ca.crl"};
    const CertificateDict dict = decoded(spec);
    EXPECT_EQ(dict.version, 3);
    EXPECT_EQ(dict.serialNumber, "0ABC");
    EXPECT_EQ(dict.notBefore, "Jan  5 09:00:00 2018 GMT");
    EXPECT_EQ(dict.notAfter, "Nov 22 09:00:00 2049 GMT");
    EXPECT_EQ(dict.subjectAltName, (std::vector<AlternativeName>{{"DNS", "host.test", {}},
                                                                 {"IP Address", "127.0.0.1", {}},
                                                                 {"IP Address", "2001:DB8:0:0:0:0:0:1", {}},
                                                                 {"email", "a@host.test", {}},
                                                                 {"URI", "http://host.test/", {}}}));
    EXPECT_EQ(dict.OCSP, std::vector<std::string>{"http://ocsp.test/"});
    EXPECT_EQ(dict.caIssuers, std::vector<std::string>{"http://ca.test/ca.crt"});
    EXPECT_EQ(dict.crlDistributionPoints, std::vector<std::string>{"http://crl.test/ca.crl"});
    EXPECT_EQ(dict.issuer, (DistinguishedName{{{"commonName", "Facade Test CA"}}}));
}

TEST(CertificateDict, prints_as_python_prints_it) {
    trust::CertificateSpec spec;
    spec.common_name = "it's";
    spec.serial_number = {0x01};
    spec.names = {trust::MintName::dns("a.test")};
    std::ostringstream out;
    out << decoded(spec) << CertificateDict{};
    EXPECT_EQ(
        out.str(),
        "{'subject': ((('commonName', \"it's\"),),), 'issuer': ((('commonName', 'Facade Test CA'),),), "
        "'version': 3, 'serialNumber': '01', 'notBefore': 'Jan  5 09:00:00 2018 GMT', 'notAfter': 'Nov 22 "
        "09:00:00 2049 GMT', 'subjectAltName': (('DNS', 'a.test'),)}{}");
}

TEST(CertificateDict, names_of_rare_kinds_are_told) {
    trust::CertificateSpec spec;
    spec.common_name = "x";
    const Bytes name = authority().certificate->subject().encoding;
    spec.names = {{trust::GeneralNameKind::directory_name, ByteVector(name.begin(), name.end())},
                  {trust::GeneralNameKind::registered_id, ByteVector{0x2a, 0x03, 0x04}}};
    const CertificateDict dict = decoded(spec);
    ASSERT_EQ(dict.subjectAltName.size(), 2u);
    EXPECT_EQ(dict.subjectAltName[0].kind, "DirName");
    EXPECT_EQ(dict.subjectAltName[0].name, (DistinguishedName{{{"commonName", "Facade Test CA"}}}));
    EXPECT_EQ(dict.subjectAltName[1], (AlternativeName{"Registered ID", "1.2.3.4", {}}));
}

TEST(CertificateDict, of_other_bytes_is_an_error) {
    EXPECT_THROW(decode_certificate("no certificate"), SSLError);
}

TEST(Optionals, print_none_where_there_is_nothing) {
    std::ostringstream out;
    out << Optional<std::string>() << " " << Optional<std::string>("TLSv1.3") << " "
        << Optional<CertificateDict>();
    EXPECT_EQ(out.str(), "None TLSv1.3 None");
}

} // namespace
} // namespace pavise::ssl
