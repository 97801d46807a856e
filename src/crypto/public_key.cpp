#include "crypto/public_key.hpp"

#include "crypto/guard.hpp"
#include "crypto/signature_scheme.hpp"

#include <botan/asn1_obj.h>
#include <botan/ber_dec.h>
#include <botan/ec_apoint.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/pss_params.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

#include <array>
#include <optional>
#include <string>

namespace pavise::crypto {

namespace {

struct KeyTypeOid {
    std::string_view oid;
    KeyType type;
};

constexpr std::string_view oid_ec_public_key = "1.2.840.10045.2.1";

// RFC 3279, RFC 4055, RFC 8410, RFC 9881. EC keys are told apart by their curve.
constexpr std::array key_type_oids{
    KeyTypeOid{"1.2.840.113549.1.1.1", KeyType::rsa},
    KeyTypeOid{"1.2.840.113549.1.1.10", KeyType::rsa_pss},
    KeyTypeOid{"1.3.101.112", KeyType::ed25519},
    KeyTypeOid{"1.3.101.113", KeyType::ed448},
    KeyTypeOid{"2.16.840.1.101.3.4.3.17", KeyType::ml_dsa_44},
    KeyTypeOid{"2.16.840.1.101.3.4.3.18", KeyType::ml_dsa_65},
    KeyTypeOid{"2.16.840.1.101.3.4.3.19", KeyType::ml_dsa_87},
};

// RFC 5480 §2.1.1.1.
constexpr std::array curve_oids{
    KeyTypeOid{"1.2.840.10045.3.1.7", KeyType::ecdsa_p256},
    KeyTypeOid{"1.3.132.0.34", KeyType::ecdsa_p384},
    KeyTypeOid{"1.3.132.0.35", KeyType::ecdsa_p521},
};

template <std::size_t N>
std::optional<KeyType> find_oid(const std::array<KeyTypeOid, N>& table, const Botan::OID& oid) {
    const std::string text = oid.to_string();
    for (const KeyTypeOid& row : table)
        if (row.oid == text) return row.type;
    return std::nullopt;
}

constexpr bool is_ecdsa(KeyType key) {
    return key == KeyType::ecdsa_p256 || key == KeyType::ecdsa_p384 || key == KeyType::ecdsa_p521;
}

constexpr std::size_t no_restriction = 0;

// What the parameters of an RSA-PSS key demand of its signatures (RFC 4055 §3.1, §3.3).
struct PssRestriction {
    std::size_t hash_size = no_restriction;
    std::size_t least_salt_size = 0;

    // TLS uses the same hash for message and MGF, and a salt as long as the hash (RFC 8446 §4.2.3).
    bool allows(HashId hash) const {
        return hash_size == no_restriction ||
               (hash_size == digest_size(hash) && least_salt_size <= hash_size);
    }
};

std::optional<HashId> hash_named(const std::string& name) {
    if (name == "SHA-256") return HashId::sha256;
    if (name == "SHA-384") return HashId::sha384;
    if (name == "SHA-512") return HashId::sha512;
    return std::nullopt;
}

Result<PssRestriction> pss_restriction(const Botan::AlgorithmIdentifier& algorithm) {
    if (algorithm.parameters_are_empty()) return PssRestriction{};
    const Botan::PSS_Params parameters(algorithm.parameters());
    const auto hash = hash_named(parameters.hash_function());
    // A key bound to SHA-1, or to two different hashes, fits no scheme of TLS.
    if (!hash || parameters.mgf_hash_algid().oid() != parameters.hash_algid().oid() ||
        parameters.trailer_field() != 1)
        return fail(ErrorCode::unsupported_key);
    return PssRestriction{digest_size(*hash), parameters.salt_length()};
}

class BotanPublicKey final : public PublicKey {
    KeyType type_;
    ByteVector encoded_;
    PssRestriction pss_;
    std::unique_ptr<const Botan::Public_Key> key_;

  public:
    BotanPublicKey(KeyType type, Bytes encoded, PssRestriction pss,
                   std::unique_ptr<const Botan::Public_Key> key) :
        type_(type),
        encoded_(encoded.begin(), encoded.end()),
        pss_(pss),
        key_(std::move(key)) {}

