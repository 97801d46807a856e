#include "trust/verify.hpp"

#include "crypto/key_algorithm.hpp"
#include "pki.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::trust {
namespace {

using namespace std::string_view_literals;
using testing::authority_spec;
using testing::byte_vector;
using testing::day;
using testing::expect_minted;
using testing::expect_outcome;
using testing::expect_verified;
using testing::Pki;
using testing::today;

using crypto::KeyType;
using enum ErrorCode;

TEST(VerifyChain, GivesTheChainFromLeafToAnchor) {
    Pki pki;
    const auto chain = pki.verify();
    expect_verified(chain);
    ASSERT_EQ(chain->certificates.size(), 3u);
    EXPECT_EQ(chain->leaf()->fingerprint(), pki.leaf.certificate->fingerprint());
    EXPECT_EQ(chain->certificates[1]->fingerprint(), pki.intermediate.certificate->fingerprint());
    EXPECT_EQ(chain->anchor().get(), pki.root.certificate.get()) << "the store's own object is shared";
}

TEST(VerifyChain, NeedsAStoreAndACertificate) {
    Pki pki;
    expect_outcome(pki.verify({}), bad_argument, 0);
    const std::vector<Bytes> presented{pki.leaf.der};
    pki.options.store = nullptr;
    expect_outcome(verify_chain(presented, pki.options), bad_argument, 0);
}

TEST(VerifyChain, EveryKindOfKeyCanSign) {
    for (const KeyType type :
         {KeyType::rsa, KeyType::rsa_pss, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
          KeyType::ed25519, KeyType::ed448, KeyType::ml_dsa_44, KeyType::ml_dsa_65, KeyType::ml_dsa_87}) {
        Pki pki([&](Pki& p) {
            p.root_spec.key_type = type;
            p.intermediate_spec.key_type = type;
        });
        SCOPED_TRACE(static_cast<int>(type));
        expect_verified(pki.verify());
    }
}

// ---- the shape of what is presented

TEST(VerifyChain, OrderAndExtraCertificatesDoNotMatter) {
    Pki pki;
    Pki other([](Pki& p) { p.rng = testing::RepeatableRng(99); });
    expect_verified(pki.verify({pki.leaf.der, pki.root.der, pki.intermediate.der}));
    expect_verified(pki.verify({pki.leaf.der, other.intermediate.der, other.leaf.der, pki.intermediate.der}));
    expect_verified(pki.verify({pki.leaf.der, pki.leaf.der, pki.intermediate.der, pki.intermediate.der}));
}

TEST(VerifyChain, AMissingIntermediateIsAnUnknownIssuer) {
    Pki pki;
    expect_outcome(pki.verify({pki.leaf.der}), unknown_issuer, 0);
}

TEST(VerifyChain, AnIntermediateOfTheStoreIsFoundWithoutBeingPresented) {
    Pki pki;
    pki.trusted.add(pki.intermediate.certificate);
    expect_verified(pki.verify({pki.leaf.der}));
}

TEST(VerifyChain, AnUnknownAuthorityIsNamedByItsPlace) {
    Pki pki;
    pki.trusted = {};
    expect_outcome(pki.verify(), unknown_issuer, 1);
    expect_outcome(pki.verify({pki.leaf.der, pki.intermediate.der, pki.root.der}), self_signed_in_chain, 2);
}

TEST(VerifyChain, TheSameNameWithAnotherKeyIsNotTheIssuer) {
    Pki pki;
    Pki impostor([](Pki& p) { p.rng = testing::RepeatableRng(99); });
    pki.trusted = {};
    pki.trusted.add(impostor.root.certificate);
    expect_outcome(pki.verify(), unknown_issuer, 1);
}

TEST(VerifyChain, WithoutKeyIdentifiersTheSignatureDecides) {
    const auto without_identifiers = [](Pki& p) {
        for (CertificateSpec* spec : {&p.root_spec, &p.intermediate_spec, &p.leaf_spec})
            spec->omitted = {"2.5.29.14", "2.5.29.35"};
    };
    Pki pki(without_identifiers);
    Pki impostor([&](Pki& p) {
        without_identifiers(p);
        p.rng = testing::RepeatableRng(99);
    });
    expect_verified(pki.verify({pki.leaf.der, impostor.intermediate.der, pki.intermediate.der}));
    pki.trusted = {};
    pki.trusted.add(impostor.root.certificate);
    expect_outcome(pki.verify(), certificate_signature_invalid, 1);
}

TEST(VerifyChain, ASelfSignedLeafIsTrustedOnlyAsAnAnchor) {
    Pki pki;
    const Minted self = expect_minted(mint_self_signed(pki.leaf_spec, pki.rng));
    expect_outcome(pki.verify({self.der}), self_signed_certificate, 0);
    pki.trusted.add(self.certificate);
    const auto chain = pki.verify({self.der});
    expect_verified(chain);
    EXPECT_EQ(chain->certificates.size(), 1u);
}

TEST(VerifyChain, PartialChainsAreForThePolicyToAllow) {
    Pki pki;
    pki.trusted = {};
    pki.trusted.add(pki.intermediate.certificate);
    expect_outcome(pki.verify({pki.leaf.der}), anchor_not_self_signed, 1);
    pki.options.anchors = AnchorPolicy::partial_chain;
    const auto chain = pki.verify({pki.leaf.der});
    expect_verified(chain);
    EXPECT_EQ(chain->certificates.size(), 2u);

    pki.trusted = {};
    pki.trusted.add(pki.leaf.certificate);
    expect_verified(pki.verify({pki.leaf.der}));
    pki.options.anchors = AnchorPolicy::self_signed;
    expect_outcome(pki.verify({pki.leaf.der}), anchor_not_self_signed, 0);
}

TEST(VerifyChain, AnotherPathIsTriedWhereTheFirstFails) {
    Pki pki;
    // The trusted copy of the intermediate has expired; the presented one is sound.
    CertificateSpec expired = pki.intermediate_spec;
    expired.key = pki.intermediate.key;
    expired.not_after = today - day;
    pki.trusted.add(expect_minted(mint(expired, pki.root, pki.rng)).certificate);
    expect_verified(pki.verify());
}

TEST(VerifyChain, CrossCertifiedAuthoritiesDoNotLeadAroundInCircles) {
    Pki pki;
    Minted a = expect_minted(mint_self_signed(authority_spec("A"), pki.rng));
    Minted b = expect_minted(mint_self_signed(authority_spec("B"), pki.rng));
    CertificateSpec a_by_b = authority_spec("A");
    a_by_b.key = a.key;
    CertificateSpec b_by_a = authority_spec("B");
    b_by_a.key = b.key;
    const Minted cross_a = expect_minted(mint(a_by_b, b, pki.rng));
    const Minted cross_b = expect_minted(mint(b_by_a, a, pki.rng));
    const Minted leaf = expect_minted(mint(pki.leaf_spec, a, pki.rng));
    expect_outcome(pki.verify({leaf.der, cross_a.der, cross_b.der}), unknown_issuer, 2);
    CertificateSpec b_by_root = b_by_a;
    const Minted way_out = expect_minted(mint(b_by_root, pki.root, pki.rng));
    expect_verified(pki.verify({leaf.der, cross_a.der, cross_b.der, way_out.der}));
}

// ---- bounds

TEST(VerifyChain, BoundsTheNumberOfCertificates) {
    Pki pki;
    std::vector<Bytes> presented(max_presented_certificates, pki.intermediate.der);
    presented[0] = pki.leaf.der;
    expect_verified(pki.verify(presented));
    presented.push_back(pki.intermediate.der);
    expect_outcome(pki.verify(presented), too_many_certificates, 0);
}

TEST(VerifyChain, BoundsTheLengthOfAChain) {
    for (const std::size_t length : {max_chain_length, max_chain_length + 1}) {
        Pki pki;
        std::vector<Minted> chain{pki.root};
        while (chain.size() + 1 < length)
            chain.push_back(expect_minted(
                mint(authority_spec("CA " + std::to_string(chain.size())), chain.back(), pki.rng)));
        chain.push_back(expect_minted(mint(pki.leaf_spec, chain.back(), pki.rng)));
        std::vector<Bytes> presented;
        for (auto minted = chain.rbegin(); minted != chain.rend(); ++minted) presented.push_back(minted->der);
        if (length == max_chain_length)
            expect_verified(pki.verify(presented));
        else
            expect_outcome(pki.verify(presented), chain_too_long, max_chain_length - 1);
    }
}

// Thirty authorities of one name, each certified by all others' name: the number of paths through them is
// beyond all bounds, and the search is not.
TEST(VerifyChain, AThicketOfAuthoritiesIsGivenUp) {
    Pki pki;
    pki.trusted = {};
    std::vector<Minted> thicket;
    CertificateSpec spec = authority_spec("Thicket");
    spec.omitted = {"2.5.29.14", "2.5.29.35"};
    const Minted seed = expect_minted(mint_self_signed(spec, pki.rng));
    spec.path_length =
        1; // no longer self-signed in looks: the issuer's name is the subject's, the identifiers differ
    spec.omitted.clear();
    for (std::size_t i = 0; i + 1 < max_presented_certificates; ++i) {
        spec.extensions = {{"2.5.29.14", false, byte_vector("\x04\x01"sv)},
                           {"2.5.29.35", false, byte_vector("\x30\x00"sv)}};
        spec.extensions[0].value.push_back(static_cast<std::uint8_t>(i));
        thicket.push_back(expect_minted(mint(spec, seed, pki.rng)));
    }
    CertificateSpec leaf = pki.leaf_spec;
    leaf.omitted = {"2.5.29.35"};
    const Minted lost = expect_minted(mint(leaf, seed, pki.rng));
    std::vector<Bytes> presented{lost.der};
    for (const Minted& minted : thicket) presented.push_back(minted.der);
    const auto result = pki.verify(presented);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, self_signed_in_chain);
}

