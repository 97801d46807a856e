// The frame that certificates, revocation lists and OCSP responses share: SEQUENCE { tbs, algorithm,
// signature }.
#pragma once

#include "base/der.hpp"
#include "crypto/provider.hpp"

#include <functional>

namespace pavise::trust {

// The DER of the AlgorithmIdentifier with which a key of this type signs certificates.
ByteVector signature_algorithm_of(crypto::KeyType key);

// `write_tbs` appends the body that is signed, given the DER of the AlgorithmIdentifier, which stands in it
// too. A `stated_algorithm` that is not empty is written in place of the true one.
// `trailer` is the encoding of what follows the signature, if anything does.
Result<ByteVector> sign_object(const crypto::SigningKey& key, Bytes stated_algorithm, Rng& rng,
                               const std::function<void(ByteVector& out, Bytes algorithm)>& write_tbs,
                               Bytes trailer = {});

// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on, in whole seconds.
void write_time(der::Writer& writer, Timestamp time);
// Always GeneralizedTime, as OCSP wants it.
void write_generalized_time(der::Writer& writer, Timestamp time);

} // namespace pavise::trust
