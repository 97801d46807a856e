#include "trust/trust_store.hpp"

#include "base/pem.hpp"
#include "pki.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace pavise::trust {
namespace {

using testing::byte_vector;
using testing::day;
using testing::Folder;
using testing::Pki;
using testing::today;

std::string crl_pem(Pki& pki) {
    CrlSpec spec;
    spec.this_update = today - day;
    spec.next_update = today + day;
    const auto der = mint_crl(spec, pki.root, pki.rng);
    EXPECT_TRUE(der);
    return write_pem("X509 CRL", *der);
}

TEST(TrustStore, TakesPemWithOtherThingsBetween) {
    Pki pki;
    const std::string text = "# a comment\n" + pki.root.certificate_pem() +
                             write_pem("PRIVATE KEY", byte_vector("x")) +
                             write_pem("X509 CERTIFICATE", pki.intermediate.der) + crl_pem(pki);
    TrustStore::Builder builder;
    const auto added = builder.add_pem(text);
    ASSERT_TRUE(added) << describe(added.error());
    EXPECT_EQ(added->certificates, 2u);
    EXPECT_EQ(added->crls, 1u);
    const auto store = builder.build();
    ASSERT_TRUE(store);
    EXPECT_EQ((*store)->certificates().size(), 2u);
    EXPECT_EQ((*store)->crls().size(), 1u);
    EXPECT_TRUE((*store)->contains(*pki.root.certificate));
    EXPECT_FALSE((*store)->contains(*pki.leaf.certificate));
    ASSERT_EQ((*store)->with_subject(pki.root.certificate->canonical_subject()).size(), 1u);
}

TEST(TrustStore, LeavesDuplicatesOut) {
    Pki pki;
    TrustStore::Builder builder;
    builder.add(pki.root.certificate);
    const auto again = builder.add_pem(pki.root.certificate_pem() + pki.root.certificate_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->certificates, 0u);
    EXPECT_EQ((*builder.build())->certificates().size(), 1u);
}

TEST(TrustStore, DropsTheAuxiliaryDataOfTrustedCertificates) {
    Pki pki;
    const ByteVector auxiliary{0x30, 0x00};
    ByteVector with_data = pki.root.der;
    with_data.insert(with_data.end(), auxiliary.begin(), auxiliary.end());
    TrustStore::Builder builder;
    ASSERT_TRUE(builder.add_pem(write_pem("TRUSTED CERTIFICATE", with_data)));
    EXPECT_TRUE((*builder.build())->contains(*pki.root.certificate));
    EXPECT_FALSE(builder.add_pem(write_pem("CERTIFICATE", with_data)));
}

TEST(TrustStore, TakesConcatenatedDer) {
    Pki pki;
    ByteVector both = pki.root.der;
    both.insert(both.end(), pki.leaf.der.begin(), pki.leaf.der.end());
    TrustStore::Builder builder;
    EXPECT_EQ(builder.add_der(both)->certificates, 2u);
    both.pop_back();
    EXPECT_EQ(builder.add_der(both).error(), (Error{ErrorCode::certificate_not_read, 2}));
    EXPECT_EQ(builder.add_der({}).error().code, ErrorCode::no_certificate_found);
}

TEST(TrustStore, SaysWhatIsWrongAndWhere) {
    Pki pki;
    TrustStore::Builder builder;
    EXPECT_EQ(builder.add_pem("nothing").error(), (Error{ErrorCode::no_certificate_found, 0}));
    EXPECT_EQ(builder.add_pem(write_pem("PRIVATE KEY", pki.root.der)).error().code,
              ErrorCode::no_certificate_found);
    EXPECT_EQ(
        builder.add_pem(pki.root.certificate_pem() + write_pem("CERTIFICATE", byte_vector("x"))).error(),
        (Error{ErrorCode::certificate_not_read, 2}));
    EXPECT_EQ(builder.add_pem("\n" + write_pem("X509 CRL", byte_vector("x"))).error(),
              (Error{ErrorCode::malformed_crl, 1}));
    EXPECT_EQ(builder.add_pem("-----BEGIN CERTIFICATE-----\n").error(), (Error{ErrorCode::malformed_pem, 1}));
    EXPECT_EQ(builder.add_file("/nonexistent").error(), (Error{ErrorCode::file_not_read, ENOENT}));
    EXPECT_EQ(builder.add_directory("/nonexistent").error(), (Error{ErrorCode::file_not_read, ENOENT}));
    EXPECT_TRUE((*builder.build())->certificates().empty()) << "a failure adds nothing";
}

TEST(TrustStore, ReadsFilesInEitherForm) {
    Pki pki;
    const Folder folder;
    TrustStore::Builder builder;
    EXPECT_EQ(builder.add_file(folder.write("a.pem", pki.root.certificate_pem()))->certificates, 1u);
    EXPECT_EQ(builder.add_file(folder.write("b.der", as_text(pki.leaf.der)))->certificates, 1u);
    const auto crl = read_pem(crl_pem(pki));
    EXPECT_EQ(builder.add_file(folder.write("c.crl", as_text(crl->front().contents.view())))->crls, 1u);
    EXPECT_EQ(builder.add_file(folder.write("d.txt", "text")).error().code, ErrorCode::no_certificate_found);
    EXPECT_EQ(builder.add_file(folder.write("e.empty", "")).error().code, ErrorCode::no_certificate_found);
    EXPECT_EQ(builder.add_file(folder.path()).error(), (Error{ErrorCode::file_not_read, EISDIR}));
}

TEST(TrustStore, TakesWhatIsReadableFromADirectory) {
    Pki pki;
    const Folder folder;
    folder.write("1.pem", pki.root.certificate_pem() + write_pem("CERTIFICATE", byte_vector("x")));
    folder.write("2.der", as_text(pki.leaf.der));
    folder.write("3.txt", "text");
    folder.write("4.pem", pki.root.certificate_pem());
    std::filesystem::create_directory(folder.path() + "/inner");
    TrustStore::Builder builder;
    const auto added = builder.add_directory(folder.path());
    ASSERT_TRUE(added);
    EXPECT_EQ(added->certificates, 2u);
    EXPECT_EQ(added->unreadable, 2u);
}

TEST(TrustStore, TheFingerprintNamesTheContents) {
    Pki pki;
    const auto fingerprint = [](std::initializer_list<CertificatePtr> certificates) {
        TrustStore::Builder builder;
        for (const CertificatePtr& certificate : certificates) builder.add(certificate);
        return (*builder.build())->fingerprint();
    };
    const CertificatePtr& a = pki.root.certificate;
    const CertificatePtr& b = pki.leaf.certificate;
    EXPECT_EQ(fingerprint({a, b}), fingerprint({b, a}));
    EXPECT_EQ(fingerprint({a}), fingerprint({a, a}));
    EXPECT_NE(fingerprint({a}), fingerprint({b}));
    EXPECT_NE(fingerprint({a}), fingerprint({a, b}));
    EXPECT_NE(fingerprint({}), fingerprint({a}));
}

TEST(TrustStore, ASnapshotStaysWhatItWas) {
    Pki pki;
    TrustStore::Builder builder;
    builder.add(pki.root.certificate);
    const TrustStorePtr first = *builder.build();
    builder.add(pki.leaf.certificate);
    const TrustStorePtr second = *builder.build();
    EXPECT_EQ(first->certificates().size(), 1u);
    EXPECT_EQ(second->certificates().size(), 2u);
    TrustStore::Builder from_first(*first);
    EXPECT_EQ((*from_first.build())->fingerprint(), first->fingerprint());
}

// Sets a variable of the environment for the length of a scope.
class Variable {
    std::string name_;
    std::optional<std::string> before_;