TEST(VerifyChain, CandidatesThatFailAreBounded) {
    // Every candidate reaches the trusted root by name and fails by signature.
    Pki pki;
    CertificateSpec spec = authority_spec("Intermediate");
    spec.omitted = {"2.5.29.14", "2.5.29.35"};
    Pki impostor([](Pki& p) { p.rng = testing::RepeatableRng(99); });
    std::vector<Minted> decoys;
    for (std::size_t i = 0; i < max_candidate_paths; ++i)
        decoys.push_back(expect_minted(mint(spec, impostor.root, pki.rng)));
    CertificateSpec leaf = pki.leaf_spec;
    leaf.omitted = {"2.5.29.35"};
    const Minted target = expect_minted(mint(leaf, pki.intermediate, pki.rng));
    std::vector<Bytes> presented{target.der};
    for (std::size_t i = 0; i + 1 < max_candidate_paths; ++i) presented.push_back(decoys[i].der);
    presented.push_back(pki.intermediate.der);
    expect_verified(pki.verify(presented));
    presented.insert(presented.begin() + 1, decoys.back().der);
    expect_outcome(pki.verify(presented), certificate_signature_invalid, 1);
}

// ---- bytes

TEST(VerifyChain, MalformedCertificatesAreNamedByTheirPlace) {
    Pki pki;
    const ByteVector junk = byte_vector("junk");
    expect_outcome(pki.verify({junk, pki.intermediate.der}), malformed_certificate, 0);
    expect_outcome(pki.verify({pki.leaf.der, pki.intermediate.der, junk}), malformed_certificate, 2);
    const ByteVector huge(max_certificate_size + 1);
    expect_outcome(pki.verify({pki.leaf.der, huge}), certificate_too_large, 1);
}

