// The limits of the record layer, each with its reason.
#pragma once

#include "crypto/algorithms.hpp"

#include <cstddef>
#include <cstdint>

namespace pavise::record {

// type, legacy_record_version, length (RFC 8446 §5.1).
inline constexpr std::size_t header_size = 5;

// RFC 8446 §5.1: "The length MUST NOT exceed 2^14 bytes."
inline constexpr std::size_t max_plaintext_size = std::size_t{1} << 14;
// RFC 8446 §5.4: "the full encoded TLSInnerPlaintext MUST NOT exceed 2^14 + 1 octets" (content, type,
// padding).
inline constexpr std::size_t max_inner_plaintext_size = max_plaintext_size + 1;
// RFC 8446 §5.2: TLSCiphertext.length "MUST NOT exceed 2^14 + 256 bytes".
inline constexpr std::size_t max_expansion_13 = 256;
// The content type and the tag: what TLS 1.3 adds to content without padding.
inline constexpr std::size_t least_expansion_13 = 1 + crypto::max_aead_tag_size;
// RFC 5246 §6.2.3: TLSCiphertext.length "MUST NOT exceed 2^14 + 2048".
inline constexpr std::size_t max_expansion_12 = 2048;

// RFC 8449 §4: "Endpoints MUST NOT send a "record_size_limit" extension with a value smaller than 64."
inline constexpr std::size_t min_record_size_limit = 64;

// How many records one key may protect.
struct KeyLimit {
    // From here on the sender should change its key: early enough that the KeyUpdate itself, alerts and a
    // full output buffer still go out under the old key.
    std::uint64_t update_after;
    // The sender seals no record beyond this many.
    std::uint64_t most;
};

// RFC 8446 §5.3: a sequence number must not wrap. The last one is given up, so that the counter never has to.
inline constexpr std::uint64_t max_sequence_number = UINT64_MAX - 1;

inline constexpr KeyLimit no_key_limit{.update_after = max_sequence_number / 2,
                                       .most = max_sequence_number + 1};

// RFC 8446 §5.5: AES-GCM, "up to 2^24.5 full-size records"; ChaCha20-Poly1305, "the record sequence number
// would wrap before the safety limit is reached". RFC 8446 is silent on CCM; RFC 9147 §4.5.3 gives 2^23 for
// TLS's record sizes. (The limits on forged records do not apply: TLS ends at the first one.)
// The same bounds hold for the same AEADs in TLS 1.2, which has no KeyUpdate: there the connection cannot go
// on.
constexpr KeyLimit key_limit(crypto::AeadId aead) noexcept {
    constexpr std::uint64_t gcm_records = 23'726'566; // 2^24.5, rounded down
    constexpr std::uint64_t ccm_records = std::uint64_t{1} << 23;
    switch (aead) {
    case crypto::AeadId::aes_128_gcm:
    case crypto::AeadId::aes_256_gcm: return {.update_after = std::uint64_t{1} << 24, .most = gcm_records};
    case crypto::AeadId::aes_128_ccm:
    case crypto::AeadId::aes_256_ccm:
    case crypto::AeadId::aes_128_ccm_8:
    case crypto::AeadId::aes_256_ccm_8: return {.update_after = ccm_records / 2, .most = ccm_records};
    case crypto::AeadId::chacha20_poly1305: break;
    }
    return no_key_limit;
}

// RFC 8446 §6: level and description.
inline constexpr std::size_t alert_size = 2;

// The receive buffer starts small, so that a connection in its handshake or with little traffic costs little
// …
inline constexpr std::size_t small_receive_buffer = 4096;
// … and grows once to a full record of TLS 1.3 and the next header, when a record or a burst needs it …
inline constexpr std::size_t large_receive_buffer =
    header_size + max_plaintext_size + max_expansion_13 + header_size;
// … and to this for the longest record that TLS 1.2 allows; whatever a header claims.
inline constexpr std::size_t max_receive_buffer =
    header_size + max_plaintext_size + max_expansion_12 + header_size;
// From this size on a record is read up to its own end and the header of the next one, not as far as the
// buffer goes: what lies behind a large record would have to be moved before the next read.
inline constexpr std::size_t large_record_size = 4096;

// Default budget of the outgoing buffer: four full records, about what one write to a socket takes.
inline constexpr std::size_t default_output_budget =
    4 * (header_size + max_plaintext_size + max_expansion_13);

} // namespace pavise::record
