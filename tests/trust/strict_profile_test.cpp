#include "pki.hpp"
#include "trust/signed_object.hpp"

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

Result<VerifiedChain> verify_with(Profile profile, void (*bend)(Pki&)) {
    Pki pki(bend);
    pki.options.profile = profile;
    return pki.verify();
}

struct Bent {
    ErrorCode error;
    std::uint16_t place;
    void (*bend)(Pki&);
};

// What the strict profile refuses and the usual one lets pass.
const Bent bent_certificates[] = {
    {path_length_without_key_cert_sign, 1,
     [](Pki& p) {
         p.intermediate_spec.path_length = 0;
         p.intermediate_spec.key_usages.emplace();
     }},
    {basic_constraints_not_critical, 1,
     [](Pki& p) {
         p.intermediate_spec.extensions = {{"2.5.29.19", false, byte_vector("\x30\x03\x01\x01\xff"sv)}};
     }},
    {ca_without_key_usage, 1, [](Pki& p) { p.intermediate_spec.key_usages.emplace(); }},
    {alternative_names_not_critical, 0, [](Pki& p) { p.leaf_spec.common_name.clear(); }},
    {authority_key_identifier_missing, 0, [](Pki& p) { p.leaf_spec.omitted = {"2.5.29.35"}; }},
    {authority_key_identifier_missing, 1, [](Pki& p) { p.intermediate_spec.omitted = {"2.5.29.35"}; }},
    {subject_key_identifier_missing, 2,
     [](Pki& p) {
         p.root_spec.omitted = {"2.5.29.14", "2.5.29.35"};
         p.intermediate_spec.extensions = {{"2.5.29.35", false, byte_vector("\x30\x03\x80\x01\x01"sv)}};
     }},
    {subject_key_identifier_critical, 0,
     [](Pki& p) { p.leaf_spec.extensions = {{"2.5.29.14", true, byte_vector("\x04\x01\x01"sv)}}; }},
    {authority_key_identifier_critical, 2,
     [](Pki& p) { p.root_spec.extensions = {{"2.5.29.35", true, byte_vector("\x30\x00"sv)}}; }},
};

TEST(StrictProfile, AddsChecksToTheUsualOnes) {
    expect_verified(verify_with(Profile::strict, [](Pki&) {}));
    for (const Bent& bent : bent_certificates) {
        SCOPED_TRACE(name_of(bent.error));
        expect_outcome(verify_with(Profile::strict, bent.bend), bent.error, bent.place);
        expect_verified(verify_with(Profile::usual, bent.bend));
    }
}

// Botan does not read such constraints at all: without the strict profile the error is a coarser one.
TEST(StrictProfile, PathLengthsAreForAuthorities) {
    const auto bend = [](Pki& p) {
        p.leaf_spec.extensions = {{"2.5.29.19", true, byte_vector("\x30\x03\x02\x01\x00"sv)}};
    };
    expect_outcome(verify_with(Profile::strict, bend), path_length_without_ca, 0);
    expect_outcome(verify_with(Profile::usual, bend), malformed_certificate, 0);
}

// Without a host name to ask for, names may be missing.
TEST(StrictProfile, SubjectsHaveNames) {
    const auto nameless = [](Profile profile, bool empty_list) {
        Pki pki([&](Pki& p) {
            p.leaf_spec.names.clear();
            if (empty_list)
                p.leaf_spec.extensions = {{"2.5.29.17", true, byte_vector("\x30\x00"sv)}};
            else
                p.leaf_spec.common_name.clear();
        });
        pki.options.name.reset();
        pki.options.profile = profile;
        return pki.verify();
    };
    expect_outcome(nameless(Profile::strict, false), empty_subject_name, 0);
    expect_verified(nameless(Profile::usual, false));
    expect_outcome(nameless(Profile::strict, true), empty_alternative_names, 0);
}

TEST(StrictProfile, IssuersHaveNames) {
    const auto nameless_root = [](Pki& p) {
        p.root_spec.common_name.clear();
        p.root_spec.organization.clear();
    };
    expect_outcome(verify_with(Profile::strict, nameless_root), empty_issuer_name, 1);
}

TEST(StrictProfile, LeavesThatCertifyAreRefusedByName) {
    const auto certifying = [](Pki& p) {
        p.leaf_spec.key_usages = {{KeyUsage::digital_signature, KeyUsage::key_cert_sign}};
    };
    expect_outcome(verify_with(Profile::strict, certifying), key_cert_sign_without_ca, 0);
}

// The leaf as it is, but of version 2, signed again.
ByteVector of_version_2(const Minted& leaf, const Minted& issuer, Rng& rng) {
    const auto whole = der::Reader(leaf.der).sequence()->element(der::Tag::sequence)->encoding;
    ByteVector tbs(whole.begin(), whole.end());
    const ByteVector version_3 = {0xa0, 3, 2, 1, 2};
    const auto version = std::ranges::search(tbs, version_3);
    version.back() = 1;
    return *sign_object(*issuer.key, {}, rng, [&](ByteVector& out, Bytes) { out = tbs; });
}

// RFC 5280 §4.1.2.1.
TEST(Versions, BeforeTheThirdHaveNoExtensions) {
    for (const Profile profile : {Profile::strict, Profile::usual}) {
        Pki pki;
        pki.options.profile = profile;
        const ByteVector leaf = of_version_2(pki.leaf, pki.intermediate, pki.rng);
        expect_outcome(pki.verify({leaf, pki.intermediate.der}), extensions_require_version_3, 0);
    }
}

TEST(StrictProfile, DoesNotSpeakOfATrustedLeaf) {
    Pki pki([](Pki& p) { p.leaf_spec.omitted = {"2.5.29.35"}; });
    pki.trusted.add(pki.leaf.certificate);
    pki.options.anchors = AnchorPolicy::partial_chain;
    pki.options.profile = Profile::strict;
    expect_verified(pki.verify({pki.leaf.der}));
}

} // namespace
} // namespace pavise::trust
