// A directory of certificates and revocation lists in OpenSSL's layout: HASH.0, HASH.1 … and HASH.r0 … by the
// hash of the subject or issuer (`openssl rehash` makes it).
#pragma once

#include "trust/crl.hpp"

#include <map>
#include <mutex>
#include <string>

namespace pavise::trust {

// Reads a file when a name with its hash is first asked for, and keeps what it found. What is missing or
// unreadable is looked for again each time: a peer chooses the names, so nothing is kept for one that is not
// there. Thread-safe.
class HashedDirectory {
  public:
    // More certificates of one hash than any directory has.
    static constexpr unsigned max_files_of_one_hash = 32;

    explicit HashedDirectory(std::string path) : path_(std::move(path)) {}

    const std::string& path() const noexcept { return path_; }
    std::vector<CertificatePtr> with_subject(Bytes canonical_subject) const;
    std::vector<CrlPtr> crls_of(Bytes canonical_issuer) const;
    // What has been read so far.
    std::vector<CertificatePtr> loaded() const;
    std::vector<CrlPtr> loaded_crls() const;

  private:
    enum class Kind : std::uint8_t { certificates, lists };
    void read(std::uint32_t hash, Kind kind) const;

    std::string path_;
    mutable std::mutex mutex_;
    mutable std::map<std::uint32_t, std::vector<CertificatePtr>> certificates_;
    mutable std::map<std::uint32_t, std::vector<CrlPtr>> crls_;
};

} // namespace pavise::trust
