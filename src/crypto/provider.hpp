// What the protocol asks of a cryptographic library. One implementation stands on Botan (botan_provider());
// tests and fuzzers may inject another.
//
// Thread rules: a Provider, a PublicKey and a SigningKey are safe to use from any number of threads at once.
// All other objects belong to one connection and are used by one thread at a time.
#pragma once

#include "base/secret.hpp"
#include "crypto/algorithms.hpp"

#include <pavise/environment.hpp>
#include <pavise/registry.hpp>

#include <memory>
#include <optional>
#include <span>

namespace pavise::crypto {

// What an Aead or Cbc object is made for. Botan's modes are built for one direction, and a connection's
// memory should not pay for the other.
enum class AeadUse : std::uint8_t { seal, open };

// One key of an AEAD, for one direction of one epoch. In place; allocates nothing after construction (CCM
// excepted: its first pass needs the whole record, and Botan buffers it). The call that it was not made for
// fails: internal.
class Aead {
  public:
    virtual ~Aead() = default;
    // Encrypts `data` in place and writes the tag. Preconditions: nonce of aead_nonce_size bytes, never used
    // before with this key; `tag` of aead_tag_size bytes, which may follow `data` directly.
    virtual Status seal(Bytes nonce, Bytes associated_data, MutableBytes data, MutableBytes tag) noexcept = 0;
    // Verifies the tag and decrypts `data` in place. On failure: bad_record_mac, and `data` is wiped.
    virtual Status open(Bytes nonce, Bytes associated_data, MutableBytes data, Bytes tag) noexcept = 0;
};

// Bare CBC, for the records of TLS 1.2 that encrypt-then-MAC protects (RFC 7366): padding and MAC are the
// caller's. In place; allocates nothing after construction. Made for one direction, as an Aead is.
class Cbc {
  public:
    virtual ~Cbc() = default;
    // Preconditions: an IV of cbc_block_size bytes, `blocks` a multiple of that.
    virtual Status encrypt(Bytes iv, MutableBytes blocks) noexcept = 0;
    virtual Status decrypt(Bytes iv, MutableBytes blocks) noexcept = 0;
};

// What hides the variable parts of a QUIC packet's header (RFC 9001 §5.4): one key, of either direction.
inline constexpr std::size_t header_sample_size = 16;
inline constexpr std::size_t header_mask_size = 5;
class HeaderMask {
  public:
    virtual ~HeaderMask() = default;
    // Preconditions: `sample` of header_sample_size bytes of ciphertext, `out` of header_mask_size.
    virtual Status mask(Bytes sample, MutableBytes out) noexcept = 0;
};

// A running hash.
class Hash {
  public:
    virtual ~Hash() = default;
    virtual void update(Bytes bytes) noexcept = 0;
    // The digest of everything so far; the running state goes on undisturbed.
    virtual Result<Digest> digest() const noexcept = 0;
    // An independent copy of the running state.
    virtual Result<std::unique_ptr<Hash>> fork() const noexcept = 0;
};

// Botan's bound. The longest keys of TLS are finite-field secrets (1,024 bytes) and TLS 1.2 premaster secrets
// that hold a PSK twice (RFC 4279 §2).
inline constexpr std::size_t max_hmac_key_size = 8192;

// HMAC (RFC 2104), reusable for many keys and messages.
class Hmac {
  public:
    virtual ~Hmac() = default;
    virtual HashId hash() const noexcept = 0;
    // Starts with a new key of 0 to max_hmac_key_size bytes, dropping the old one and what was half hashed.
    virtual Status set_key(Bytes key) noexcept = 0;
    virtual void update(Bytes bytes) noexcept = 0;
    // Writes digest_size(hash()) bytes; the key stays set, for the next message.
    virtual Status finish(MutableBytes out) noexcept = 0;
};

// The initiator's half of a key exchange: an ephemeral private key that is used once.
class KeyShare {
  public:
    virtual ~KeyShare() = default;
    virtual NamedGroup group() const noexcept = 0;
    // What goes into key_exchange (RFC 8446 §4.2.8): for a KEM its encapsulation key. Valid as long as this.
    virtual Bytes public_value() const noexcept = 0;
    // The shared secret from the peer's key_exchange. bad_key_share where the peer's value has the wrong
    // length, is not on the curve, or gives an all-zero secret (RFC 8446 §4.2.8, §7.4.2). In a finite field
    // of TLS 1.2: bad_dh_value (RFC 7919 §3, §4).
    virtual Result<SecretVector> agree(Bytes peer_value) noexcept = 0;
};

// A finite-field Diffie-Hellman group as a TLS 1.2 server names it (ServerDHParams, RFC 5246 §7.4.3):
// big-endian numbers, leading zeros allowed.
struct FiniteFieldGroup {
    ByteVector prime;
    ByteVector generator;
};

// Groups below are within reach of precomputation (Logjam); above, one handshake costs a server tenths of a
// second.
inline constexpr std::size_t min_dh_prime_bits = 2048;
inline constexpr std::size_t max_dh_prime_bits = 8192;

// The group of RFC 7919 by that name; nothing for any other name.
std::optional<FiniteFieldGroup> named_finite_field(NamedGroup group);

// The responder's half: the value to send back, and the secret.
struct KeyShareAnswer {
    ByteVector public_value;
    SecretVector secret;
};

// A verification key out of a SubjectPublicKeyInfo.
class PublicKey {
  public:
    virtual ~PublicKey() = default;
    virtual KeyType type() const noexcept = 0;
    // Security-relevant size: bits of the RSA modulus, of the curve's order, …
    virtual std::size_t bits() const noexcept = 0;
    // The DER SubjectPublicKeyInfo that this key came from.
    virtual Bytes subject_public_key_info() const noexcept = 0;
    // bad_signature when the signature does not verify; scheme_does_not_fit_key when key and scheme differ in
    // type.
    virtual Status verify(SignatureScheme scheme, Bytes message, Bytes signature) const noexcept = 0;
};

// A private key that signs. It may live here, in a token or in another process.
class SigningKey {
  public:
    virtual ~SigningKey() = default;
    virtual KeyType type() const noexcept = 0;
    virtual std::size_t bits() const noexcept = 0;
    // The DER SubjectPublicKeyInfo of the public half, to match it with a certificate.
    virtual Bytes subject_public_key_info() const noexcept = 0;
    virtual Result<ByteVector> sign(SignatureScheme scheme, Bytes message, Rng& rng) const noexcept = 0;
};

class Provider {
  public:
    virtual ~Provider() = default;

