#include "pki.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::trust {
namespace {

using namespace std::string_view_literals;
using testing::byte_vector;
using testing::expect_outcome;
using testing::expect_verified;
using testing::Pki;
using enum ErrorCode;

struct Subtree {
    unsigned field; // 0 permitted, 1 excluded
    GeneralNameKind kind;
    ByteVector base;
};

MintExtension constraints(const std::vector<Subtree>& subtrees) {
    MintExtension extension{"2.5.29.30", true, {}};
    der::Writer writer(extension.value);
    const auto fields = writer.sequence();
    for (const unsigned field : {0u, 1u}) {
        if (std::ranges::count(subtrees, field, &Subtree::field) == 0) continue;
        const auto list = writer.open(der::context_constructed(field));
        for (const Subtree& subtree : subtrees) {
            if (subtree.field != field) continue;
            const auto entry = writer.sequence();
            const auto number = static_cast<unsigned>(subtree.kind);
            const bool constructed = subtree.kind == GeneralNameKind::directory_name;
            writer.primitive(constructed ? der::context_constructed(number) : der::context(number),
                             subtree.base);
        }
    }
    return extension;
}

constexpr unsigned permitted = 0;
constexpr unsigned excluded = 1;

Subtree dns(unsigned field, std::string_view base) {
    return {field, GeneralNameKind::dns_name, byte_vector(base)};
}
Subtree ip(unsigned field, std::initializer_list<std::uint8_t> base) {
    return {field, GeneralNameKind::ip_address, base};
}

// A leaf with one name below an intermediate with these constraints; no host name is asked for.
Result<VerifiedChain> verify_below(const std::vector<Subtree>& subtrees, MintName name) {
    Pki pki([&](Pki& p) {
        p.intermediate_spec.extensions = {constraints(subtrees)};
        p.leaf_spec.names = {std::move(name)};
        p.leaf_spec.common_name = "Leaf";
    });
    pki.options.name.reset();
    return pki.verify();
}

TEST(NameConstraints, PermittedDnsNamesLieInTheSubtree) {
    for (const char* base : {"example", "host.example", "HOST.Example", ".example"})
        expect_verified(verify_below({dns(permitted, base)}, MintName::dns("host.example")));
    for (const char* base : {"ost.example", ".host.example", "a.host.example", "other"})
        expect_outcome(verify_below({dns(permitted, base)}, MintName::dns("host.example")),
                       name_not_permitted, 0);
    expect_verified(
        verify_below({dns(permitted, "other"), dns(permitted, "example")}, MintName::dns("host.example")));
}

TEST(NameConstraints, ExcludedDnsNamesLieOutsideTheSubtree) {
    for (const char* base : {"example", "host.example", ".example", ""})
        expect_outcome(verify_below({dns(excluded, base)}, MintName::dns("host.example")), name_excluded, 0);
    for (const char* base : {"ost.example", ".host.example", "other"})
        expect_verified(verify_below({dns(excluded, base)}, MintName::dns("host.example")));
    expect_outcome(verify_below({dns(permitted, "example"), dns(excluded, "host.example")},
                                MintName::dns("host.example")),
                   name_excluded, 0);
}

TEST(NameConstraints, AWildcardMayNotReachAnExcludedName) {
    expect_outcome(verify_below({dns(excluded, "a.b.example")}, MintName::dns("*.b.example")), name_excluded,
                   0);
    expect_verified(verify_below({dns(excluded, "a.a.b.example")}, MintName::dns("*.b.example")));
    expect_outcome(verify_below({dns(permitted, "a.b.example")}, MintName::dns("*.b.example")),
                   name_not_permitted, 0);
    expect_verified(verify_below({dns(permitted, "b.example")}, MintName::dns("*.b.example")));
}

TEST(NameConstraints, NamesThatBotanDropsAreConstrainedAllTheSame) {
    EXPECT_FALSE(verify_below({dns(permitted, "other")}, MintName::dns("under_score.example")));
    EXPECT_FALSE(verify_below({dns(excluded, "example")}, MintName::dns("-.example")));
}

TEST(NameConstraints, AddressesLieUnderTheMask) {
    const auto net = {std::uint8_t{192}, std::uint8_t{0},   std::uint8_t{2},   std::uint8_t{0},
                      std::uint8_t{255}, std::uint8_t{255}, std::uint8_t{255}, std::uint8_t{0}};
    expect_verified(verify_below({ip(permitted, net)}, MintName::ip("192.0.2.77")));
    expect_outcome(verify_below({ip(permitted, net)}, MintName::ip("192.0.3.77")), name_not_permitted, 0);
    expect_outcome(verify_below({ip(permitted, net)}, MintName::ip("2001:db8::1")), name_not_permitted, 0);
    expect_outcome(verify_below({ip(excluded, net)}, MintName::ip("192.0.2.77")), name_excluded, 0);
    expect_verified(verify_below({ip(excluded, net)}, MintName::ip("192.0.3.77")));
    expect_verified(verify_below({dns(permitted, "other")}, MintName::ip("192.0.2.77")));
}

ByteVector directory(std::initializer_list<std::pair<const char*, const char*>> attributes) {
    ByteVector out;
    der::Writer writer(out);
    const auto name = writer.sequence();
    for (const auto& [type, value] : attributes) {
        const auto set = writer.open(der::Tag::set);
        const auto fields = writer.sequence();
        writer.oid(type);
        writer.primitive(der::Tag::printable_string, as_bytes(value));
    }
    return out;
}

TEST(NameConstraints, DirectoryNamesBeginWithTheBase) {
    const auto below = [&](unsigned field, std::initializer_list<std::pair<const char*, const char*>> base) {
        Pki pki([&](Pki& p) {
            p.intermediate_spec.extensions = {
                constraints({{field, GeneralNameKind::directory_name, directory(base)}})};
            p.leaf_spec.organization = "Org";
        });
        return pki.verify();
    };
    expect_verified(below(permitted, {{"2.5.4.10", "ORG"}}));
    expect_outcome(below(permitted, {{"2.5.4.10", "Other"}}), name_not_permitted, 0);
    expect_outcome(below(permitted, {{"2.5.4.3", "host.example"}}), name_not_permitted, 0);
    expect_outcome(below(excluded, {{"2.5.4.10", "org"}}), name_excluded, 0);
    expect_verified(below(excluded, {{"2.5.4.10", "Other"}}));
}

// In the subject and among the alternative names (RFC 5280 §4.2.1.10), each against each subtree.
TEST(NameConstraints, DirectoryNamesAmongTheAlternativeOnesAreConstrained) {
    const auto below = [](const char* last, const std::vector<Subtree>& subtrees) {
        Pki pki([&](Pki& p) {
            p.intermediate_spec.extensions = {constraints(subtrees)};
            p.leaf_spec.organization = "Org";
            for (const char* unit : {"a", "b", "c", "d"})
                p.leaf_spec.names.push_back({GeneralNameKind::directory_name,
                                             directory({{"2.5.4.10", "Second"}, {"2.5.4.11", unit}})});
            p.leaf_spec.names.push_back({GeneralNameKind::directory_name, directory({{"2.5.4.10", last}})});
        });
        return pki.verify();
    };
    const auto subtree = [](unsigned field, const char* organization) {
        return Subtree{field, GeneralNameKind::directory_name, directory({{"2.5.4.10", organization}})};
    };
    const std::vector<Subtree> three{subtree(permitted, "org"), subtree(permitted, "SECOND"),
                                     subtree(permitted, "Third"), subtree(excluded, "Fourth")};
    expect_verified(below("third", three));
    expect_outcome(below("Fourth", three), name_excluded, 0);
    expect_outcome(below("Fifth", three), name_not_permitted, 0);
}

TEST(NameConstraints, HoldForEveryCertificateBelow) {
    Pki pki([](Pki& p) {
        p.root_spec.permitted_dns = {"example"};
        p.intermediate_spec.names = {MintName::dns("elsewhere.test")};
    });
    expect_outcome(pki.verify(), name_not_permitted, 1);
    Pki sound([](Pki& p) { p.root_spec.permitted_dns = {"example"}; });
    expect_verified(sound.verify());
}

TEST(NameConstraints, ACommonNameThatMaySpeakIsConstrained) {
    const auto with_policy = [](CommonNamePolicy policy) {
        Pki pki([](Pki& p) {
            p.intermediate_spec.permitted_dns = {"other"};
            p.leaf_spec.names = {MintName::ip("192.0.2.1")};
        });
        pki.options.common_name = policy;
        pki.options.name =
            *ReferenceName::from_host(policy == CommonNamePolicy::ignore ? "192.0.2.1" : "host.example");
        return pki.verify();
    };
    expect_verified(with_policy(CommonNamePolicy::ignore));
    expect_outcome(with_policy(CommonNamePolicy::when_no_dns_name), name_not_permitted, 0);
}

TEST(NameConstraints, MailAddressesAndUrisAreConstrainedThroughBotan) {
    const Subtree mail{permitted, GeneralNameKind::rfc822_name, byte_vector("mail.example")};
    expect_verified(verify_below({mail}, MintName::email("a@mail.example")));
    expect_outcome(verify_below({mail}, MintName::email("a@mail.other")), name_not_permitted, 0);
    const Subtree uri{excluded, GeneralNameKind::uniform_resource_identifier, byte_vector(".web.example")};
    expect_verified(verify_below({uri}, MintName::uri("https://host.other.example/")));
    expect_outcome(verify_below({uri}, MintName::uri("https://host.web.example/")), name_not_permitted, 0);
}

// RFC 5280 §4.2.1.10: "When a certificate includes … a non-empty subject field but no subjectAltName, … the
// rfc822Name constraint MUST be applied to the attribute of type emailAddress in the subject".
TEST(NameConstraints, MailAddressesInTheSubjectAreConstrained) {
    const auto with_address = [](std::string_view address, unsigned field) {
        Pki pki([&](Pki& p) {
            p.intermediate_spec.extensions = {
                constraints({{field, GeneralNameKind::rfc822_name, byte_vector("mail.example")}})};
            p.leaf_spec.names.clear();
            der::Writer writer(p.leaf_spec.subject);
            const auto name = writer.sequence();
            const auto set = writer.open(der::Tag::set);
            const auto attribute = writer.sequence();
            writer.oid("1.2.840.113549.1.9.1");
            writer.primitive(der::Tag::ia5_string, as_bytes(address));
        });
        pki.options.name.reset();
        return pki.verify();
    };
    expect_verified(with_address("a@mail.example", permitted));
    expect_outcome(with_address("a@mail.other", permitted), name_not_permitted, 0);
    expect_verified(with_address("a@mail.other", excluded));
    expect_outcome(with_address("a@mail.example", excluded), name_not_permitted, 0);
}

TEST(NameConstraints, MalformedOnesAreRefused) {
    for (const std::string_view value : {"\x05\x00"sv, "\x30\x02\xa2\x00"sv, "\x30\x04\xa0\x02\x30\x00"sv,
                                         "\x30\x0a\xa0\x08\x30\x06\x82\x01\x61\x81\x01\x05"sv}) {
        Pki pki([&](Pki& p) { p.intermediate_spec.extensions = {{"2.5.29.30", true, byte_vector(value)}}; });
        expect_outcome(pki.verify(), malformed_certificate, 1);
    }
}

TEST(NameConstraints, BoundTheComparisons) {
    for (const bool too_many : {false, true}) {
        Pki pki([&](Pki& p) {
            std::vector<Subtree> subtrees;
            for (int i = 0; i < 256; ++i)
                subtrees.push_back(dns(excluded, "n" + std::to_string(i) + ".test"));
            p.intermediate_spec.extensions = {constraints(subtrees)};
            // With the subject and the host's own name: 128 names, or 129, against 256 subtrees.
            for (int i = 0; i < (too_many ? 127 : 126); ++i)
                p.leaf_spec.names.push_back(MintName::dns("a" + std::to_string(i) + ".example"));
        });
        if (too_many)
            expect_outcome(pki.verify(), certificate_rejected, 1);
        else
            expect_verified(pki.verify());
    }
}

} // namespace
} // namespace pavise::trust
