// Certificates that tests share: one authority, and a leaf for "server.test" and one for a client of every
// key type, minted once a process.
#pragma once

#include "crypto/algorithms.hpp"
#include "trust/mint.hpp"

#include <pavise/config.hpp>

namespace pavise::testing {

inline constexpr std::string_view server_name = "server.test";

// The authority that every leaf here comes from, and a stranger.
const trust::Minted& authority();
const trust::Minted& foreign_authority();
const TrustStore& trust_in(const trust::Minted& authority);

// A leaf for server_name (and 127.0.0.1), valid around test_time.
const Credential& server_credential(crypto::KeyType type);
const Credential& client_credential(crypto::KeyType type);

// A leaf as told, signed by authority(), as a credential.
Credential mint_credential(const trust::CertificateSpec& spec, const trust::Minted& issuer = authority());
trust::CertificateSpec leaf_spec(crypto::KeyType type);
Credential credential_of(const trust::Minted& leaf);

inline constexpr crypto::KeyType every_key_type[] = {
    crypto::KeyType::rsa,        crypto::KeyType::rsa_pss,    crypto::KeyType::ecdsa_p256,
    crypto::KeyType::ecdsa_p384, crypto::KeyType::ecdsa_p521, crypto::KeyType::ed25519,
};

} // namespace pavise::testing
