// Key derivation of TLS 1.2: PRF, master secret, key block, Finished, exporters (RFC 5246 §5, §6.3, §7.4.9,
// §8.1; RFC 7627 §4; RFC 5705). All work over an Hmac of the suite's PRF hash that the caller keeps and
// reuses.
#pragma once

#include "crypto/provider.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace pavise::schedule {

inline constexpr std::size_t master_secret_size = 48; // RFC 5246 §8.1
inline constexpr std::size_t verify_data_size12 = 12; // RFC 5246 §7.4.9, for every suite so far
inline constexpr std::size_t max_mac_key_size = 48;   // HMAC-SHA-384, of the CBC suites
inline constexpr std::size_t max_fixed_iv_size = 12;  // ChaCha20-Poly1305 (RFC 7905); GCM and CCM have 4
inline constexpr std::size_t max_psk_size = 0xffff;   // RFC 4279 §2: its length is a uint16

// P_<hash>(secret, label + seed), RFC 5246 §5. The seed comes in two parts, as all uses have two.
Status prf(crypto::Hmac& hmac, Bytes secret, std::string_view label, Bytes seed, Bytes seed_rest,
           MutableBytes out) noexcept;

// The two randoms of the hellos, in one place so that their order cannot be mistaken at call sites.
struct HelloRandoms {
    Bytes client;
    Bytes server;
};

// The premaster secret of PSK suites (RFC 4279 §2, RFC 5489 §2). `other_secret` is the (EC)DHE secret; plain
// PSK takes as many zeros as the PSK has bytes. bad_argument for a part that its length field cannot carry.
Result<SecretVector> psk_pre_master_secret(Bytes other_secret, Bytes psk);
Result<SecretVector> plain_psk_pre_master_secret(Bytes psk);

// RFC 5246 §8.1. Only for a peer without extended_master_secret.
Result<HashSecret> master_secret(crypto::Hmac& hmac, Bytes pre_master_secret,
                                 const HelloRandoms& randoms) noexcept;
// RFC 7627 §4: `session_hash` over ClientHello … ClientKeyExchange.
Result<HashSecret> extended_master_secret(crypto::Hmac& hmac, Bytes pre_master_secret,
                                          Bytes session_hash) noexcept;

// The sizes that a suite takes from the key block (RFC 5246 §6.3); AEADs have no MAC key, CBC no fixed IV.
struct KeyBlockSizes {
    std::size_t mac_key = 0;
    std::size_t key = 0;
    std::size_t fixed_iv = 0;
};

// One sender's share of the key block.
struct WriteKeys {
    FixedSecret<max_mac_key_size> mac_key;
    FixedSecret<crypto::max_aead_key_size> key;
    FixedSecret<max_fixed_iv_size> fixed_iv;
};

struct KeyBlock {
    WriteKeys client;
    WriteKeys server;
};

// bad_argument when a size is above the maximum.
Result<KeyBlock> key_block(crypto::Hmac& hmac, Bytes master_secret, const HelloRandoms& randoms,
                           const KeyBlockSizes& sizes) noexcept;

// verify_data (RFC 5246 §7.4.9), over all handshake messages before this Finished. A received one is compared
// with constant_time_equal.
using VerifyData12 = std::array<std::uint8_t, verify_data_size12>;
Result<VerifyData12> client_verify_data(crypto::Hmac& hmac, Bytes master_secret,
                                        Bytes transcript_hash) noexcept;
Result<VerifyData12> server_verify_data(crypto::Hmac& hmac, Bytes master_secret,
                                        Bytes transcript_hash) noexcept;

// RFC 5705 §4. No context and an empty context differ. bad_argument for a label that TLS itself uses, an
// empty label, and a context of more than 65,535 bytes. Only for sessions with extended_master_secret (RFC
// 7627 §5.4).
Status export_keying_material12(crypto::Hmac& hmac, Bytes master_secret, const HelloRandoms& randoms,
                                std::string_view label, std::optional<Bytes> context, MutableBytes out);

} // namespace pavise::schedule