TEST(VerifyChain, NoGarbledByteIsAccepted) {
    Pki pki;
    expect_verified(pki.verify());
    for (const bool garble_leaf : {true, false}) {
        const ByteVector& original = garble_leaf ? pki.leaf.der : pki.intermediate.der;
        for (std::size_t i = 0; i < original.size(); ++i) {
            ByteVector garbled = original;
            garbled[i] = static_cast<std::uint8_t>(garbled[i] ^ 1u << (i % 8));
            const auto result = garble_leaf ? pki.verify({garbled, pki.intermediate.der})
                                            : pki.verify({pki.leaf.der, garbled});
            EXPECT_FALSE(result) << "byte " << i << (garble_leaf ? " of the leaf" : " of the intermediate");
        }
    }
}

// ---- time

TEST(VerifyChain, ValidityIncludesBothEnds) {
    Pki pki;
    const auto at = [&](Timestamp time) {
        pki.options.time = time;
        return pki.verify();
    };
    using namespace std::chrono_literals;
    expect_verified(at(pki.leaf_spec.not_before));
    expect_verified(at(pki.leaf_spec.not_after + 999ms));
    expect_outcome(at(pki.leaf_spec.not_before - 1ms), certificate_not_yet_valid, 0);
    expect_outcome(at(pki.leaf_spec.not_after + 1s), certificate_expired, 0);
}

