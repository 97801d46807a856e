#include "trust/fingerprint.hpp"

#include "crypto/provider.hpp"

#include <algorithm>

namespace pavise::trust {

Result<Fingerprint> sha256(std::span<const Bytes> parts) {
    PAVISE_LET(const auto hash, crypto::botan_provider().hash(crypto::HashId::sha256));
    for (const Bytes part : parts) hash->update(part);
    PAVISE_LET(const crypto::Digest digest, hash->digest());
    Fingerprint out{};
    std::ranges::copy(digest.view().first(out.size()), out.begin());
    return out;
}

} // namespace pavise::trust
