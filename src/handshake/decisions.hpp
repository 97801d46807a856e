// What a suspended handshake waits for, and the answers that resume it. A state that waits is named Await….
#pragma once

#include "crypto/provider.hpp"
#include "handshake/psk.hpp"

#include <pavise/config.hpp>
#include <pavise/error.hpp>
#include <pavise/shared_bytes.hpp>

#include <memory>
#include <optional>
#include <span>

namespace pavise::handshake {

// Is the peer's chain (Negotiated::peer_chain) accepted, and which key does its leaf hold?
struct CertificateVerdict {
    std::optional<Error> refusal;
    std::shared_ptr<const crypto::PublicKey> key; // present unless refused
    Timestamp valid_until = Timestamp::max();     // the end of the chain's validity
    // Where the key is that of a delegated credential: the one scheme that it signs with.
    std::optional<SignatureScheme> delegated_scheme{};
};

// The key that the peer's CertificateVerify is verified with.
struct PeerKey {
    std::shared_ptr<const crypto::PublicKey> key;
    std::optional<SignatureScheme> delegated_scheme;

    // "Verify that dc_cert_verify_algorithm matches the scheme indicated in the peer's CertificateVerify
    // message" (RFC 9345 §4.1.3)
    std::span<const SignatureScheme> schemes(std::span<const SignatureScheme> allowed) const noexcept {
        return delegated_scheme ? std::span(&*delegated_scheme, 1) : allowed;
    }
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
    SharedBytes binding; // see SessionData::binding
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
