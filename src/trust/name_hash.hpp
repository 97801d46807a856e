// The hash by which OpenSSL names the files of its certificate directories.
#pragma once

#include "trust/name.hpp"

namespace pavise::trust {

// The first four bytes of SHA-1 over Name::canonical(), in the order that `openssl x509 -subject_hash`
// prints.
Result<std::uint32_t> name_hash(Bytes canonical_name);

} // namespace pavise::trust
