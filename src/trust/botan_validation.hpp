// Botan's own validation of a path that is already built (RFC 5280 §6.1), and what its verdicts are called
// here.
#pragma once

#include "trust/path_search.hpp"

namespace pavise::trust {

// What Botan says of a path: signatures first, and when one is bad nothing else.
class BotanVerdict {
    std::vector<std::optional<ErrorCode>> signatures_;
    std::optional<Error> rest_;

  public:
    // An error only where Botan cannot say anything (a certificate that it does not read, memory).
    static Result<BotanVerdict> of(const Path& path, const VerifyOptions& options);

    // What is wrong with the signature on the certificate at this place, or with its issuer's key.
    std::optional<ErrorCode> signature_fault(std::size_t place) const { return signatures_[place]; }
    // The first other fault, with its place, from the anchor down.
    std::optional<Error> other_fault() const { return rest_; }
};

} // namespace pavise::trust
