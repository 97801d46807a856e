// The random value of a hello, and the values of it that say something (RFC 8446 §4.1.3).
#pragma once

#include "wire/reader.hpp"

#include <pavise/registry.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace pavise::messages {

using Random = std::array<std::uint8_t, 32>;

// SHA-256 of "HelloRetryRequest": a ServerHello with this random is one.
inline constexpr Random hello_retry_request_random = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

// The last eight bytes of a server's random when it negotiates less than it can: "DOWNGRD" and 1 for TLS 1.2,
// 0 for TLS 1.1 or below.
using DowngradeSentinel = std::array<std::uint8_t, 8>;
inline constexpr DowngradeSentinel downgrade_to_tls12 = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01};
inline constexpr DowngradeSentinel downgrade_to_tls11 = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x00};

constexpr bool ends_with(const Random& random, const DowngradeSentinel& sentinel) {
    return std::equal(sentinel.begin(), sentinel.end(), random.end() - sentinel.size());
}

inline Result<Random> read_random(wire::Reader& reader) {
    Random random;
    PAVISE_LET(const Bytes bytes, reader.bytes(random.size()));
    std::copy(bytes.begin(), bytes.end(), random.begin());
    return random;
}

} // namespace pavise::messages
