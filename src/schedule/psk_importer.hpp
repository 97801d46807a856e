// Importing external PSKs (RFC 9258): from one external PSK a PSK of its own for every protocol and KDF, so
// that a key is never used with two hashes, and a PSK of TLS 1.3 never with TLS 1.2.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::schedule {

// RFC 9258 §5.1 and the "TLS KDF Identifiers" registry.
enum class KdfId : std::uint16_t { hkdf_sha256 = 1, hkdf_sha384 = 2 };

// Nothing but SHA-256 and SHA-384 has an identifier: not_supported for another hash.
Result<KdfId> kdf_id(crypto::HashId hash) noexcept;

// What the two sides agreed on out of band.
struct ExternalPsk {
    Bytes identity; // external_identity<1..2^16-1>
    Bytes context;  // context<0..2^16-1>, such as channel or peer identities (RFC 9258 §4.1, Appendix B)
    Bytes key;
    crypto::HashId hash = crypto::HashId::sha256; // RFC 9258 §4.1: SHA-256 where none was agreed on
};

struct ImportedPsk {
    ByteVector identity; // a serialised ImportedIdentity: the PSK's identity on the wire
    HashSecret key;      // as long as the target's hash
    crypto::HashId hash; // the hash of the suites that this PSK goes with
};

// bad_argument for an identity, context or key out of its bounds.
Result<ImportedPsk> import_psk(const crypto::Provider& provider, const ExternalPsk& external,
                               ProtocolVersion target_protocol, crypto::HashId target_hash);

} // namespace pavise::schedule
