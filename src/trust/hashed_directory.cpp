#include "trust/hashed_directory.hpp"

#include "base/pem.hpp"
#include "trust/batch.hpp"
#include "trust/name_hash.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

namespace pavise::trust {

// Precondition: mutex_ is held.
void HashedDirectory::read(std::uint32_t hash, Kind kind) const {
    std::array<char, 16> name{};
    for (unsigned number = 0; number < max_files_of_one_hash; ++number) {
        std::snprintf(name.data(), name.size(), kind == Kind::lists ? "%08x.r%u" : "%08x.%u", hash, number);
        const auto contents = read_credential_file(path_ + "/" + name.data());
        if (!contents) return;
        auto batch = read_batch(contents->view(), Malformed::is_counted);
        if (!batch) continue;
        // A file of one kind that holds the other as well would be read again, and its contents kept twice.
        if (kind == Kind::certificates && !batch->certificates.empty())
            std::ranges::move(batch->certificates, std::back_inserter(certificates_[hash]));
        if (kind == Kind::lists && !batch->crls.empty())
            std::ranges::move(batch->crls, std::back_inserter(crls_[hash]));
    }
}

std::vector<CertificatePtr> HashedDirectory::with_subject(Bytes canonical_subject) const {
    const auto hash = name_hash(canonical_subject);
    if (!hash) return {};
    const std::lock_guard lock(mutex_);
    if (!certificates_.contains(*hash)) read(*hash, Kind::certificates);
    std::vector<CertificatePtr> found;
    if (const auto kept = certificates_.find(*hash); kept != certificates_.end())
        std::ranges::copy_if(kept->second, std::back_inserter(found), [&](const CertificatePtr& certificate) {
            return as_text(certificate->canonical_subject()) == as_text(canonical_subject);
        });
    return found;
}

std::vector<CrlPtr> HashedDirectory::crls_of(Bytes canonical_issuer) const {
    const auto hash = name_hash(canonical_issuer);
    if (!hash) return {};
    const std::lock_guard lock(mutex_);
    if (!crls_.contains(*hash)) read(*hash, Kind::lists);
    std::vector<CrlPtr> found;
    if (const auto kept = crls_.find(*hash); kept != crls_.end())
        std::ranges::copy_if(kept->second, std::back_inserter(found), [&](const CrlPtr& crl) {
            return as_text(crl->canonical_issuer()) == as_text(canonical_issuer);
        });
    return found;
}

std::vector<CertificatePtr> HashedDirectory::loaded() const {
    const std::lock_guard lock(mutex_);
    std::vector<CertificatePtr> all;
    for (const auto& [hash, certificates] : certificates_)
        std::ranges::copy(certificates, std::back_inserter(all));
    return all;
}

std::vector<CrlPtr> HashedDirectory::loaded_crls() const {
    const std::lock_guard lock(mutex_);
    std::vector<CrlPtr> all;
    for (const auto& [hash, crls] : crls_) std::ranges::copy(crls, std::back_inserter(all));
    return all;
}

} // namespace pavise::trust
