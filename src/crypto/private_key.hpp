// Private keys out of files: the container is opened, the algorithm told, and Botan's key made.
#pragma once

#include "crypto/key_algorithm.hpp"
#include "crypto/key_encryption.hpp"

#include <botan/pk_keys.h>

#include <memory>

namespace pavise::crypto {

struct PrivateKey {
    KeyAlgorithm algorithm;
    Botan::AlgorithmIdentifier identifier; // as the file has it: an RSA-PSS key stays one
    std::shared_ptr<const Botan::Private_Key> key;
};

// A DER PrivateKeyInfo (RFC 5958), unencrypted. Throws what Botan throws.
SecretVector encode_pkcs8(const PrivateKey& key);

// The first private key of a file: PEM or DER of PKCS#8, PKCS#1 or SEC1, plain or encrypted, or a PKCS#12
// file.
Result<PrivateKey> read_private_key(Bytes file, const PasswordCallback& password) noexcept;

} // namespace pavise::crypto
