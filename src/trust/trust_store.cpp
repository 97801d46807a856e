#include "trust/trust_store.hpp"

#include "base/pem.hpp"
#include "trust/batch.hpp"
#include "trust/chain_cache.hpp"
#include "trust/fingerprint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <ranges>
#include <set>

namespace pavise::trust {

namespace {

std::string_view subject_of(const CertificatePtr& certificate) {
    return as_text(certificate->canonical_subject());
}

// The files of a directory in the order of their names.
Result<std::vector<std::string>> files_in(const std::string& path) {
    std::error_code problem;
    std::vector<std::string> files;
    std::filesystem::directory_iterator entries(path, problem);
    const std::filesystem::directory_iterator end;
    for (; !problem && entries != end; entries.increment(problem)) {
        std::error_code ignored;
        if (entries->is_regular_file(ignored)) files.push_back(entries->path().string());
    }
    if (problem) return fail(ErrorCode::file_not_read, static_cast<std::uint16_t>(problem.value()));
    std::ranges::sort(files);
    return files;
}

bool exists(const char* path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

} // namespace

bool TrustStore::contains(const Certificate& certificate) const {
    return std::ranges::any_of(
        with_subject(certificate.canonical_subject()),
        [&](const CertificatePtr& trusted) { return trusted->fingerprint() == certificate.fingerprint(); });
}

std::vector<CertificatePtr> TrustStore::with_subject(Bytes canonical_subject) const {
    const auto found = std::ranges::equal_range(by_subject_, as_text(canonical_subject), {}, subject_of);
    std::vector<CertificatePtr> certificates(found.begin(), found.end());
    for (const auto& directory : directories_)
        std::ranges::move(directory->with_subject(canonical_subject), std::back_inserter(certificates));
    return certificates;
}

std::vector<CrlPtr> TrustStore::crls_of(Bytes canonical_issuer) const {
    std::vector<CrlPtr> crls;
    for (const CrlPtr& crl : crls_)
        if (as_text(crl->canonical_issuer()) == as_text(canonical_issuer)) crls.push_back(crl);
    for (const auto& directory : directories_)
        std::ranges::move(directory->crls_of(canonical_issuer), std::back_inserter(crls));
    return crls;
}

struct TrustStore::Builder::Contents {
    std::vector<CertificatePtr> certificates;
    std::vector<CrlPtr> crls;
    std::vector<std::shared_ptr<const HashedDirectory>> directories;
    std::set<Fingerprint> known;

