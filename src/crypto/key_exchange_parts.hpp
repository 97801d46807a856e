// Between the files of the key exchange: one function per family. Each throws what Botan throws; the callers
// in key_exchange.cpp have checked the length of peer values and stand inside guarded().
#pragma once

#include "crypto/key_exchange.hpp"

namespace pavise::crypto {

std::unique_ptr<KeyShare> make_curve_share(NamedGroup group, Rng& rng);        // P-256, P-384, P-521
std::unique_ptr<KeyShare> make_montgomery_share(NamedGroup group, Rng& rng);   // X25519, X448
std::unique_ptr<KeyShare> make_kem_share(NamedGroup group, Rng& rng);          // ML-KEM
std::unique_ptr<KeyShare> make_finite_field_share(NamedGroup group, Rng& rng); // RFC 7919
KeyShareAnswer encapsulate(NamedGroup group, Bytes encapsulation_key, Rng& rng);

} // namespace pavise::crypto
