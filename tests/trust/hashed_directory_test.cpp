#include "trust/hashed_directory.hpp"

#include "base/pem.hpp"
#include "pki.hpp"
#include "trust/name_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace pavise::trust {
namespace {

using testing::day;
using testing::expect_outcome;
using testing::expect_verified;
using testing::Folder;
using testing::Pki;
using testing::today;

std::string file_name(Bytes canonical_name, const char* suffix) {
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08x.%s", *name_hash(canonical_name), suffix);
    return name.data();
}

struct Directory : Folder {
    void add(const Certificate& certificate, const char* suffix) {
        write(file_name(certificate.canonical_subject(), suffix),
              write_pem("CERTIFICATE", certificate.der()));
    }
};

TEST(HashedDirectory, IsReadWhenANameIsAskedFor) {
    Pki pki;
    Directory directory;
    directory.add(*pki.root.certificate, "0");
    pki.trusted = {};
    pki.trusted.add_hashed_directory(directory.path());
    const TrustStorePtr store = *pki.trusted.build();
    EXPECT_TRUE(store->certificates().empty());
    EXPECT_TRUE(store->directories().front()->loaded().empty());
    expect_verified(pki.verify());
    ASSERT_EQ(store->directories().front()->loaded().size(), 1u) << "shared by all snapshots of one builder";
    std::filesystem::remove(directory.path() + "/" +
                            file_name(pki.root.certificate->canonical_subject(), "0"));
    expect_verified(pki.verify());
}

TEST(HashedDirectory, SeveralFilesShareAHash) {
    Pki pki;
    Pki impostor([](Pki& p) { p.rng = testing::RepeatableRng(99); });
    Directory directory;
    directory.add(*impostor.root.certificate, "0");
    directory.write(file_name(pki.root.certificate->canonical_subject(), "1"), "broken");
    directory.add(*pki.root.certificate, "2");
    pki.trusted = {};
    pki.trusted.add_hashed_directory(directory.path());
    expect_verified(pki.verify());
}

TEST(HashedDirectory, WhatIsNotThereIsLookedForAgain) {
    Pki pki;
    Directory directory;
    pki.trusted = {};
    pki.trusted.add_hashed_directory(directory.path());
    expect_outcome(pki.verify(), ErrorCode::unknown_issuer, 1);
    directory.add(*pki.root.certificate, "0");
    expect_verified(pki.verify());
}

TEST(HashedDirectory, AnotherNameUnderTheHashIsNotGiven) {
    Pki pki;
    Directory directory;
    directory.write(file_name(pki.root.certificate->canonical_subject(), "0"), pki.leaf.certificate_pem());
    const HashedDirectory hashed(directory.path());
    EXPECT_TRUE(hashed.with_subject(pki.root.certificate->canonical_subject()).empty());
}

TEST(HashedDirectory, HoldsRevocationListsToo) {
    Pki pki;
    Directory directory;
    CrlSpec list;
    list.this_update = today - day;
    list.next_update = today + day;
    const auto crl = mint_crl(list, pki.intermediate, pki.rng);
    ASSERT_TRUE(crl);
    pki.trusted.add_hashed_directory(directory.path());
    pki.options.revocation = RevocationPolicy::leaf;
    expect_outcome(pki.verify(), ErrorCode::crl_missing, 0);
    directory.write(file_name(pki.intermediate.certificate->canonical_subject(), "r0"),
                    write_pem("X509 CRL", *crl));
    expect_verified(pki.verify());
}

} // namespace
} // namespace pavise::trust