    // `key` of aead_key_size bytes.
    virtual Result<std::unique_ptr<Aead>> aead(AeadId id, AeadUse use, Bytes key) const noexcept = 0;
    // `key` of cbc_key_size bytes.
    virtual Result<std::unique_ptr<Cbc>> cbc(CbcId id, AeadUse use, Bytes key) const noexcept = 0;
    // Of the cipher that the AEAD is built on; `key` of aead_key_size bytes.
    virtual Result<std::unique_ptr<HeaderMask>> header_mask(AeadId id, Bytes key) const noexcept = 0;
    virtual Result<std::unique_ptr<Hash>> hash(HashId id) const noexcept = 0;
    virtual Result<std::unique_ptr<Hmac>> hmac(HashId id) const noexcept = 0;

    virtual bool supports(NamedGroup group) const noexcept = 0;
    // The share keeps a reference to `rng` until it is gone, for blinding in agree().
    virtual Result<std::unique_ptr<KeyShare>> generate_key_share(NamedGroup group,
                                                                 Rng& rng) const noexcept = 0;
    // A share with a given private key, for long-lived keys (HPKE) and for vectors: P-256, P-384 and P-521 (a
    // scalar of the order's length, big-endian), X25519 and X448 (RFC 7748). not_supported for other groups,
    // bad_argument for bytes that are no private key.
    virtual Result<std::unique_ptr<KeyShare>> load_key_share(NamedGroup group, Bytes private_key,
                                                             Rng& rng) const noexcept = 0;
    // Answers the initiator's key_exchange: generates (or encapsulates) and agrees in one step.
    virtual Result<KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                                    Rng& rng) const noexcept = 0;

    // DHE of TLS 1.2, for either side: agree() takes the peer's value with or without leading zeros and
    // strips those of the secret (RFC 5246 §8.1.2), where the ffdhe groups of TLS 1.3 keep both at full
    // length (RFC 8446 §4.2.8.1, §7.4.1). group() of such a share is 0. dh_group_too_small for a prime of
    // fewer than min_dh_prime_bits, bad_dh_group for more than max_dh_prime_bits, an even modulus or a
    // generator outside of 2 to p - 2.
    virtual Result<std::unique_ptr<KeyShare>> generate_dhe_share(const FiniteFieldGroup& group,
                                                                 Rng& rng) const noexcept = 0;

    // From a DER SubjectPublicKeyInfo; unsupported_key for a key type or curve that TLS does not sign with.
    virtual Result<std::shared_ptr<const PublicKey>>
    public_key(Bytes subject_public_key_info) const noexcept = 0;
};

// The provider over Botan. Immutable and thread-safe; lives as long as the process.
const Provider& botan_provider() noexcept;

} // namespace pavise::crypto
