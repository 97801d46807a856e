// Hybrid Public Key Encryption (RFC 9180) in base mode, as Encrypted ClientHello uses it (RFC 9849): a sender
// encrypts to a public key, messages in order, and both sides can export secrets.
//
// Thread rules: a context belongs to one connection; the functions are safe everywhere. What is not noexcept
// allocates, and throws nothing but bad_alloc.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::schedule {

// The IANA registries of HPKE, as far as they are supported (RFC 9180 §7).
enum class HpkeKem : std::uint16_t { p256_hkdf_sha256 = 0x0010, x25519_hkdf_sha256 = 0x0020 };
enum class HpkeKdf : std::uint16_t { hkdf_sha256 = 0x0001, hkdf_sha384 = 0x0002, hkdf_sha512 = 0x0003 };
enum class HpkeAead : std::uint16_t {
    aes_128_gcm = 0x0001,
    aes_256_gcm = 0x0002,
    chacha20_poly1305 = 0x0003
};

struct HpkeSuite {
    HpkeKem kem{};
    HpkeKdf kdf{};
    HpkeAead aead{};

    friend constexpr bool operator==(HpkeSuite, HpkeSuite) = default;
};

// Whether all three numbers, which may come from a stranger, name something that is supported.
bool hpke_supports(HpkeKem kem) noexcept;
bool hpke_supports(HpkeSuite suite) noexcept;

// Npk and Nenc of a KEM (RFC 9180 §7.1), which are equal; 0 for one that is not supported.
std::size_t hpke_public_key_size(HpkeKem kem) noexcept;
// Every AEAD above has a tag of 16 bytes: what a message grows by.
inline constexpr std::size_t hpke_tag_size = 16;

struct HpkeKeyPair {
    SecretVector private_key; // Nsk bytes: SerializePrivateKey
    ByteVector public_key;    // Npk bytes: SerializePublicKey
};

Result<HpkeKeyPair> hpke_generate_key_pair(const crypto::Provider& provider, HpkeKem kem, Rng& rng);
// DeriveKeyPair (RFC 9180 §7.1.3): the same pair for the same input.
Result<HpkeKeyPair> hpke_derive_key_pair(const crypto::Provider& provider, HpkeKem kem,
                                         Bytes input_keying_material);
// The public half of a private key that was kept somewhere.
Result<ByteVector> hpke_public_key(const crypto::Provider& provider, HpkeKem kem, Bytes private_key);

// One side of a session: the sender's seals, the receiver's opens, both export.
class HpkeContext {
    static constexpr std::size_t nonce_size = crypto::aead_nonce_size;

    HpkeSuite suite_;
    std::unique_ptr<crypto::Hmac> hmac_;
    std::unique_ptr<crypto::Aead> aead_;
    FixedSecret<nonce_size> base_nonce_;
    FixedSecret<crypto::max_digest_size> exporter_secret_;
    std::uint64_t sequence_ = 0;

    HpkeContext() = default;
    friend Result<HpkeContext> make_hpke_context(const crypto::Provider& provider, HpkeSuite suite,
                                                 crypto::AeadUse use, Bytes shared_secret, Bytes info);
    Result<FixedSecret<nonce_size>> next_nonce() noexcept;

  public:
    HpkeContext(HpkeContext&&) noexcept = default;
    HpkeContext& operator=(HpkeContext&&) noexcept = default;

    HpkeSuite suite() const noexcept { return suite_; }
    // Encrypts in place and writes the tag of hpke_tag_size bytes. Receiver's contexts fail: internal.
    Status seal(Bytes associated_data, MutableBytes data, MutableBytes tag) noexcept;
    // Decrypts in place what came with this tag. bad_record_mac where it does not verify: the data is wiped
    // then, and the sequence stays, so that the next attempt is made with the same number (RFC 9180 §5.2).
    Status open(Bytes associated_data, MutableBytes data, Bytes tag) noexcept;
    // RFC 9180 §5.3. bad_argument for more than 255 blocks of the hash.
    Status export_secret(Bytes exporter_context, MutableBytes out);
};

struct HpkeSender {
    ByteVector enc; // the encapsulated key, which the receiver needs
    HpkeContext context;
};

// SetupBaseS (RFC 9180 §5.1.1). bad_key_share for a public key that is none, not_supported for the suite.
Result<HpkeSender> hpke_setup_sender(const crypto::Provider& provider, HpkeSuite suite, Bytes public_key,
                                     Bytes info, Rng& rng);
// SetupBaseR. bad_key_share for an encapsulated key that is none, bad_argument for a bad private key.
Result<HpkeContext> hpke_setup_receiver(const crypto::Provider& provider, HpkeSuite suite, Bytes enc,
                                        Bytes private_key, Bytes info);

} // namespace pavise::schedule
