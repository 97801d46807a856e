// Directories of certificates in OpenSSL's layout: a file is named by the hash of its subject, HHHHHHHH.0,
// and read when a chain asks for that subject; lists of revoked certificates are HHHHHHHH.r0.
#include "base/try.hpp"
#include "ssl/settings.hpp"
#include "trust/name_hash.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>

namespace pavise::ssl {

namespace {

// How many files one hash may have: names that collide are a few at most.
constexpr int max_files_of_one_hash = 16;
// How many names are looked up for one chain, however the files lead on.
constexpr std::size_t max_lookups = 16;

std::string hash_name(std::uint32_t hash) {
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[hash >> shift & 0xf];
    return out;
}

// Adds every file of this name that can be read; others are as good as absent, as for OpenSSL.
void add_files(trust::TrustStore::Builder& builder, const std::string& stem, std::string_view kind) {
    for (int number = 0; number < max_files_of_one_hash; ++number) {
        const std::string path = stem + std::string(kind) + std::to_string(number);
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) return;
        [[maybe_unused]] const auto added = builder.add_file(path);
    }
}

} // namespace

Result<trust::TrustStorePtr> trust_for(ContextState& state, const Settings& settings,
                                       std::span<const trust::CertificatePtr> presented) {
    if (settings.capaths.empty()) return settings.trust;
    trust::TrustStore::Builder found(*state.found());
    std::deque<ByteVector> names;
    for (const trust::CertificatePtr& certificate : presented)
        names.emplace_back(certificate->canonical_issuer().begin(), certificate->canonical_issuer().end());
    for (std::size_t lookup = 0; lookup < max_lookups && lookup < names.size(); ++lookup) {
        PAVISE_LET(const std::uint32_t hash, trust::name_hash(names[lookup]));
        for (const std::string& directory : settings.capaths) {
            const std::string stem = directory + "/" + hash_name(hash) + ".";
            add_files(found, stem, "");
            add_files(found, stem, "r");
        }
        PAVISE_LET(const auto so_far, found.build());
        for (const trust::CertificatePtr& certificate : so_far->with_subject(names[lookup])) {
            const Bytes issuer = certificate->canonical_issuer();
            const bool known =
                std::ranges::any_of(names, [&](const auto& n) { return as_text(n) == as_text(issuer); });
            if (!known) names.emplace_back(issuer.begin(), issuer.end());
        }
    }
    PAVISE_LET(const auto all_found, found.build());
    state.add_found(all_found);
    trust::TrustStore::Builder both(*settings.trust);
    for (const trust::CertificatePtr& certificate : all_found->certificates()) both.add(certificate);
    for (const trust::CrlPtr& crl : all_found->crls()) PAVISE_TRY(both.add_crl_der(crl->der()));
    return both.build();
}

} // namespace pavise::ssl