TEST(VerifyChain, EveryCertificateOfThePathMustBeValid) {
    Pki old_intermediate([](Pki& p) { p.intermediate_spec.not_after = today - day; });
    expect_outcome(old_intermediate.verify(), certificate_expired, 1);
    Pki young_intermediate([](Pki& p) { p.intermediate_spec.not_before = today + day; });
    expect_outcome(young_intermediate.verify(), certificate_not_yet_valid, 1);
    Pki old_root([](Pki& p) { p.root_spec.not_after = today - day; });
    expect_outcome(old_root.verify(), certificate_expired, 2);
}

// ---- names

TEST(VerifyChain, TheNameMustMatchWhereOneIsGiven) {
    Pki pki;
    pki.options.name = *ReferenceName::from_host("other.example");
    expect_outcome(pki.verify(), name_mismatch, 0);
    pki.options.name = *ReferenceName::from_host("192.0.2.1");
    expect_outcome(pki.verify(), ip_address_mismatch, 0);
    pki.options.name.reset();
    expect_verified(pki.verify());
}

TEST(VerifyChain, OddNamesDoNotDisturbASoundOne) {
    Pki pki([](Pki& p) {
        p.leaf_spec.names = {MintName::dns("a.example\0.evil.example"sv),
                             MintName::dns("under_score.example"),
                             MintName::uri("not a uri"),
                             {GeneralNameKind::ip_address, {1, 2, 3}},
                             {GeneralNameKind::registered_id, *der::encode_oid("1.2.3.4")},
                             MintName::email("\"odd\"@[127.0.0.1]"),
                             MintName::dns("host.example")};
    });
    expect_verified(pki.verify());
    pki.options.name = *ReferenceName::from_host("under_score.example");
    expect_verified(pki.verify());
}

TEST(VerifyChain, OddNamesAreRefusedWhereNamesAreConstrained) {
    Pki pki([](Pki& p) {
        p.intermediate_spec.permitted_dns = {"example"};
        p.leaf_spec.names.push_back(MintName::uri("not a uri"));
    });
    expect_outcome(pki.verify(), malformed_certificate, 0);
}

TEST(VerifyChain, OddUrlsForRevocationDoNotDisturb) {
    Pki pki([](Pki& p) {
        p.leaf_spec.ocsp_urls = {"not a url"};
        p.leaf_spec.crl_urls = {"file:///a b"};
    });
    expect_verified(pki.verify());
}

// ---- rights and purposes

TEST(VerifyChain, AnIssuerMustBeAnAuthority) {
    Pki not_a_ca([](Pki& p) { p.intermediate_spec.role = MintRole::leaf; });
    expect_outcome(not_a_ca.verify(), issuer_not_a_ca, 1);
    Pki ca_false(
        [](Pki& p) { p.intermediate_spec.extensions = {{"2.5.29.19", true, byte_vector("\x30\x00"sv)}}; });
    expect_outcome(ca_false.verify(), issuer_not_a_ca, 1);
    Pki may_not_sign([](Pki& p) { p.intermediate_spec.key_usages = {{KeyUsage::crl_sign}}; });
    expect_outcome(may_not_sign.verify(), issuer_may_not_sign, 1);
    Pki no_usage([](Pki& p) { p.intermediate_spec.key_usages.emplace(); });
    expect_verified(no_usage.verify());
}

TEST(VerifyChain, VersionOneIsForAnchorsAlone) {
    Pki old_root([](Pki& p) { p.root_spec.version_1 = true; });
    expect_verified(old_root.verify());
    Pki old_intermediate([](Pki& p) { p.intermediate_spec.version_1 = true; });
    expect_outcome(old_intermediate.verify(), issuer_not_a_ca, 1);
}