  public:
    Variable(std::string name, const std::optional<std::string>& value) : name_(std::move(name)) {
        if (const char* const old = std::getenv(name_.c_str())) before_ = old;
        set(value);
    }
    ~Variable() { set(before_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    void set(const std::optional<std::string>& value) const {
        if (value)
            ::setenv(name_.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name_.c_str());
    }
};

TEST(SystemTrust, TheEnvironmentNamesFileAndDirectories) {
    Pki pki;
    const Folder one;
    const Folder two;
    one.write("a.pem", pki.leaf.certificate_pem());
    two.write("b.pem", pki.intermediate.certificate_pem());
    const std::string file =
        two.write("bundle", pki.root.certificate_pem() + write_pem("CERTIFICATE", byte_vector("x")));
    const Variable file_variable("SSL_CERT_FILE", file);
    const Variable directory_variable("SSL_CERT_DIR", one.path() + "::" + two.path());
    const TrustLocations locations = system_trust_locations();
    EXPECT_EQ(locations.file, file);
    EXPECT_EQ(locations.directories, (std::vector<std::string>{one.path(), two.path()}));
    TrustStore::Builder builder;
    const auto added = builder.add_system();
    ASSERT_TRUE(added) << describe(added.error());
    EXPECT_EQ(added->certificates, 3u);
    EXPECT_EQ(added->unreadable, 2u) << "once in the file, once as part of the directory";
}

TEST(SystemTrust, AMissingFileIsSaid) {
    const Variable file("SSL_CERT_FILE", "/nonexistent");
    const Variable directory("SSL_CERT_DIR", std::nullopt);
    TrustStore::Builder builder;
    EXPECT_EQ(builder.add_system().error(), (Error{ErrorCode::file_not_read, ENOENT}));
}

TEST(SystemTrust, AnEmptyDirectoryIsNoTrust) {
    const Folder empty;
    const Variable file("SSL_CERT_FILE", std::nullopt);
    const Variable directory("SSL_CERT_DIR", empty.path());
    TrustStore::Builder builder;
    EXPECT_EQ(builder.add_system().error().code, ErrorCode::no_certificate_found);
}

} // namespace
} // namespace pavise::trust
