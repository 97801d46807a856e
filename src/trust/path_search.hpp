// The search for paths from a certificate to a trusted one, bounded whatever the peer presents.
#pragma once

#include "trust/verify.hpp"

#include <functional>

namespace pavise::trust {

// From the peer's own certificate to a trusted one.
using Path = std::vector<CertificatePtr>;

// How an attempt to validate a candidate ended: success ends the search.
using PathVerdict = std::function<Status(const Path&)>;

class PathSearch {
    const TrustStore& store_;
    std::span<const CertificatePtr> presented_; // without the peer's own
    const VerifyOptions& options_;
    const PathVerdict& verdict_;
    Path path_;
    std::size_t steps_ = 0;
    std::size_t candidates_ = 0;
    std::optional<Error> first_refusal_;  // of a candidate that was validated
    std::optional<Error> first_dead_end_; // where no candidate came of it

    bool may_end_here(const Certificate& last) const;
    bool on_path(const Certificate& certificate) const;
    bool exhausted() const { return steps_ >= max_path_steps || candidates_ >= max_candidate_paths; }
    std::vector<CertificatePtr> issuers_of(const Certificate& certificate) const;
    void note_dead_end();
    bool try_candidate();
    bool extend();

  public:
    PathSearch(std::span<const CertificatePtr> presented, const VerifyOptions& options,
               const PathVerdict& verdict) :
        store_(*options.store),
        presented_(presented.subspan(1)),
        options_(options),
        verdict_(verdict),
        path_{presented.front()} {}

    // The first path that passes the verdict. Else why the first candidate was refused, or, where there was
    // none, where the first attempt to build one ended.
    Result<Path> run();
};

} // namespace pavise::trust
