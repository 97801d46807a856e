// SHA-256, for telling contents apart.
#pragma once

#include "trust/certificate.hpp"

namespace pavise::trust {

// Of the concatenation of the parts.
Result<Fingerprint> sha256(std::span<const Bytes> parts);
inline Result<Fingerprint> sha256(Bytes bytes) {
    return sha256(std::span<const Bytes>(&bytes, 1));
}

} // namespace pavise::trust
