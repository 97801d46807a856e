// What follows from one secret of the key schedule: record keys, the next generation of a traffic secret,
// Finished, resumption PSKs, exported keying material (RFC 8446 §4.4.4, §4.6.1, §7.2, §7.3, §7.5; RFC 9001
// §5, §6).
#pragma once

#include "schedule/hkdf.hpp"

namespace pavise::schedule {

using AeadKey = FixedSecret<crypto::max_aead_key_size>;
using AeadIv = FixedSecret<crypto::aead_nonce_size>;

struct TrafficKeys {
    AeadKey key;
    AeadIv iv;
};

// The labels by which a transport derives its keys from a traffic secret.
struct TrafficLabels {
    std::string_view key;
    std::string_view iv;
    std::string_view update;
};
inline constexpr TrafficLabels tls_labels{"key", "iv", "traffic upd"};                 // RFC 8446 §7.2, §7.3
inline constexpr TrafficLabels quic_labels{"quic key", "quic iv", "quic ku"};          // RFC 9001 §5.1, §6.1
inline constexpr TrafficLabels quic_v2_labels{"quicv2 key", "quicv2 iv", "quicv2 ku"}; // RFC 9369 §3.3.2

inline constexpr std::string_view quic_header_protection_label = "quic hp";      // RFC 9001 §5.1
inline constexpr std::string_view quic_v2_header_protection_label = "quicv2 hp"; // RFC 9369 §3.3.2

Result<TrafficKeys> traffic_keys(crypto::Hmac& hmac, crypto::AeadId aead, Bytes traffic_secret,
                                 const TrafficLabels& labels = tls_labels) noexcept;
// The secret of the next generation, after a KeyUpdate (RFC 8446 §7.2) or a QUIC key update (RFC 9001 §6.1).
Result<HashSecret> next_traffic_secret(crypto::Hmac& hmac, Bytes traffic_secret,
                                       const TrafficLabels& labels = tls_labels) noexcept;
// QUIC's header protection key; not changed by key updates (RFC 9001 §6).
Result<AeadKey> header_protection_key(crypto::Hmac& hmac, crypto::AeadId aead, Bytes traffic_secret,
                                      std::string_view label = quic_header_protection_label) noexcept;

// verify_data of a Finished and the value of a PSK binder (RFC 8446 §4.4.4, §4.2.11.2). A received one is
// compared with constant_time_equal.
Result<HashSecret> finished_mac(crypto::Hmac& hmac, Bytes base_key, Bytes transcript_hash) noexcept;

// The PSK that a ticket stands for (RFC 8446 §4.6.1).
Result<HashSecret> resumption_psk(crypto::Hmac& hmac, Bytes resumption_master_secret,
                                  Bytes ticket_nonce) noexcept;

// RFC 8446 §7.5, from the exporter_master_secret or early_exporter_master_secret. No context and an empty
// context are the same in TLS 1.3. bad_argument for a label or length that HKDF cannot carry.
Status export_keying_material(const crypto::Provider& provider, crypto::HashId hash, Bytes exporter_secret,
                              std::string_view label, Bytes context, MutableBytes out) noexcept;

} // namespace pavise::schedule
