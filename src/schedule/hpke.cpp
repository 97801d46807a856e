#include "schedule/hpke.hpp"

#include "schedule/hkdf.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace pavise::schedule {

namespace {

using crypto::AeadId;
using crypto::AeadUse;
using crypto::HashId;
using crypto::Hmac;
using crypto::Provider;

constexpr std::size_t max_nonce_size = crypto::aead_nonce_size;
constexpr std::size_t shared_secret_size = 32; // Nsecret of both KEMs (RFC 9180 §7.1)
constexpr std::size_t private_key_size = 32;   // Nsk of both
constexpr std::uint8_t mode_base = 0x00;
constexpr std::string_view version_label = "HPKE-v1";

std::optional<NamedGroup> group_of(HpkeKem kem) noexcept {
    switch (kem) {
    case HpkeKem::p256_hkdf_sha256: return NamedGroup::secp256r1;
    case HpkeKem::x25519_hkdf_sha256: return NamedGroup::x25519;
    }
    return std::nullopt;
}

std::optional<HashId> hash_of(HpkeKdf kdf) noexcept {
    switch (kdf) {
    case HpkeKdf::hkdf_sha256: return HashId::sha256;
    case HpkeKdf::hkdf_sha384: return HashId::sha384;
    case HpkeKdf::hkdf_sha512: return HashId::sha512;
    }
    return std::nullopt;
}

std::optional<AeadId> aead_of(HpkeAead aead) noexcept {
    switch (aead) {
    case HpkeAead::aes_128_gcm: return AeadId::aes_128_gcm;
    case HpkeAead::aes_256_gcm: return AeadId::aes_256_gcm;
    case HpkeAead::chacha20_poly1305: return AeadId::chacha20_poly1305;
    }
    return std::nullopt;
}

template <class Number> std::array<std::uint8_t, 2> as_octets(Number number) {
    const auto value = static_cast<std::uint16_t>(number);
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

// All parts in a row. They may be secret.
SecretVector concatenated(std::initializer_list<Bytes> parts) {
    std::size_t size = 0;
    for (const Bytes part : parts) size += part.size();
    SecretVector all(size);
    auto at = all.mutable_view().begin();
    for (const Bytes part : parts) at = std::copy(part.begin(), part.end(), at);
    return all;
}

// LabeledExtract and LabeledExpand (RFC 9180 §4) for one suite_id, which tells the KEM's use of HKDF from
// HPKE's own.
class LabeledKdf {
    Hmac& hmac_;
    SecretVector suite_id_;

  public:
    LabeledKdf(Hmac& hmac, HpkeKem kem) :
        hmac_(hmac),
        suite_id_(concatenated({as_bytes("KEM"), as_octets(kem)})) {}
    LabeledKdf(Hmac& hmac, HpkeSuite suite) :
        hmac_(hmac),
        suite_id_(concatenated(
            {as_bytes("HPKE"), as_octets(suite.kem), as_octets(suite.kdf), as_octets(suite.aead)})) {}

    using Key = FixedSecret<crypto::max_digest_size>;

    Result<Key> extract(Bytes salt, std::string_view label, Bytes input_keying_material) {
        const SecretVector input =
            concatenated({as_bytes(version_label), suite_id_.view(), as_bytes(label), input_keying_material});
        Key key(digest_size(hmac_.hash()));
        PAVISE_TRY(hkdf_extract(hmac_, salt, input.view(), key.mutable_view()));
        return key;
    }
    Status expand(Bytes key, std::string_view label, Bytes info, MutableBytes out) {
        if (out.size() > 0xffff) return fail(ErrorCode::bad_argument);
        const SecretVector labeled = concatenated(
            {as_octets(out.size()), as_bytes(version_label), suite_id_.view(), as_bytes(label), info});
        return hkdf_expand(hmac_, key, labeled.view(), out);
    }
};

// ExtractAndExpand (RFC 9180 §4.1).
Result<SecretVector> extract_and_expand(const Provider& provider, HpkeKem kem, Bytes dh, Bytes enc,
                                        Bytes public_key) {
    PAVISE_LET(const auto hmac, provider.hmac(HashId::sha256));
    LabeledKdf kdf(*hmac, kem);
    PAVISE_LET(const auto eae_prk, kdf.extract({}, "eae_prk", dh));
    const SecretVector kem_context = concatenated({enc, public_key});
    SecretVector shared_secret(shared_secret_size);
    PAVISE_TRY(kdf.expand(eae_prk.view(), "shared_secret", kem_context.view(), shared_secret.mutable_view()));
    return shared_secret;
}

// A random source for load_key_share(), whose result does not depend on it: it only blinds.
Rng& blinding_rng() {
    return system_rng();
}

// DeriveKeyPair for the NIST curves: candidates until one is a scalar (RFC 9180 §7.1.3).
Result<SecretVector> derive_p256(const Provider& provider, LabeledKdf& kdf, Bytes dkp_prk) {
    constexpr unsigned candidates = 256;
    for (unsigned counter = 0; counter < candidates; ++counter) {
        const std::array octet{static_cast<std::uint8_t>(counter)};
        SecretVector candidate(private_key_size);
        PAVISE_TRY(kdf.expand(dkp_prk, "candidate", octet, candidate.mutable_view()));
        const auto share = provider.load_key_share(NamedGroup::secp256r1, candidate.view(), blinding_rng());
        if (share) return candidate;
        if (share.error().code != ErrorCode::bad_argument) return Unexpected(share.error());
    }
    return fail(ErrorCode::internal);
}

} // namespace

bool hpke_supports(HpkeKem kem) noexcept {
    return group_of(kem).has_value();
}

bool hpke_supports(HpkeSuite suite) noexcept {
    return hpke_supports(suite.kem) && hash_of(suite.kdf) && aead_of(suite.aead);
}

std::size_t hpke_public_key_size(HpkeKem kem) noexcept {
    switch (kem) {
    case HpkeKem::p256_hkdf_sha256: return 65;
    case HpkeKem::x25519_hkdf_sha256: return 32;
    }
    return 0;
}

Result<ByteVector> hpke_public_key(const Provider& provider, HpkeKem kem, Bytes private_key) {
    const auto group = group_of(kem);
    if (!group) return fail(ErrorCode::not_supported);
    PAVISE_LET(const auto share, provider.load_key_share(*group, private_key, blinding_rng()));
    const Bytes value = share->public_value();
    return ByteVector(value.begin(), value.end());
}

Result<HpkeKeyPair> hpke_derive_key_pair(const Provider& provider, HpkeKem kem, Bytes input_keying_material) {
    if (!hpke_supports(kem)) return fail(ErrorCode::not_supported);
    PAVISE_LET(const auto hmac, provider.hmac(HashId::sha256));
    LabeledKdf kdf(*hmac, kem);
    PAVISE_LET(const auto dkp_prk, kdf.extract({}, "dkp_prk", input_keying_material));
    SecretVector private_key(private_key_size);
    if (kem == HpkeKem::p256_hkdf_sha256) {
        PAVISE_LET(private_key, derive_p256(provider, kdf, dkp_prk.view()));
    } else {
        PAVISE_TRY(kdf.expand(dkp_prk.view(), "sk", {}, private_key.mutable_view()));
    }
    PAVISE_LET(ByteVector public_key, hpke_public_key(provider, kem, private_key.view()));
    return HpkeKeyPair{std::move(private_key), std::move(public_key)};
}

Result<HpkeKeyPair> hpke_generate_key_pair(const Provider& provider, HpkeKem kem, Rng& rng) {
    SecretVector input(private_key_size);
    PAVISE_TRY(rng.fill(input.mutable_view()));
    return hpke_derive_key_pair(provider, kem, input.view());
}

// KeySchedule in base mode (RFC 9180 §5.1): no PSK, whose identifier and value are empty.
Result<HpkeContext> make_hpke_context(const Provider& provider, HpkeSuite suite, AeadUse use,
                                      Bytes shared_secret, Bytes info) {
    const HashId hash = *hash_of(suite.kdf);
    const AeadId aead = *aead_of(suite.aead);
    HpkeContext context;
    context.suite_ = suite;
    PAVISE_LET(context.hmac_, provider.hmac(hash));
    LabeledKdf kdf(*context.hmac_, suite);
    PAVISE_LET(const auto psk_id_hash, kdf.extract({}, "psk_id_hash", {}));
    PAVISE_LET(const auto info_hash, kdf.extract({}, "info_hash", info));
    const std::array mode{mode_base};
    const SecretVector key_schedule_context = concatenated({mode, psk_id_hash.view(), info_hash.view()});
    PAVISE_LET(const auto secret, kdf.extract(shared_secret, "secret", {}));
    FixedSecret<crypto::max_aead_key_size> key(aead_key_size(aead));
    context.base_nonce_ = FixedSecret<max_nonce_size>(max_nonce_size);
    context.exporter_secret_ = FixedSecret<crypto::max_digest_size>(digest_size(hash));
    const Bytes schedule = key_schedule_context.view();
    PAVISE_TRY(kdf.expand(secret.view(), "key", schedule, key.mutable_view()));
    PAVISE_TRY(kdf.expand(secret.view(), "base_nonce", schedule, context.base_nonce_.mutable_view()));
    PAVISE_TRY(kdf.expand(secret.view(), "exp", schedule, context.exporter_secret_.mutable_view()));
    PAVISE_LET(context.aead_, provider.aead(aead, use, key.view()));
    return context;
}

// ComputeNonce (RFC 9180 §5.2).
Result<FixedSecret<HpkeContext::nonce_size>> HpkeContext::next_nonce() noexcept {
    // Far below the limit of the RFC, 2^96 messages.
    if (sequence_ == UINT64_MAX) return fail(ErrorCode::sequence_exhausted);
    auto nonce = base_nonce_.clone();
    for (std::size_t i = 0; i < sizeof(sequence_); ++i)
        nonce.mutable_view()[nonce_size - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i));
    return nonce;
}

