// The masks of QUIC's header protection over Botan's ciphers.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::crypto {

Result<std::unique_ptr<HeaderMask>> make_botan_header_mask(AeadId id, Bytes key) noexcept;

} // namespace pavise::crypto
