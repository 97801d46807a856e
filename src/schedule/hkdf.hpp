// HKDF (RFC 5869) and the functions that TLS 1.3 builds on it (RFC 8446 §7.1). All work over an Hmac that the
// caller keeps and reuses; they replace its key. None allocates.
#pragma once

#include "crypto/provider.hpp"

#include <string_view>

namespace pavise::schedule {

// RFC 8446 §7.1: `label<7..255>` includes the prefix "tls13 ", `context<0..255>`.
inline constexpr std::string_view label_prefix = "tls13 ";
inline constexpr std::size_t max_label_size = 255 - label_prefix.size();
inline constexpr std::size_t max_label_context_size = 255;
// RFC 5869 §2.3: L <= 255*HashLen.
inline constexpr std::size_t max_hkdf_blocks = 255;

// HashLen zeros: the salt, PSK or (EC)DHE input where there is none (RFC 8446 §7.1).
Bytes hash_length_zeros(crypto::HashId hash) noexcept;
// The hash of the empty string, which Derive-Secret(., ., "") and exporters use.
Bytes empty_transcript_hash(crypto::HashId hash) noexcept;

// `pseudorandom_key` takes digest_size bytes.
Status hkdf_extract(crypto::Hmac& hmac, Bytes salt, Bytes input_keying_material,
                    MutableBytes pseudorandom_key) noexcept;
// bad_argument when more than 255 blocks are asked for.
Status hkdf_expand(crypto::Hmac& hmac, Bytes pseudorandom_key, Bytes info, MutableBytes out) noexcept;
// `label` without the prefix. bad_argument for a label, context or output that HkdfLabel cannot carry.
Status hkdf_expand_label(crypto::Hmac& hmac, Bytes secret, std::string_view label, Bytes context,
                         MutableBytes out) noexcept;
// Derive-Secret, with Transcript-Hash(Messages) already computed.
Result<HashSecret> derive_secret(crypto::Hmac& hmac, Bytes secret, std::string_view label,
                                 Bytes transcript_hash) noexcept;

} // namespace pavise::schedule
