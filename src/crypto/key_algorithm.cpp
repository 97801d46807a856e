#include "crypto/key_algorithm.hpp"

#include "crypto/signature_scheme.hpp"

#include "base/try.hpp"

#include <botan/ber_dec.h>
#include <botan/ec_group.h>
#include <botan/pss_params.h>

#include <array>
#include <optional>
#include <string>

namespace pavise::crypto {

namespace {

struct KeyTypeOid {
    std::string_view oid;
    KeyType type;
};

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

} // namespace

bool KeyAlgorithm::fits(SignatureScheme scheme) const noexcept {
    if (!fits_tls13(scheme, type) && !fits_tls12(scheme, type)) return false;
    return type != KeyType::rsa_pss || pss.allows(traits_of(scheme)->hash);
}

Result<KeyAlgorithm> key_algorithm(const Botan::AlgorithmIdentifier& identifier) {
    if (identifier.oid().to_string() == oid_ec_public_key) {
        // Named curves only: implicitCurve and specifiedCurve MUST NOT be used (RFC 5480 §2.1.1).
        Botan::BER_Decoder parameters(identifier.parameters(), Botan::BER_Decoder::Limits::DER());
        if (!parameters.peek_next_object().is_a(Botan::ASN1_Type::ObjectId, Botan::ASN1_Class::Universal))
            return fail(ErrorCode::unsupported_key);
        Botan::OID curve;
        parameters.decode(curve).verify_end();
        const auto type = find_oid(curve_oids, curve);
        if (!type) return fail(ErrorCode::unsupported_key);
        return KeyAlgorithm{*type, {}};
    }
    const auto type = find_oid(key_type_oids, identifier.oid());
    if (!type) return fail(ErrorCode::unsupported_key);
    if (*type != KeyType::rsa_pss) return KeyAlgorithm{*type, {}};
    PAVISE_LET(const PssRestriction pss, pss_restriction(identifier));
    return KeyAlgorithm{*type, pss};
}

const Botan::EC_Group& curve_of(KeyType key) {
    static const Botan::EC_Group p256 = Botan::EC_Group::from_name("secp256r1");
    static const Botan::EC_Group p384 = Botan::EC_Group::from_name("secp384r1");
    static const Botan::EC_Group p521 = Botan::EC_Group::from_name("secp521r1");
    switch (key) {
    case KeyType::ecdsa_p256: return p256;
    case KeyType::ecdsa_p384: return p384;
    default: return p521;
    }
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

} // namespace pavise::crypto
