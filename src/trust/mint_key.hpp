// Private keys of our own making, over Botan.
#pragma once

#include "trust/mint.hpp"

#include <botan/pk_keys.h>

#include <functional>

namespace pavise::trust {

class MintKey {
    crypto::KeyType type_;
    std::unique_ptr<const Botan::Private_Key> key_;
    ByteVector public_info_;

  public:
    MintKey(crypto::KeyType type, std::unique_ptr<const Botan::Private_Key> key);

    crypto::KeyType type() const noexcept { return type_; }
    const Botan::Private_Key& botan_key() const noexcept { return *key_; }
    // The DER of SubjectPublicKeyInfo.
    Bytes subject_public_key_info() const noexcept { return public_info_; }
    // PKCS#8 (RFC 5958), unencrypted.
    SecretVector private_key_info() const;
};

// Makes SEQUENCE { tbs, signatureAlgorithm, signature } over a body that `write_tbs` appends, given the DER
// of the AlgorithmIdentifier that stands within it too.
Result<ByteVector> sign_with(const MintKey& key, std::optional<crypto::HashId> hash, Rng& rng,
                             const std::function<void(ByteVector& out, Bytes algorithm)>& write_tbs);

// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on, in whole seconds.
void write_time(der::Writer& writer, Timestamp time);

} // namespace pavise::trust
