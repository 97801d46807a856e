// What exporters are made from, in either version.
#pragma once

#include "crypto/algorithms.hpp"
#include "schedule/key_schedule12.hpp"

#include <optional>

namespace pavise::handshake {

// Views into the handshake that it came from.
struct ExporterSecret {
    Bytes secret; // TLS 1.3: exporter_master_secret (RFC 8446 §7.5); TLS 1.2: master secret (RFC 5705 §4)
    crypto::HashId hash;
    std::optional<schedule::HelloRandoms> randoms; // TLS 1.2
};

} // namespace pavise::handshake
