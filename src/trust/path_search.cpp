#include "trust/path_search.hpp"

#include <algorithm>

namespace pavise::trust {

namespace {

// Whether the identifiers allow `issuer` to be the issuer: only where both have one do they say anything.
bool key_identifiers_agree(const Certificate& subject, const Certificate& issuer) {
    const Bytes wanted = subject.authority_key_identifier();
    const Bytes offered = issuer.subject_key_identifier();
    return wanted.empty() || offered.empty() || as_text(wanted) == as_text(offered);
}

bool may_have_issued(const Certificate& subject, const Certificate& issuer) {
    return as_text(subject.canonical_issuer()) == as_text(issuer.canonical_subject()) &&
           key_identifiers_agree(subject, issuer);
}

} // namespace

bool PathSearch::may_end_here(const Certificate& last) const {
    if (options_.anchors == AnchorPolicy::self_signed && !last.self_signed()) return false;
    return store_.contains(last);
}

// RFC 5280 §6.1: no certificate twice. Nor the same authority by another certificate: cross-certificates
// between two of them would lead around in circles.
bool PathSearch::on_path(const Certificate& certificate) const {
    return std::ranges::any_of(path_, [&](const CertificatePtr& seen) {
        return as_text(seen->canonical_subject()) == as_text(certificate.canonical_subject()) &&
               as_text(seen->subject_public_key_info()) == as_text(certificate.subject_public_key_info());
    });
}

// Trusted ones first, so that what the peer sent cannot lead away from a short path, and among those the ones
// that are valid now.
std::vector<CertificatePtr> PathSearch::issuers_of(const Certificate& certificate) const {
    std::vector<CertificatePtr> issuers;
    std::vector<CertificatePtr> out_of_date;
    for (const CertificatePtr& trusted : store_.with_subject(certificate.canonical_issuer())) {
        if (!key_identifiers_agree(certificate, *trusted)) continue;
        const bool valid = trusted->not_before() <= options_.time && options_.time <= trusted->not_after();
        (valid ? issuers : out_of_date).push_back(trusted);
    }
    issuers.insert(issuers.end(), out_of_date.begin(), out_of_date.end());
    for (const CertificatePtr& other : presented_)
        if (may_have_issued(certificate, *other) && !store_.contains(*other)) issuers.push_back(other);
    return issuers;
}

void PathSearch::note_dead_end() {
    if (first_dead_end_) return;
    const Certificate& last = *path_.back();
    const auto place = static_cast<std::uint16_t>(path_.size() - 1);
    if (store_.contains(last))
        first_dead_end_ = Error{ErrorCode::anchor_not_self_signed, place};
    else if (last.self_signed())
        first_dead_end_ =
            Error{place == 0 ? ErrorCode::self_signed_certificate : ErrorCode::self_signed_in_chain, place};
    else
        first_dead_end_ = Error{ErrorCode::unknown_issuer, place};
}

bool PathSearch::try_candidate() {
    ++candidates_;
    const Status status = verdict_(path_);
    if (status) return true;
    if (!first_refusal_) first_refusal_ = status.error();
    return false;
}

// Depth-first from the end of path_; true when path_ is a path that passed.
bool PathSearch::extend() {
    ++steps_;
    const CertificatePtr last = path_.back();
    if (may_end_here(*last) && try_candidate()) return true;
    if (last->self_signed()) {
        note_dead_end();
        return false;
    }
    bool found_issuer = false;
    for (const CertificatePtr& issuer : issuers_of(*last)) {
        if (on_path(*issuer)) continue;
        found_issuer = true;
        if (path_.size() == max_chain_length) {
            if (!first_dead_end_)
                first_dead_end_ =
                    Error{ErrorCode::chain_too_long, static_cast<std::uint16_t>(path_.size() - 1)};
            return false;
        }
        path_.push_back(issuer);
        if (extend()) return true;
        path_.pop_back();
        if (exhausted()) return false;
    }
    if (!found_issuer) note_dead_end();
    return false;
}

Result<Path> PathSearch::run() {
    if (extend()) return std::move(path_);
    if (first_refusal_) return Unexpected(*first_refusal_);
    if (exhausted()) return fail(ErrorCode::path_search_exhausted);
    return Unexpected(first_dead_end_.value_or(Error{ErrorCode::unknown_issuer}));
}

} // namespace pavise::trust
