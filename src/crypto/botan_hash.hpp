// Hashes and HMAC over Botan, made from prototypes.
#pragma once

#include "crypto/provider.hpp"

#include <botan/hash.h>
#include <botan/mac.h>

#include <array>

namespace pavise::crypto {

inline constexpr std::array all_hashes{HashId::sha1, HashId::sha256, HashId::sha384, HashId::sha512};

// Botan finds algorithms by name; that is done once, here. Immutable afterwards, hence thread-safe.
class HashPrototypes {
    std::array<std::unique_ptr<Botan::HashFunction>, all_hashes.size()> hashes_;
    std::array<std::unique_ptr<Botan::MessageAuthenticationCode>, all_hashes.size()> hmacs_;

  public:
    // An algorithm that cannot be made stays absent and is answered with not_supported.
    HashPrototypes() noexcept;
    Result<std::unique_ptr<Hash>> hash(HashId id) const noexcept;
    Result<std::unique_ptr<Hmac>> hmac(HashId id) const noexcept;
};

} // namespace pavise::crypto