    KeyType type() const noexcept override { return type_; }
    std::size_t bits() const noexcept override { return key_->key_length(); }
    Bytes subject_public_key_info() const noexcept override { return encoded_; }
    Status verify(SignatureScheme scheme, Bytes message, Bytes signature) const noexcept override {
        if (!fits(scheme, type_)) return fail(ErrorCode::scheme_does_not_fit_key);
        const HashId hash = traits_of(scheme)->hash;
        if (type_ == KeyType::rsa_pss && !pss_.allows(hash)) return fail(ErrorCode::scheme_does_not_fit_key);
        return guarded(ErrorCode::bad_signature, [&]() -> Status {
            const auto format =
                is_ecdsa(type_) ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard;
            Botan::PK_Verifier verifier(*key_, botan_padding(scheme), format);
            if (!verifier.verify_message(message, signature)) return fail(ErrorCode::bad_signature);
            return {};
        });
    }
};

struct SubjectPublicKeyInfo {
    Botan::AlgorithmIdentifier algorithm;
    std::vector<std::uint8_t> key;
};

SubjectPublicKeyInfo decode(Bytes der) {
    SubjectPublicKeyInfo info;
    Botan::BER_Decoder(der, Botan::BER_Decoder::Limits::DER())
        .start_sequence()
        .decode(info.algorithm)
        .decode_octet_aligned_bitstring(info.key)
        .end_cons()
        .verify_end();
    return info;
}

// Named curves only (RFC 5480 §2.1.1: implicit and specified curves MUST NOT be used), points uncompressed,
// as RFC 8422 §5.1.1 leaves no other format.
Result<std::shared_ptr<const PublicKey>> make_ec_key(Bytes der, const SubjectPublicKeyInfo& info) {
    Botan::OID curve;
    Botan::BER_Decoder(info.algorithm.parameters(), Botan::BER_Decoder::Limits::DER())
        .decode(curve)
        .verify_end();
    const auto type = find_oid(curve_oids, curve);
    if (!type) return fail(ErrorCode::unsupported_key);
    const auto group = Botan::EC_Group::from_OID(curve);
    const auto point = Botan::EC_AffinePoint::deserialize_uncompressed(group, info.key);
    if (!point) return fail(ErrorCode::unsupported_key);
    return std::shared_ptr<const PublicKey>(std::make_shared<BotanPublicKey>(
        *type, der, PssRestriction{}, std::make_unique<Botan::ECDSA_PublicKey>(group, *point)));
}

std::unique_ptr<const Botan::Public_Key> load(KeyType type, const SubjectPublicKeyInfo& info) {
    switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return std::make_unique<Botan::RSA_PublicKey>(info.algorithm, info.key);
    case KeyType::ed25519: return std::make_unique<Botan::Ed25519_PublicKey>(info.algorithm, info.key);
    case KeyType::ed448: return std::make_unique<Botan::Ed448_PublicKey>(info.algorithm, info.key);
    default: return std::make_unique<Botan::ML_DSA_PublicKey>(info.algorithm, info.key);
    }
}

} // namespace

bool fits(SignatureScheme scheme, KeyType key) noexcept {
    return fits_tls13(scheme, key) || fits_tls12(scheme, key);
}

std::string_view botan_padding(SignatureScheme scheme) noexcept {
    switch (scheme) {
        using enum SignatureScheme;
    case rsa_pkcs1_sha256: return "PKCS1v15(SHA-256)";
    case rsa_pkcs1_sha384: return "PKCS1v15(SHA-384)";
    case rsa_pkcs1_sha512: return "PKCS1v15(SHA-512)";
    // With the salt's length spelled out, Botan refuses any other (RFC 8446 §4.2.3: "MUST be equal to the
    // length of the digest algorithm").
    case rsa_pss_rsae_sha256:
    case rsa_pss_pss_sha256: return "PSS(SHA-256,MGF1,32)";
    case rsa_pss_rsae_sha384:
    case rsa_pss_pss_sha384: return "PSS(SHA-384,MGF1,48)";
    case rsa_pss_rsae_sha512:
    case rsa_pss_pss_sha512: return "PSS(SHA-512,MGF1,64)";
    case ecdsa_secp256r1_sha256: return "SHA-256";
    case ecdsa_secp384r1_sha384: return "SHA-384";
    case ecdsa_secp521r1_sha512: return "SHA-512";
    case ed25519:
    case ed448: return "Pure";
    default: return "";
    }
}

Result<std::shared_ptr<const PublicKey>> make_public_key(Bytes subject_public_key_info) noexcept {
    return guarded(ErrorCode::unsupported_key, [&]() -> Result<std::shared_ptr<const PublicKey>> {
        const SubjectPublicKeyInfo info = decode(subject_public_key_info);
        if (info.algorithm.oid().to_string() == oid_ec_public_key)
            return make_ec_key(subject_public_key_info, info);
        const auto type = find_oid(key_type_oids, info.algorithm.oid());
        if (!type) return fail(ErrorCode::unsupported_key);
        PssRestriction pss;
        if (*type == KeyType::rsa_pss) {
            const auto restriction = pss_restriction(info.algorithm);
            if (!restriction) return Unexpected(restriction.error());
            pss = *restriction;
        }
        auto key = load(*type, info);
        const bool rsa = *type == KeyType::rsa || *type == KeyType::rsa_pss;
        if (rsa && key->key_length() > max_rsa_modulus_bits) return fail(ErrorCode::unsupported_key);
        return std::shared_ptr<const PublicKey>(
            std::make_shared<BotanPublicKey>(*type, subject_public_key_info, pss, std::move(key)));
    });
}

} // namespace pavise::crypto
