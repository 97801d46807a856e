#include "pki.hpp"

#include <gtest/gtest.h>

namespace pavise::trust {
namespace {

using testing::day;
using testing::expect_minted;
using testing::expect_outcome;
using testing::expect_verified;
using testing::Pki;
using testing::today;
using enum ErrorCode;

CrlSpec current_list() {
    CrlSpec spec;
    spec.this_update = today - day;
    spec.next_update = today + day;
    return spec;
}

RevokedEntry entry_for(const Minted& minted) {
    const Bytes serial = minted.certificate->serial_number();
    return {ByteVector(serial.begin(), serial.end()), today - 2 * day, 1};
}

// Adds a list to what is trusted.
void add_list(Pki& pki, const CrlSpec& spec, const Minted& issuer) {
    const auto crl = mint_crl(spec, issuer, pki.rng);
    ASSERT_TRUE(crl);
    const auto added = pki.trusted.add_crl_der(*crl);
    ASSERT_TRUE(added) << describe(added.error());
    EXPECT_EQ(added->crls, 1u);
}

TEST(Revocation, ListsAreIgnoredUnlessThePolicyAsks) {
    Pki pki;
    CrlSpec list = current_list();
    list.revoked = {entry_for(pki.leaf)};
    add_list(pki, list, pki.intermediate);
    expect_verified(pki.verify());
    pki.options.revocation = RevocationPolicy::leaf;
    expect_outcome(pki.verify(), certificate_revoked, 0);
}

TEST(Revocation, ThePolicySaysWhoMustBeCovered) {
    Pki pki;
    pki.options.revocation = RevocationPolicy::leaf;
    expect_outcome(pki.verify(), crl_missing, 0);
    add_list(pki, current_list(), pki.intermediate);
    expect_verified(pki.verify());
    pki.options.revocation = RevocationPolicy::whole_chain;
    expect_outcome(pki.verify(), crl_missing, 1);
    add_list(pki, current_list(), pki.root);
    expect_verified(pki.verify());
    CrlSpec list = current_list();
    list.revoked = {entry_for(pki.intermediate)};
    list.number = 2;
    add_list(pki, list, pki.root);
    expect_outcome(pki.verify(), certificate_revoked, 1);
}

TEST(Revocation, ListsHaveATime) {
    Pki expired;
    expired.options.revocation = RevocationPolicy::leaf;
    CrlSpec old = current_list();
    old.this_update = today - 9 * day;
    old.next_update = today - day;
    add_list(expired, old, expired.intermediate);
    expect_outcome(expired.verify(), crl_expired, 0);
    // A current list beside it suffices.
    add_list(expired, current_list(), expired.intermediate);
    expect_verified(expired.verify());

    Pki early;
    early.options.revocation = RevocationPolicy::leaf;
    CrlSpec young = current_list();
    young.this_update = today + day;
    young.next_update = today + 9 * day;
    add_list(early, young, early.intermediate);
    expect_outcome(early.verify(), crl_not_yet_valid, 0);
}

TEST(Revocation, AListMustBeSignedByTheIssuer) {
    Pki pki;
    Pki impostor([](Pki& p) {
        p.rng = testing::RepeatableRng(99);
        p.intermediate_spec.omitted = {"2.5.29.14"};
    });
    pki.options.revocation = RevocationPolicy::leaf;
    add_list(pki, current_list(), impostor.intermediate);
    expect_outcome(pki.verify(), crl_signature_invalid, 0);
}

TEST(Revocation, AnIssuerMustBeAllowedToSignLists) {
    Pki pki([](Pki& p) { p.intermediate_spec.key_usages = {{KeyUsage::key_cert_sign}}; });
    pki.options.revocation = RevocationPolicy::leaf;
    add_list(pki, current_list(), pki.intermediate);
    expect_outcome(pki.verify(), issuer_may_not_sign, 0);
}

TEST(Revocation, ALeafThatIsAnAnchorIsNotExempt) {
    for (const RevocationPolicy policy : {RevocationPolicy::leaf, RevocationPolicy::whole_chain}) {
        Pki pki([](Pki& p) {
            p.root_spec.names = {MintName::dns("host.example")};
            p.root_spec.key_usages = {
                {KeyUsage::digital_signature, KeyUsage::key_cert_sign, KeyUsage::crl_sign}};
        });
        expect_verified(pki.verify({pki.root.der}));
        pki.options.revocation = policy;
        expect_outcome(pki.verify({pki.root.der}), crl_missing, 0);
        CrlSpec list = current_list();
        add_list(pki, list, pki.root);
        expect_verified(pki.verify({pki.root.der}));
        list.revoked = {entry_for(pki.root)};
        add_list(pki, list, pki.root);
        expect_outcome(pki.verify({pki.root.der}), certificate_revoked, 0);

        Pki partial;
        partial.options.revocation = policy;
        partial.options.anchors = AnchorPolicy::partial_chain;
        partial.trusted.add(partial.leaf.certificate);
        expect_outcome(partial.verify({partial.leaf.der}), crl_missing, 0);
    }
}

TEST(Revocation, AnotherSerialIsNotRevoked) {
    Pki pki;
    pki.options.revocation = RevocationPolicy::leaf;
    CrlSpec list = current_list();
    list.revoked = {entry_for(pki.intermediate), entry_for(pki.root)};
    add_list(pki, list, pki.intermediate);
    expect_verified(pki.verify());
}

// One key may have several identifiers, where its authority has several certificates: it is still the
// issuer's key that signed the list.
TEST(Revocation, AListUnderAnotherKeyIdentifierRevokesAllTheSame) {
    Pki pki;
    CertificateSpec twin = pki.intermediate_spec;
    twin.key = pki.intermediate.key;
    twin.extensions = {{"2.5.29.14", false, {0x04, 0x04, 1, 2, 3, 4}}};
    const Minted renewed = expect_minted(mint(twin, pki.root, pki.rng));
    pki.options.revocation = RevocationPolicy::leaf;
    CrlSpec list = current_list();
    list.revoked = {entry_for(pki.root)};
    add_list(pki, list, renewed);
    expect_verified(pki.verify());
    list.revoked.push_back(entry_for(pki.leaf));
    add_list(pki, list, renewed);
    expect_outcome(pki.verify(), certificate_revoked, 0);
}

TEST(Crl, TellsIssuerAndTimes) {
    Pki pki;
    const auto der = mint_crl(current_list(), pki.root, pki.rng);
    ASSERT_TRUE(der);
    const auto crl = Crl::parse(*der);
    ASSERT_TRUE(crl);
    EXPECT_EQ((*crl)->issuer().to_string(), "CN=Root,O=Pavise Tests");
    EXPECT_EQ((*crl)->this_update(), today - day);
    EXPECT_EQ((*crl)->next_update(), today + day);
}

TEST(Crl, SurvivesEveryGarbledByte) {
    Pki pki;
    CrlSpec spec = current_list();
    spec.revoked = {entry_for(pki.leaf)};
    const auto der = mint_crl(spec, pki.intermediate, pki.rng);
    ASSERT_TRUE(der);
    for (std::size_t i = 0; i < der->size(); ++i) {
        EXPECT_FALSE(Crl::parse(Bytes(*der).first(i)));
        ByteVector garbled = *der;
        garbled[i] = static_cast<std::uint8_t>(garbled[i] ^ 1u << (i % 8));
        const auto crl = Crl::parse(garbled);
        if (!crl) continue;
        const Status status = (*crl)->check(*pki.leaf.certificate, *pki.intermediate.certificate, today);
        EXPECT_FALSE(status) << "byte " << i;
    }
}

} // namespace
} // namespace pavise::trust
