// Which versions a config really enables: those of its range that it has a cipher suite for.
#pragma once

#include "crypto/cipher_suite.hpp"

#include <pavise/config.hpp>

#include <algorithm>

namespace pavise::handshake {

// Config: ClientConfig or ServerConfig.

// Whether a suite of TLS 1.2 can be negotiated at all: those with a PSK need one, as it is (imported ones are
// TLS 1.3's alone, RFC 9258), or a caller who finds it.
template <class Config> bool usable12(const Config& config, const crypto::Suite12& suite) {
    if (suite.authentication != crypto::Authentication12::psk || config.deferred.psk) return true;
    return std::ranges::any_of(config.external_psks,
                               [](const ExternalPsk& psk) { return psk.kind == ExternalPsk::Kind::plain; });
}

template <class Config> bool enables(const Config& config, ProtocolVersion version) {
    if (version < config.versions.least || version > config.versions.most) return false;
    return std::ranges::any_of(config.cipher_suites, [&config, version](CipherSuite id) {
        if (version == ProtocolVersion::tls_1_3) return crypto::suite13(id).has_value();
        const auto suite = crypto::suite12(id);
        return version == ProtocolVersion::tls_1_2 && suite && usable12(config, *suite);
    });
}

} // namespace pavise::handshake
