// What a suspended handshake waits for, and the answers that resume it. A state that waits is named Await….
#pragma once

#include "crypto/provider.hpp"

#include <pavise/config.hpp>
#include <pavise/error.hpp>

#include <memory>
#include <optional>

namespace pavise::handshake {

// Is the peer's chain (Negotiated::peer_chain) accepted, and which key does its leaf hold?
struct CertificateVerdict {
    std::optional<Error> refusal;
    std::shared_ptr<const crypto::PublicKey> key; // present unless refused
};

// What is to be signed, by which key of ours.
struct PendingSignature {
    Credential credential;
    SignatureScheme scheme;
    ByteVector content;
};
struct Signature {
    Bytes value;
};

// Which config serves this client, whose hello is in view.
struct ConfigChosen {
    std::shared_ptr<const ServerConfig> config;
};

} // namespace pavise::handshake
