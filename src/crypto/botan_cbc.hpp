// AES-CBC over Botan.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::crypto {

Result<std::unique_ptr<Cbc>> make_botan_cbc(CbcId id, AeadUse use, Bytes key) noexcept;

} // namespace pavise::crypto
