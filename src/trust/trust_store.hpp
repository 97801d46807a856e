// What is trusted: certificates that may end a chain, and revocation lists.
#pragma once

#include "trust/certificate.hpp"
#include "trust/hashed_directory.hpp"

#include <string>

namespace pavise::trust {

class VerifiedChainCache;

// A snapshot, to be shared by any number of connections and threads. It does not change, except that a hashed
// directory is read as it is needed, and that it remembers chains that were verified by it.
class TrustStore {
  public:
    class Builder;

    TrustStore() = default; // trusts nothing
    TrustStore(const TrustStore&) = delete;
    TrustStore& operator=(const TrustStore&) = delete;

    // In the order in which they were added, duplicates left out. Anchors need not be self-signed.
    std::span<const CertificatePtr> certificates() const noexcept { return certificates_; }
    std::span<const CrlPtr> crls() const noexcept { return crls_; }
    // Directories whose certificates and lists are read when they are needed.
    std::span<const std::shared_ptr<const HashedDirectory>> directories() const noexcept {
        return directories_;
    }
    bool contains(const Certificate& certificate) const;
    // Certificates whose subject has this canonical form (Certificate::canonical_subject).
    std::vector<CertificatePtr> with_subject(Bytes canonical_subject) const;
    // Revocation lists whose issuer has this canonical form.
    std::vector<CrlPtr> crls_of(Bytes canonical_issuer) const;
    // Names the contents: equal stores have equal fingerprints, wherever they were loaded from.
    const Fingerprint& fingerprint() const noexcept { return fingerprint_; }
    // What this store was found to vouch for, with keys made by botan_provider(). Null in a store that trusts
    // nothing.
    VerifiedChainCache* verified_chains() const noexcept { return verified_chains_.get(); }

  private:
    friend class Builder;
    std::vector<CertificatePtr> certificates_;
    std::vector<CertificatePtr> by_subject_; // the same, sorted by canonical subject
    std::vector<CrlPtr> crls_;
    std::vector<std::shared_ptr<const HashedDirectory>> directories_;
    Fingerprint fingerprint_{};
    std::shared_ptr<VerifiedChainCache> verified_chains_;
};

using TrustStorePtr = std::shared_ptr<const TrustStore>;

struct Added {
    std::size_t certificates = 0;
    std::size_t crls = 0;
    std::size_t unreadable =
        0; // what was skipped where skipping is the rule (directories, the system's store)
};

// Where this system keeps what it trusts: SSL_CERT_FILE and SSL_CERT_DIR (several directories, with colons
// between them) where they are set, else the first of the usual places that exists.
struct TrustLocations {
    std::string file; // empty where there is none
    std::vector<std::string> directories;
};
TrustLocations system_trust_locations();

// Collects; not thread-safe. What an add_… function adds it adds wholly or not at all.
//
// Errors: file_not_read (detail: errno), file_too_large, malformed_pem (detail: line), certificate_not_read
// and malformed_crl (detail: the number of the certificate or list in the input, from 1),
// no_certificate_found.
class TrustStore::Builder {
  public:
    Builder();
    // Starts from what another store holds.
    explicit Builder(const TrustStore& base);
    ~Builder();
    Builder(Builder&&) noexcept;
    Builder& operator=(Builder&&) noexcept;

    void add(CertificatePtr certificate);
    // Blocks CERTIFICATE, X509 CERTIFICATE, TRUSTED CERTIFICATE (its auxiliary data is dropped) and X509 CRL;
    // other blocks are skipped.
    Result<Added> add_pem(std::string_view text);
    // One or more concatenated DER certificates.
    Result<Added> add_der(Bytes der);
    Result<Added> add_crl_der(Bytes der);
    // PEM, or DER.
    Result<Added> add_file(const std::string& path);
    // Every regular file in a directory that holds certificates or CRLs; others are counted as unreadable.
    Result<Added> add_directory(const std::string& path);
    // A directory in OpenSSL's hashed layout, read as it is needed (HashedDirectory).
    void add_hashed_directory(const std::string& path);
    // What system_trust_locations() names.
    Result<Added> add_system();

    // The snapshot so far; the builder can go on.
    Result<TrustStorePtr> build() const;

  private:
    struct Contents;
    std::unique_ptr<Contents> contents_;
};

} // namespace pavise::trust