TEST(VerifyChain, PathLengthsCountTheIntermediatesBelow) {
    Pki zero([](Pki& p) { p.intermediate_spec.path_length = 0; });
    expect_verified(zero.verify());
    Pki root_zero([](Pki& p) { p.root_spec.path_length = 0; });
    expect_outcome(root_zero.verify(), path_length_exceeded, 2);
    Pki root_one([](Pki& p) { p.root_spec.path_length = 1; });
    expect_verified(root_one.verify());
}

TEST(VerifyChain, SelfIssuedIntermediatesDoNotCountForPathLengths) {
    Pki pki([](Pki& p) { p.intermediate_spec.path_length = 0; });
    CertificateSpec rollover = authority_spec("Intermediate"); // a new key under the same name
    const Minted next = expect_minted(mint(rollover, pki.intermediate, pki.rng));
    const Minted leaf = expect_minted(mint(pki.leaf_spec, next, pki.rng));
    expect_verified(pki.verify({leaf.der, next.der, pki.intermediate.der}));
}

TEST(VerifyChain, ExtendedKeyUsageBindsTheWholePath) {
    const auto purposes = [](std::vector<std::string> oids) { return std::optional(std::move(oids)); };
    const char* const server = "1.3.6.1.5.5.7.3.1";
    const char* const client = "1.3.6.1.5.5.7.3.2";
    Pki client_only([&](Pki& p) { p.leaf_spec.extended_key_usages = purposes({client}); });
    expect_outcome(client_only.verify(), wrong_purpose, 0);
    client_only.options.purpose = Purpose::client_auth;
    expect_verified(client_only.verify());
    Pki server_only([&](Pki& p) { p.leaf_spec.extended_key_usages = purposes({server}); });
    expect_verified(server_only.verify());
    server_only.options.purpose = Purpose::client_auth;
    expect_outcome(server_only.verify(), wrong_purpose, 0);
    server_only.options.purpose = Purpose::any;
    expect_verified(server_only.verify());
    Pki none([](Pki& p) { p.leaf_spec.extended_key_usages.emplace(); });
    expect_verified(none.verify());
    Pki any([&](Pki& p) { p.leaf_spec.extended_key_usages = purposes({"2.5.29.37.0"}); });
    expect_outcome(any.verify(), wrong_purpose, 0);
    Pki intermediate([&](Pki& p) { p.intermediate_spec.extended_key_usages = purposes({client}); });
    expect_outcome(intermediate.verify(), wrong_purpose, 1);
}

TEST(VerifyChain, TheLeafMustBeAllowedToSign) {
    Pki pki([](Pki& p) { p.leaf_spec.key_usages = {{KeyUsage::key_encipherment}}; });
    expect_outcome(pki.verify(), key_usage_not_allowed, 0);
    Pki no_usage([](Pki& p) { p.leaf_spec.key_usages.emplace(); });
    expect_verified(no_usage.verify());
    Pki certifies(
        [](Pki& p) { p.leaf_spec.key_usages = {{KeyUsage::digital_signature, KeyUsage::key_cert_sign}}; });
    expect_outcome(certifies.verify(), key_cert_sign_without_ca, 0);
}

TEST(VerifyChain, UnknownCriticalExtensionsAreRefused) {
    const auto with = [](bool critical) {
        return std::vector<MintExtension>{{"1.2.3.4.5", critical, {5, 0}}};
    };
    Pki on_leaf([&](Pki& p) { p.leaf_spec.extensions = with(true); });
    expect_outcome(on_leaf.verify(), unknown_critical_extension, 0);
    Pki on_intermediate([&](Pki& p) { p.intermediate_spec.extensions = with(true); });
    expect_outcome(on_intermediate.verify(), unknown_critical_extension, 1);
    Pki not_critical([&](Pki& p) { p.leaf_spec.extensions = with(false); });
    expect_verified(not_critical.verify());
}

