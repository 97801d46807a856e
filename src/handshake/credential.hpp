// A certificate chain and the key that proves it, and the choice among several.
#pragma once

#include "crypto/provider.hpp"
#include "messages/enum_list.hpp"

#include <pavise/config.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace pavise::handshake {

struct CredentialData {
    std::vector<ByteVector> chain; // DER, leaf first
    std::shared_ptr<const crypto::SigningKey> key;
};

struct ChosenCredential {
    Credential credential;
    SignatureScheme scheme;
};

// The first of `ours` whose key can sign with a scheme that the peer accepts and we allow; the scheme is the
// first of `allowed` that does (RFC 8446 §4.4.2.2, §4.4.2.3).
std::optional<ChosenCredential> choose_credential13(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const messages::EnumList<SignatureScheme>& peer_accepts);

} // namespace pavise::handshake
