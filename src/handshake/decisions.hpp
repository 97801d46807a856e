// What a suspended handshake waits for, and the answers that resume it. A state that waits is named Await….
#pragma once

#include "crypto/provider.hpp"
#include "handshake/psk.hpp"

#include <pavise/config.hpp>
#include <pavise/error.hpp>

#include <memory>
#include <optional>

namespace pavise::handshake {

// Is the peer's chain (Negotiated::peer_chain) accepted, and which key does its leaf hold?
struct CertificateVerdict {
    std::optional<Error> refusal;
    std::shared_ptr<const crypto::PublicKey> key; // present unless refused
    Timestamp valid_until = Timestamp::max();     // the end of the chain's validity
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

// Which config serves this client, whose hello is in view, and what its sessions are bound to.
struct ConfigChosen {
    std::shared_ptr<const ServerConfig> config;
    ByteVector binding; // see SessionData::binding
};

// The PSKs that a client offers: which of them is known?
struct PskOffer {
    std::vector<Bytes> identities; // views into the hello
};
// The first that is known and fits, or none: the handshake goes on without.
struct PskChosen {
    struct Found {
        std::uint16_t index;
        Psk psk;
    };
    std::vector<Found> found; // candidates in the client's order; those that do not fit are passed over
};

} // namespace pavise::handshake