Status HpkeContext::seal(Bytes associated_data, MutableBytes data, MutableBytes tag) noexcept {
    PAVISE_LET(const auto nonce, next_nonce());
    PAVISE_TRY(aead_->seal(nonce.view(), associated_data, data, tag));
    ++sequence_;
    return {};
}

Status HpkeContext::open(Bytes associated_data, MutableBytes data, Bytes tag) noexcept {
    PAVISE_LET(const auto nonce, next_nonce());
    PAVISE_TRY(aead_->open(nonce.view(), associated_data, data, tag));
    ++sequence_;
    return {};
}

Status HpkeContext::export_secret(Bytes exporter_context, MutableBytes out) {
    LabeledKdf kdf(*hmac_, suite_);
    return kdf.expand(exporter_secret_.view(), "sec", exporter_context, out);
}

Result<HpkeSender> hpke_setup_sender(const Provider& provider, HpkeSuite suite, Bytes public_key, Bytes info,
                                     Rng& rng) {
    if (!hpke_supports(suite)) return fail(ErrorCode::not_supported);
    // Encap (RFC 9180 §4.1).
    PAVISE_LET(HpkeKeyPair ephemeral, hpke_generate_key_pair(provider, suite.kem, rng));
    PAVISE_LET(const auto share,
               provider.load_key_share(*group_of(suite.kem), ephemeral.private_key.view(), blinding_rng()));
    PAVISE_LET(const SecretVector dh, share->agree(public_key));
    PAVISE_LET(const SecretVector shared_secret,
               extract_and_expand(provider, suite.kem, dh.view(), ephemeral.public_key, public_key));
    PAVISE_LET(HpkeContext context,
               make_hpke_context(provider, suite, AeadUse::seal, shared_secret.view(), info));
    return HpkeSender{std::move(ephemeral.public_key), std::move(context)};
}

Result<HpkeContext> hpke_setup_receiver(const Provider& provider, HpkeSuite suite, Bytes enc,
                                        Bytes private_key, Bytes info) {
    if (!hpke_supports(suite)) return fail(ErrorCode::not_supported);
    // Decap (RFC 9180 §4.1).
    PAVISE_LET(const auto share, provider.load_key_share(*group_of(suite.kem), private_key, blinding_rng()));
    PAVISE_LET(const SecretVector dh, share->agree(enc));
    PAVISE_LET(const SecretVector shared_secret,
               extract_and_expand(provider, suite.kem, dh.view(), enc, share->public_value()));
    return make_hpke_context(provider, suite, AeadUse::open, shared_secret.view(), info);
}

} // namespace pavise::schedule
