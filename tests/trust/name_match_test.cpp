#include "trust/name_match.hpp"

#include "fixture.hpp"

#include <gtest/gtest.h>

namespace pavise::trust {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::expect_minted;
using testing::leaf_spec;
using testing::RepeatableRng;

CertificatePtr certificate_with(std::vector<MintName> names, std::string common_name = "cn.example") {
    RepeatableRng rng;
    CertificateSpec spec = leaf_spec("unused.example");
    spec.common_name = std::move(common_name);
    spec.names = std::move(names);
    return expect_minted(mint_self_signed(spec, rng)).certificate;
}

ErrorCode outcome(const Certificate& certificate, std::string_view host,
                  CommonNamePolicy policy = CommonNamePolicy::ignore) {
    const auto reference = ReferenceName::from_host(host);
    if (!reference) return reference.error().code;
    const Status status = match_name(certificate, *reference, policy);
    return status ? ErrorCode{} : status.error().code;
}

constexpr ErrorCode matched{};

TEST(ReferenceName, TellsAddressesFromNames) {
    EXPECT_EQ(ReferenceName::from_host("192.0.2.1")->address().size(), 4u);
    EXPECT_EQ(ReferenceName::from_host("2001:DB8::1")->address().size(), 16u);
    EXPECT_EQ(ReferenceName::from_host("HOST.Example.")->text(), "host.example");
    EXPECT_EQ(ReferenceName::from_host("host_1.example")->kind(), ReferenceName::Kind::dns);
    EXPECT_EQ(ReferenceName::from_host("localhost")->kind(), ReferenceName::Kind::dns);
    const std::uint8_t address[] = {192, 0, 2, 7};
    EXPECT_EQ(ReferenceName::from_address(address)->text(), "192.0.2.7");
    EXPECT_FALSE(ReferenceName::from_address(Bytes(address).first(3)));
}

TEST(ReferenceName, RefusesWhatIsNeither) {
    for (const std::string_view bad : {""sv, "."sv, ".example"sv, "a..b"sv, "a.b.."sv, "a b"sv, "*.example"sv,
                                       "[::1]"sv, "fe80::1%eth0"sv, "a\0b"sv, "host:443"sv, "a/b"sv}) {
        const auto reference = ReferenceName::from_host(bad);
        ASSERT_FALSE(reference) << bad;
        EXPECT_EQ(reference.error().code, ErrorCode::bad_host_name) << bad;
    }
    EXPECT_EQ(ReferenceName::from_host("münchen.example").error().code, ErrorCode::host_name_not_ascii);
}

TEST(ReferenceName, BoundsLabelsAndNames) {
    EXPECT_TRUE(ReferenceName::from_host(std::string(63, 'a') + ".example"));
    EXPECT_FALSE(ReferenceName::from_host(std::string(64, 'a') + ".example"));
    std::string longest;
    for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + ".";
    longest += std::string(61, 'a');
    ASSERT_EQ(longest.size(), 253u);
    EXPECT_TRUE(ReferenceName::from_host(longest));
    EXPECT_TRUE(ReferenceName::from_host(longest + ".")) << "the final dot does not count";
    EXPECT_FALSE(ReferenceName::from_host(longest + "a"));
}

TEST(MatchesDnsName, IgnoresCaseOfLettersOnly) {
    EXPECT_TRUE(matches_dns_name("Host.EXAMPLE", "host.example"));
    EXPECT_FALSE(matches_dns_name("host.example", "host.exampl"));
    EXPECT_FALSE(matches_dns_name("host_example", "host.example"));
    EXPECT_FALSE(matches_dns_name("host.example.", "host.example")) << "no dNSName ends in a dot";
    EXPECT_FALSE(matches_dns_name("", ""));
}

TEST(MatchesDnsName, AWildcardIsTheWholeLeftmostLabel) {
    EXPECT_TRUE(matches_dns_name("*.a.example", "x.a.example"));
    EXPECT_TRUE(matches_dns_name("*.A.Example", "xn--x-1ga.a.example")) << "an A-label is a label";
    for (const char* presented : {"*", "*.", "x*.a.example", "*x.a.example", "x.*.example", "*.*.a.example",
                                  "**.a.example", "*..a.example", "*a.example", "x.a.*"})
        EXPECT_FALSE(matches_dns_name(presented, "x.a.example")) << presented;
}

TEST(MatchesDnsName, AWildcardStandsForExactlyOneLabel) {
    EXPECT_FALSE(matches_dns_name("*.a.example", "a.example"));
    EXPECT_FALSE(matches_dns_name("*.a.example", "y.x.a.example"));
    EXPECT_FALSE(matches_dns_name("*.a.example", ".a.example"));
}

TEST(MatchesDnsName, AWildcardNeedsTwoLabelsBehindIt) {
    EXPECT_FALSE(matches_dns_name("*.example", "a.example"));
    EXPECT_FALSE(matches_dns_name("*.localhost", "a.localhost"));
}

TEST(MatchName, LooksThroughAllNames) {
    const CertificatePtr certificate = certificate_with(
        {MintName::uri("https://u.example"), MintName::dns("a.example"), MintName::dns("*.b.example")});
    EXPECT_EQ(outcome(*certificate, "a.example"), matched);
    EXPECT_EQ(outcome(*certificate, "A.EXAMPLE."), matched);
    EXPECT_EQ(outcome(*certificate, "x.b.example"), matched);
    EXPECT_EQ(outcome(*certificate, "u.example"), ErrorCode::name_mismatch);
    EXPECT_EQ(outcome(*certificate, "cn.example"), ErrorCode::name_mismatch);
}

TEST(MatchName, ANulEndsNothing) {
    const CertificatePtr certificate = certificate_with({MintName::dns("a.example\0.evil.example"sv)});
    EXPECT_EQ(outcome(*certificate, "a.example"), ErrorCode::name_mismatch);
    const CertificatePtr by_common_name = certificate_with({}, "a.example\0.evil.example"s);
    EXPECT_EQ(outcome(*by_common_name, "a.example", CommonNamePolicy::when_no_dns_name),
              ErrorCode::name_mismatch);
}

TEST(MatchName, AddressesMatchAddressesOnly) {
    const CertificatePtr certificate =
        certificate_with({MintName::ip("192.0.2.1"), MintName::ip("2001:db8::1"), MintName::dns("192.0.2.9"),
                          MintName::dns("*.0.2.8")},
                         "192.0.2.7");
    EXPECT_EQ(outcome(*certificate, "192.0.2.1"), matched);
    EXPECT_EQ(outcome(*certificate, "2001:DB8:0::0001"), matched);
    EXPECT_EQ(outcome(*certificate, "192.0.2.2"), ErrorCode::ip_address_mismatch);
    EXPECT_EQ(outcome(*certificate, "::ffff:192.0.2.1"), ErrorCode::ip_address_mismatch) << "octet for octet";
    EXPECT_EQ(outcome(*certificate, "192.0.2.9"), ErrorCode::ip_address_mismatch);
    EXPECT_EQ(outcome(*certificate, "192.0.2.8"), ErrorCode::ip_address_mismatch);
    EXPECT_EQ(outcome(*certificate, "192.0.2.7", CommonNamePolicy::when_no_dns_name),
              ErrorCode::ip_address_mismatch);
}

TEST(MatchName, TheCommonNameSpeaksByPolicyOnly) {
    const CertificatePtr certificate = certificate_with({MintName::ip("192.0.2.1")});
    EXPECT_EQ(outcome(*certificate, "cn.example"), ErrorCode::name_mismatch);
    EXPECT_EQ(outcome(*certificate, "cn.example", CommonNamePolicy::when_no_dns_name), matched);
    const CertificatePtr wildcard = certificate_with({}, "*.cn.example");
    EXPECT_EQ(outcome(*wildcard, "x.cn.example", CommonNamePolicy::when_no_dns_name), matched);
}

TEST(MatchName, TheCommonNameIsSilentBesideADnsName) {
    const CertificatePtr certificate = certificate_with({MintName::dns("a.example")});
    EXPECT_EQ(outcome(*certificate, "cn.example", CommonNamePolicy::when_no_dns_name),
              ErrorCode::name_mismatch);
}

// RFC 3492 §7.1, examples (A), (B), (L) and (S), and the names that people meet.
TEST(ALabel, IsThePunycodeOfEachLabel) {
    EXPECT_EQ(a_label_of("münchen.example"), "xn--mnchen-3ya.example");
    EXPECT_EQ(a_label_of("Bücher.DE"), "xn--bcher-kva.de");
    EXPECT_EQ(a_label_of("例え。テスト"), "xn--r8jz45g.xn--zckzah");
    EXPECT_EQ(a_label_of("ليهمابتكلموشعربي؟"), "xn--egbpdaj6bu4bxfgehfvwxn");
    EXPECT_EQ(a_label_of("他们为什么不说中文"), "xn--ihqwcrb4cv8a8dqg056pqjye");
    EXPECT_EQ(a_label_of("3年b組金八先生"), "xn--3b-ww4c5e180e575a65lsy2b");
    EXPECT_EQ(a_label_of("plain.example"), "plain.example");
    EXPECT_FALSE(a_label_of("\xff.example"));
    EXPECT_FALSE(a_label_of(std::string(64, 'a')));
}

} // namespace
} // namespace pavise::trust
