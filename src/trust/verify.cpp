#include "trust/verify.hpp"

#include "trust/botan_validation.hpp"
#include "trust/path_checks.hpp"

namespace pavise::trust {

namespace {

// Signatures and validity from the anchor down, as far as they hold; then what else Botan has to say.
Status check_signatures_and_validity(const Path& path, const VerifyOptions& options,
                                     const BotanVerdict& verdict) {
    for (std::size_t place = path.size(); place-- > 0;) {
        if (const auto fault = verdict.signature_fault(place)) return fail_at(place, *fault);
        PAVISE_TRY(check_validity(path, place, options.time));
    }
    return {};
}

// The order is that of verify_chain's description.
Status check_path(const Path& path, const VerifyOptions& options) {
    PAVISE_TRY(check_extensions(path, options));
    PAVISE_TRY(check_strength(path, options));
    if (options.name) PAVISE_TRY(match_name(*path.front(), *options.name, options.common_name));
    PAVISE_TRY(check_revocation(path, options));
    PAVISE_LET(const BotanVerdict verdict, BotanVerdict::of(path, options));
    PAVISE_TRY(check_signatures_and_validity(path, options, verdict));
    PAVISE_TRY(check_name_constraints(path, options));
    if (const auto fault = verdict.other_fault()) return Unexpected(*fault);
    return {};
}

} // namespace

Result<VerifiedChain> verify_chain(std::span<const CertificatePtr> presented, const VerifyOptions& options) {
    if (options.store == nullptr || presented.empty()) return fail(ErrorCode::bad_argument);
    if (presented.size() > max_presented_certificates) return fail(ErrorCode::too_many_certificates);
    const PathVerdict verdict = [&](const Path& path) { return check_path(path, options); };
    PAVISE_LET(Path path, PathSearch(presented, options, verdict).run());
    return VerifiedChain{std::move(path)};
}

Result<VerifiedChain> verify_chain(std::span<const Bytes> presented, const VerifyOptions& options) {
    if (presented.size() > max_presented_certificates) return fail(ErrorCode::too_many_certificates);
    std::vector<CertificatePtr> certificates;
    for (const Bytes der : presented) {
        auto certificate = Certificate::parse(der);
        if (!certificate) return fail_at(certificates.size(), certificate.error().code);
        certificates.push_back(std::move(*certificate));
    }
    return verify_chain(certificates, options);
}

} // namespace pavise::trust
