// What Pavise itself checks on a path, so that each fault has its own error: RFC 5280 §6.1 and TLS's own
// demands. Botan validates the same path besides (verify.cpp).
#pragma once

#include "trust/path_search.hpp"

namespace pavise::trust {

// Critical extensions, CA rights, path lengths, purposes and, by profile, the finer rules of RFC 5280.
Status check_extensions(const Path& path, const VerifyOptions& options);
// Key sizes, and the hashes of signatures.
Status check_strength(const Path& path, const VerifyOptions& options);
// Revocation lists of the store, as far as the policy asks.
Status check_revocation(const Path& path, const VerifyOptions& options);
// Validity of one certificate of the path.
Status check_validity(const Path& path, std::size_t place, Timestamp time);
// The names of each certificate against the constraints of those above it: dNSName, the common names that may
// stand for one, iPAddress and directory names. Botan sees to the other kinds.
Status check_name_constraints(const Path& path, const VerifyOptions& options);

// The finer rules of RFC 5280's profile for one certificate (Profile::strict).
Status check_strict_profile(const Path& path, std::size_t place);

inline Unexpected fail_at(std::size_t place, ErrorCode code) {
    return fail(code, static_cast<std::uint16_t>(place));
}

} // namespace pavise::trust
