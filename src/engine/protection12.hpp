// Record protection of TLS 1.2 out of the key block.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "record/protection.hpp"
#include "schedule/key_schedule12.hpp"

namespace pavise::engine {

Result<record::ReadProtection> read_protection12(const crypto::Provider& provider,
                                                 const crypto::Suite12& suite,
                                                 const schedule::WriteKeys& keys);
Result<record::CbcKey> cbc_key(const crypto::Provider& provider, const crypto::CbcMac& algorithms,
                               crypto::AeadUse use, const schedule::WriteKeys& keys);
// `rng` makes the IVs of CBC records, and outlives the protection.
Result<record::WriteProtection> write_protection12(const crypto::Provider& provider,
                                                   const crypto::Suite12& suite,
                                                   const schedule::WriteKeys& keys, Rng& rng);

} // namespace pavise::engine