// Nobody works policies out here (RFC 5280 §6.1.2 (d) to (g)), so that what restricts a path by them is not
// understood where it is critical.
TEST(VerifyChain, RestrictionsByPolicyAreNotPassedOver) {
    const std::vector<MintExtension> restrictions{
        {"2.5.29.36", true, {0x30, 0x03, 0x80, 0x01, 0x00}}, // requireExplicitPolicy: 0
        {"2.5.29.54", true, {0x02, 0x01, 0x00}},             // inhibitAnyPolicy: 0
        {"2.5.29.33",
         true,
         {0x30, 0x0e, 0x30, 0x0c, 0x06, 0x04, 0x2a, 0x03, 0x04, 0x05, 0x06, 0x04, 0x2a, 0x03, 0x04, 0x06}}};
    for (const MintExtension& restriction : restrictions) {
        Pki pki([&](Pki& p) { p.intermediate_spec.extensions = {restriction}; });
        expect_outcome(pki.verify(), unknown_critical_extension, 1);
    }
}

TEST(VerifyChain, AnExtensionThatBotanCannotReadIsRefused) {
    // Certificate policies are not ours to read.
    Pki pki(
        [](Pki& p) { p.leaf_spec.extensions = {{"2.5.29.32", true, byte_vector("\x30\x02\x05\x00"sv)}}; });
    expect_outcome(pki.verify(), malformed_certificate, 0);
}

// ---- strength

TEST(VerifyChain, SmallRsaKeysAreWeakUnlessThePolicySaysOtherwise) {
    Pki pki([](Pki& p) {
        p.leaf_spec.key_type = KeyType::rsa;
        p.leaf_spec.rsa_bits = 1024;
    });
    expect_outcome(pki.verify(), weak_certificate_key, 0);
    pki.options.minimum_rsa_bits = 1024;
    expect_verified(pki.verify());
    pki.options.minimum_rsa_bits = 1025;
    expect_outcome(pki.verify(), weak_certificate_key, 0);
    Pki authority([](Pki& p) {
        p.intermediate_spec.key_type = KeyType::rsa;
        p.intermediate_spec.rsa_bits = 1024;
    });
    expect_outcome(authority.verify(), weak_certificate_key, 1);
}

// An RSA key of any size, with a modulus of which nobody knows the factors: it is certified and never used.
class StatedRsaKey final : public crypto::LocalSigningKey {
    ByteVector info_;
    std::size_t bits_;

  public:
    StatedRsaKey(std::size_t modulus_bits, std::uint64_t exponent) : bits_(modulus_bits) {
        ByteVector modulus((modulus_bits + 7) / 8, 0xff);
        modulus[0] = static_cast<std::uint8_t>(0xff >> (8 * modulus.size() - modulus_bits));
        ByteVector key;
        {
            der::Writer writer(key);
            const auto fields = writer.sequence();
            writer.unsigned_integer(modulus);
            writer.integer(exponent);
        }
        der::Writer writer(info_);
        const auto info = writer.sequence();
        {
            const auto algorithm = writer.sequence();
            writer.oid("1.2.840.113549.1.1.1");
            writer.null();
        }
        writer.bit_string(key);
    }
    KeyType type() const noexcept override { return KeyType::rsa; }
    std::size_t bits() const noexcept override { return bits_; }
    Bytes subject_public_key_info() const noexcept override { return info_; }
    Result<ByteVector> sign(SignatureScheme, Bytes, Rng&) const noexcept override {
        return fail(not_supported);
    }
    Result<SecretVector> pkcs8_der() const noexcept override { return fail(not_supported); }
};

// A key that is certified as it is written down, and never used.
class StatedKey final : public crypto::LocalSigningKey {
    ByteVector info_;

  public:
    explicit StatedKey(ByteVector info) : info_(std::move(info)) {}
    KeyType type() const noexcept override { return KeyType::ecdsa_p256; }
    std::size_t bits() const noexcept override { return 256; }
    Bytes subject_public_key_info() const noexcept override { return info_; }
    Result<ByteVector> sign(SignatureScheme, Bytes, Rng&) const noexcept override {
        return fail(not_supported);
    }
    Result<SecretVector> pkcs8_der() const noexcept override { return fail(not_supported); }
};