    // Duplicates are left out.
    Added add(Batch batch) {
        Added added;
        added.unreadable = batch.unreadable;
        for (CertificatePtr& certificate : batch.certificates) {
            if (!known.insert(certificate->fingerprint()).second) continue;
            certificates.push_back(std::move(certificate));
            ++added.certificates;
        }
        for (CrlPtr& crl : batch.crls) {
            if (!known.insert(crl->fingerprint()).second) continue;
            crls.push_back(std::move(crl));
            ++added.crls;
        }
        return added;
    }
};

TrustStore::Builder::Builder() : contents_(std::make_unique<Contents>()) {}
TrustStore::Builder::Builder(const TrustStore& base) : Builder() {
    contents_->add({base.certificates_, base.crls_, 0});
    contents_->directories = base.directories_;
}
TrustStore::Builder::~Builder() = default;
TrustStore::Builder::Builder(Builder&&) noexcept = default;
TrustStore::Builder& TrustStore::Builder::operator=(Builder&&) noexcept = default;

void TrustStore::Builder::add(CertificatePtr certificate) {
    if (certificate) contents_->add({{std::move(certificate)}, {}, 0});
}

Result<Added> TrustStore::Builder::add_pem(std::string_view text) {
    PAVISE_LET(Batch batch, read_pem_batch(text, Malformed::fails));
    if (batch.empty()) return fail(ErrorCode::no_certificate_found);
    return contents_->add(std::move(batch));
}

Result<Added> TrustStore::Builder::add_der(Bytes der) {
    PAVISE_LET(Batch batch, read_der_batch(der));
    if (batch.empty()) return fail(ErrorCode::no_certificate_found);
    return contents_->add(std::move(batch));
}

Result<Added> TrustStore::Builder::add_crl_der(Bytes der) {
    PAVISE_LET(CrlPtr crl, Crl::parse(der));
    Batch batch;
    batch.crls.push_back(std::move(crl));
    return contents_->add(std::move(batch));
}

Result<Added> TrustStore::Builder::add_file(const std::string& path) {
    PAVISE_LET(const SecretVector contents, read_credential_file(path));
    PAVISE_LET(Batch batch, read_batch(contents.view(), Malformed::fails));
    if (batch.empty()) return fail(ErrorCode::no_certificate_found);
    return contents_->add(std::move(batch));
}

Result<Added> TrustStore::Builder::add_directory(const std::string& path) {
    PAVISE_LET(const std::vector<std::string> files, files_in(path));
    Batch all;
    for (const std::string& file : files) {
        const auto contents = read_credential_file(file);
        auto batch = contents ? read_batch(contents->view(), Malformed::is_counted) : Result<Batch>(Batch{});
        if (!batch || batch->empty()) {
            ++all.unreadable;
            continue;
        }
        all.unreadable += batch->unreadable;
        std::ranges::move(batch->certificates, std::back_inserter(all.certificates));
        std::ranges::move(batch->crls, std::back_inserter(all.crls));
    }
    return contents_->add(std::move(all));
}

void TrustStore::Builder::add_hashed_directory(const std::string& path) {
    contents_->directories.push_back(std::make_shared<HashedDirectory>(path));
}

TrustLocations system_trust_locations() {
    // Debian and its kin, Fedora and its kin, openSUSE, Alpine and the BSDs, in the order in which others
    // look.
    constexpr const char* usual_files[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/usr/local/share/certs/ca-root-nss.crt",
    };
    constexpr const char* usual_directories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
    TrustLocations locations;
    // NOLINTBEGIN(concurrency-mt-unsafe): the environment is read here and written nowhere in Pavise
    const char* const file = std::getenv("SSL_CERT_FILE");
    const char* const directories = std::getenv("SSL_CERT_DIR");
    // NOLINTEND(concurrency-mt-unsafe)
    if (file != nullptr) locations.file = file;
    if (directories != nullptr)
        for (const auto part : std::views::split(std::string_view(directories), ':'))
            if (!part.empty()) locations.directories.emplace_back(part.begin(), part.end());
    if (file != nullptr || directories != nullptr) return locations;
    const auto usual_file = std::ranges::find_if(usual_files, exists);
    if (usual_file != std::end(usual_files)) {
        locations.file = *usual_file;
        return locations;
    }
    const auto usual_directory = std::ranges::find_if(usual_directories, exists);
    if (usual_directory != std::end(usual_directories)) locations.directories = {*usual_directory};
    return locations;
}

Result<Added> TrustStore::Builder::add_system() {
    const TrustLocations locations = system_trust_locations();
    Added total;
    const auto count = [&](const Added& added) {
        total.certificates += added.certificates;
        total.crls += added.crls;
        total.unreadable += added.unreadable;
    };
    if (!locations.file.empty()) {
        PAVISE_LET(const SecretVector contents, read_credential_file(locations.file));
        // One odd certificate among a hundred and fifty must not cost the user all others.
        PAVISE_LET(Batch batch, read_batch(contents.view(), Malformed::is_counted));
        count(contents_->add(std::move(batch)));
    }
    for (const std::string& directory : locations.directories) {
        PAVISE_LET(const Added added, add_directory(directory));
        count(added);
    }
    if (contents_->certificates.empty()) return fail(ErrorCode::no_certificate_found);
    return total;
}

namespace {

// Certificates of one subject stay in the order in which they were added.
std::vector<CertificatePtr> in_order_of_subjects(const std::vector<CertificatePtr>& certificates) {
    std::vector<std::size_t> order(certificates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const auto subject_a = subject_of(certificates[a]);
        const auto subject_b = subject_of(certificates[b]);
        return subject_a != subject_b ? subject_a < subject_b : a < b;
    });
    std::vector<CertificatePtr> sorted;
    sorted.reserve(order.size());
    for (const std::size_t place : order) sorted.push_back(certificates[place]);
    return sorted;
}

} // namespace

Result<TrustStorePtr> TrustStore::Builder::build() const {
    auto store = std::make_shared<TrustStore>();
    store->certificates_ = contents_->certificates;
    store->crls_ = contents_->crls;
    store->directories_ = contents_->directories;
    store->by_subject_ = in_order_of_subjects(contents_->certificates);
    // `known` is sorted, hence the same whatever the order in which things were added.
    std::vector<Bytes> parts(contents_->known.begin(), contents_->known.end());
    // A directory counts by its name, for what it holds is not known before it is used.
    for (const auto& directory : contents_->directories) parts.push_back(as_bytes(directory->path()));
    PAVISE_LET(store->fingerprint_, sha256(parts));
    store->verified_chains_ = std::make_shared<VerifiedChainCache>();
    return TrustStorePtr(std::move(store));
}

} // namespace pavise::trust
