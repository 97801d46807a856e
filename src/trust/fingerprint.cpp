#include "trust/fingerprint.hpp"

#include "crypto/guard.hpp"

#include <botan/hash.h>

namespace pavise::trust {

Result<Fingerprint> sha256(std::span<const Bytes> parts) {
    return crypto::guarded(ErrorCode::internal, [&] {
        const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
        for (const Bytes part : parts) hash->update(part);
        Fingerprint digest{};
        hash->final(digest);
        return digest;
    });
}

} // namespace pavise::trust
