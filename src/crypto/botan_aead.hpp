// The AEADs of TLS over Botan's modes.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::crypto {

Result<std::unique_ptr<Aead>> make_botan_aead(AeadId id, AeadUse use, Bytes key) noexcept;

} // namespace pavise::crypto
