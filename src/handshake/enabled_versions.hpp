// Which versions a config really enables: those of its range that it has a cipher suite for.
#pragma once

#include "crypto/cipher_suite.hpp"

#include <algorithm>

namespace pavise::handshake {

// Config: ClientConfig or ServerConfig.
template <class Config> bool enables(const Config& config, ProtocolVersion version) {
    if (version < config.versions.least || version > config.versions.most) return false;
    return std::ranges::any_of(config.cipher_suites, [version](CipherSuite id) {
        if (version == ProtocolVersion::tls_1_3) return crypto::suite13(id).has_value();
        return version == ProtocolVersion::tls_1_2 && crypto::suite12(id).has_value();
    });
}

} // namespace pavise::handshake
