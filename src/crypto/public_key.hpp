// Verification keys over Botan.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::crypto {

Result<std::shared_ptr<const PublicKey>> make_public_key(Bytes subject_public_key_info) noexcept;

} // namespace pavise::crypto