enum class Curve { named, written_out };
ByteVector ec_key_info(Curve curve, std::size_t coordinate_size) {
    ByteVector info;
    der::Writer writer(info);
    const auto outer = writer.sequence();
    {
        const auto algorithm = writer.sequence();
        writer.oid("1.2.840.10045.2.1");
        if (curve == Curve::named) {
            writer.oid("1.2.840.10045.3.1.7");
        } else {
            const auto parameters = writer.sequence(); // the version of SpecifiedECDomain, and so on
            writer.integer(1);
        }
    }
    ByteVector point(1 + 2 * coordinate_size, 1);
    point[0] = 4;
    writer.bit_string(point);
    return info;
}

// CVE-2020-0601: who writes the curve out chooses its generator.
TEST(VerifyChain, CurvesHaveANameAndNoSmallSize) {
    const auto with_key = [](Curve curve, std::size_t coordinate_size) {
        Pki pki([&](Pki& p) {
            p.leaf_spec.key = std::make_shared<const StatedKey>(ec_key_info(curve, coordinate_size));
        });
        return pki.verify();
    };
    expect_outcome(with_key(Curve::written_out, 32), unsupported_key, 0);
    expect_outcome(with_key(Curve::named, 27), weak_certificate_key, 0);
    expect_verified(with_key(Curve::named, 28));
    expect_verified(with_key(Curve::named, 32));
}

TEST(VerifyChain, DsaIsNoAlgorithmOfOurs) {
    ByteVector info;
    {
        der::Writer writer(info);
        const auto outer = writer.sequence();
        {
            const auto algorithm = writer.sequence();
            writer.oid("1.2.840.10040.4.1");
        }
        writer.bit_string(ByteVector{2, 1, 1});
    }
    Pki pki([&](Pki& p) { p.leaf_spec.key = std::make_shared<const StatedKey>(info); });
    expect_outcome(pki.verify(), unsupported_key, 0);
}

TEST(VerifyChain, RsaKeysHaveASizeAtWhichTheyAreTooCostly) {
    constexpr std::uint64_t usual_exponent = 65537;
    constexpr std::uint64_t largest_exponent = (std::uint64_t{1} << 33) - 1;
    const auto with_key = [](std::size_t modulus_bits, std::uint64_t exponent) {
        Pki pki(
            [&](Pki& p) { p.leaf_spec.key = std::make_shared<const StatedRsaKey>(modulus_bits, exponent); });
        return pki.verify();
    };
    expect_outcome(with_key(2047, usual_exponent), weak_certificate_key, 0);
    expect_verified(with_key(2048, usual_exponent));
    expect_verified(with_key(crypto::max_rsa_modulus_bits, usual_exponent));
    expect_outcome(with_key(crypto::max_rsa_modulus_bits + 1, usual_exponent), unsupported_key, 0);
    expect_verified(with_key(2048, largest_exponent));
    expect_outcome(with_key(2048, largest_exponent + 2), unsupported_key, 0);
}

// SEQUENCE { OID, NULL }, or without the NULL.
constexpr auto md5_with_rsa = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00"sv;
constexpr auto sha1_with_rsa = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00"sv;
constexpr auto sha1_with_ecdsa = "\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"sv;
// RSASSA-PSS with empty parameters: SHA-1 is the default of RFC 4055 §3.1.
constexpr auto sha1_with_pss = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x00"sv;
constexpr auto unknown_algorithm = "\x30\x05\x06\x03\x2a\x03\x04"sv;

TEST(VerifyChain, WeakHashesAreRefusedBeforeAnySignatureIsChecked) {
    for (const std::string_view algorithm : {md5_with_rsa, sha1_with_rsa, sha1_with_ecdsa, sha1_with_pss}) {
        Pki leaf([&](Pki& p) { p.leaf_spec.signature_algorithm = byte_vector(algorithm); });
        expect_outcome(leaf.verify(), weak_certificate_signature, 0);
        Pki intermediate([&](Pki& p) { p.intermediate_spec.signature_algorithm = byte_vector(algorithm); });
        expect_outcome(intermediate.verify(), weak_certificate_signature, 1);
    }
}

TEST(VerifyChain, UnknownSignatureAlgorithmsAreNotSupported) {
    Pki pki([](Pki& p) { p.leaf_spec.signature_algorithm = byte_vector(unknown_algorithm); });
    expect_outcome(pki.verify(), unsupported_certificate_signature, 0);
}

} // namespace
} // namespace pavise::trust
