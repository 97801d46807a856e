#include "trust/name_hash.hpp"

#include "crypto/provider.hpp"

namespace pavise::trust {

Result<std::uint32_t> name_hash(Bytes canonical_name) {
    PAVISE_LET(const auto sha1, crypto::botan_provider().hash(crypto::HashId::sha1));
    sha1->update(canonical_name);
    PAVISE_LET(const crypto::Digest digest, sha1->digest());
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | digest[i];
    return value;
}

} // namespace pavise::trust
