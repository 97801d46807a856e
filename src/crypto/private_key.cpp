#include "crypto/private_key.hpp"

#include "crypto/guard.hpp"
#include "crypto/pkcs12.hpp"

#include "base/pem.hpp"
#include "base/try.hpp"

#include <botan/ber_dec.h>
#include <botan/der_enc.h>
#include <botan/ec_apoint.h>
#include <botan/ec_group.h>
#include <botan/ec_scalar.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/rsa.h>

#include <optional>
#include <string>

namespace pavise::crypto {

namespace {

using Botan::AlgorithmIdentifier;
using Botan::ASN1_Class;
using Botan::ASN1_Type;
using Botan::BER_Decoder;
using Botan::secure_vector;

BER_Decoder der(Bytes bytes) {
    return BER_Decoder(bytes, BER_Decoder::Limits::DER());
}

constexpr std::uint8_t pkcs12_version = 3;   // RFC 7292 §4
constexpr std::size_t ml_dsa_seed_size = 32; // FIPS 204 §5.1

// The containers in which a private key comes.
enum class Container { pkcs8, encrypted_pkcs8, pkcs1, sec1, pkcs12 };

struct Found {
    Container container;
    SecretVector contents;
    std::string dek_info{}; // of a traditional encrypted PEM file; else empty
};

// ---- telling the container

std::optional<Container> container_of_label(std::string_view label) {
    if (label == "PRIVATE KEY") return Container::pkcs8;
    if (label == "ENCRYPTED PRIVATE KEY") return Container::encrypted_pkcs8;
    if (label == "RSA PRIVATE KEY") return Container::pkcs1;
    if (label == "EC PRIVATE KEY") return Container::sec1;
    return std::nullopt;
}

// DER has no label, but the first two fields of each container differ in type.
std::optional<Container> container_of_der(Bytes bytes) {
    BER_Decoder fields = der(bytes).start_sequence();
    const Botan::BER_Object first = fields.get_next_object();
    const Botan::BER_Object second = fields.get_next_object();
    const auto is = [](const Botan::BER_Object& object, ASN1_Type type) {
        return object.is_a(type,
                           type == ASN1_Type::Sequence ? ASN1_Class::Constructed : ASN1_Class::Universal);
    };
    if (is(first, ASN1_Type::Sequence) && is(second, ASN1_Type::OctetString))
        return Container::encrypted_pkcs8;
    if (!is(first, ASN1_Type::Integer)) return std::nullopt;
    if (is(second, ASN1_Type::Sequence))
        return first.length() == 1 && first.bits()[0] == pkcs12_version ? Container::pkcs12
                                                                        : Container::pkcs8;
    if (is(second, ASN1_Type::Integer)) return Container::pkcs1;
    if (is(second, ASN1_Type::OctetString)) return Container::sec1;
    return std::nullopt;
}

// The value of a header of RFC 1421; empty where the block has none of that name.
std::string header_of(const PemBlock& block, std::string_view name) {
    for (const auto& [key, value] : block.headers)
        if (key == name) return value;
    return {};
}

// The first private key of a PEM file; certificates and EC PARAMETERS before it are passed over.
Result<Found> find_in_pem(std::string_view text) {
    PAVISE_LET(auto blocks, read_pem(text));
    for (PemBlock& block : blocks) {
        const auto container = container_of_label(block.label);
        if (!container) continue;
        std::string dek_info = header_of(block, "DEK-Info");
        if (dek_info.empty() && !header_of(block, "Proc-Type").empty()) return fail(ErrorCode::key_malformed);
        return Found{*container, std::move(block.contents), std::move(dek_info)};
    }
    return fail(ErrorCode::key_not_found);
}

Result<Found> find(Bytes file) {
    if (looks_like_pem(file)) return find_in_pem(as_text(file));
    const auto container = guarded(ErrorCode::key_not_found,
                                   [&]() -> std::optional<Container> { return container_of_der(file); });
    if (!container || !*container) return fail(ErrorCode::key_not_found);
    return Found{**container, SecretVector(file)};
}

// ---- making the key

// RFC 5915: ECPrivateKey. The curve is named outside (PKCS#8) or inside (SEC1), and where in both, it is the
// same.
Result<std::shared_ptr<const Botan::Private_Key>> make_ec_key(KeyType type, Bytes bits) {
    secure_vector<std::uint8_t> scalar_bytes;
    Botan::OID curve;
    ByteVector public_point;
    der(bits)
        .start_sequence()
        .decode_and_check<std::size_t>(1, "ECPrivateKey version")
        .decode(scalar_bytes, ASN1_Type::OctetString)
        .decode_optional(curve, ASN1_Type(0), ASN1_Class::ExplicitContextSpecific)
        .decode_optional_octet_aligned_bitstring(public_point, 1, ASN1_Class::ExplicitContextSpecific)
        .end_cons()
        .verify_end();
    const Botan::EC_Group& group = curve_of(type);
    if (!curve.empty() && curve != group.get_curve_oid()) return fail(ErrorCode::key_inconsistent);
    // RFC 5915 §3 fixes the length, but there are writers that strip leading zeros.
    if (scalar_bytes.size() < group.get_order_bytes())
        scalar_bytes.insert(scalar_bytes.begin(), group.get_order_bytes() - scalar_bytes.size(), 0);
    const auto scalar = Botan::EC_Scalar::deserialize(group, scalar_bytes);
    if (!scalar || scalar->is_zero()) return fail(ErrorCode::key_malformed);
    auto key = std::make_shared<const Botan::ECDSA_PrivateKey>(group, *scalar);
    if (!public_point.empty()) {
        const auto point = Botan::EC_AffinePoint::deserialize(group, public_point);
        if (!point || point->serialize_uncompressed() != key->_public_ec_point().serialize_uncompressed())
            return fail(ErrorCode::key_inconsistent);
    }
    return std::shared_ptr<const Botan::Private_Key>(std::move(key));
}

Result<std::shared_ptr<const Botan::Private_Key>> make_rsa_key(const AlgorithmIdentifier& identifier,
                                                               Bytes bits) {
    auto key = std::make_shared<const Botan::RSA_PrivateKey>(identifier, bits);
    if (key->key_length() > max_rsa_modulus_bits) return fail(ErrorCode::key_unsupported);
    return std::shared_ptr<const Botan::Private_Key>(std::move(key));
}

// RFC 9881 §6: seed [0], expandedKey, or a sequence of both. The key is made from the seed, as Botan knows no
// other way; it also writes the seed bare.
Result<std::shared_ptr<const Botan::Private_Key>> make_ml_dsa_key(const AlgorithmIdentifier& identifier,
                                                                  Bytes bits) {
    secure_vector<std::uint8_t> seed;
    if (bits.size() == ml_dsa_seed_size) {
        seed.assign(bits.begin(), bits.end());
    } else {
        BER_Decoder choice = der(bits);
        const Botan::BER_Object& form = choice.peek_next_object();
        if (form.is_a(ASN1_Type::OctetString, ASN1_Class::Universal))
            return fail(ErrorCode::key_without_seed);
        if (form.is_a(0, ASN1_Class::ContextSpecific)) {
            choice.decode(seed, ASN1_Type::OctetString, ASN1_Type(0), ASN1_Class::ContextSpecific);
        } else {
            secure_vector<std::uint8_t> expanded_key;
            choice.start_sequence()
                .decode(seed, ASN1_Type::OctetString)
                .decode(expanded_key, ASN1_Type::OctetString)
                .end_cons();
        }
        choice.verify_end();
    }
    if (seed.size() != ml_dsa_seed_size) return fail(ErrorCode::key_malformed);
    return std::shared_ptr<const Botan::Private_Key>(
        std::make_shared<const Botan::ML_DSA_PrivateKey>(identifier, seed));
}

Result<std::shared_ptr<const Botan::Private_Key>>
make_key(KeyType type, const AlgorithmIdentifier& identifier, Bytes bits) {
    using Key = std::shared_ptr<const Botan::Private_Key>;
    switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return make_rsa_key(identifier, bits);
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521: return make_ec_key(type, bits);
    case KeyType::ed25519: return Key(std::make_shared<const Botan::Ed25519_PrivateKey>(identifier, bits));
    case KeyType::ed448: return Key(std::make_shared<const Botan::Ed448_PrivateKey>(identifier, bits));
    case KeyType::ml_dsa_44:
    case KeyType::ml_dsa_65:
    case KeyType::ml_dsa_87: return make_ml_dsa_key(identifier, bits);
    }
    return fail(ErrorCode::key_unsupported);
}

Result<PrivateKey> make_private_key(const AlgorithmIdentifier& identifier, Bytes bits) {
    const auto algorithm = key_algorithm(identifier);
    if (!algorithm) return fail(ErrorCode::key_unsupported);
    PAVISE_LET(auto key, make_key(algorithm->type, identifier, bits));
    return PrivateKey{*algorithm, identifier, std::move(key)};
}

// ---- opening the container

// RFC 5958: PrivateKeyInfo is version 0; OneAsymmetricKey, version 1, adds the public key. Attributes are
// skipped.
Result<PrivateKey> open_pkcs8(Bytes contents) {
    std::size_t version = 0;
    AlgorithmIdentifier identifier;
    secure_vector<std::uint8_t> bits;
    BER_Decoder info = der(contents).start_sequence();
    info.decode(version).decode(identifier).decode(bits, ASN1_Type::OctetString).discard_remaining();
    if (version > 1) return fail(ErrorCode::key_malformed);
    return make_private_key(identifier, bits);
}

Result<PrivateKey> open_encrypted_pkcs8(Bytes contents, const PasswordCallback& password) {
    AlgorithmIdentifier encryption;
    ByteVector encrypted;
    der(contents)
        .start_sequence()
        .decode(encryption)
        .decode(encrypted, ASN1_Type::OctetString)
        .end_cons()
        .verify_end();
    PAVISE_LET(const SecretVector secret, ask_password(password));
    PAVISE_LET(const SecretVector plain, decrypt_pkcs8(encryption, encrypted, secret.view()));
    // A wrong password gets the padding right once in 256 times; what comes out then is noise.
    const auto looks_right =
        guarded(ErrorCode::key_password_wrong, [&] { return container_of_der(plain.view()); });
    if (!looks_right || *looks_right != Container::pkcs8) return fail(ErrorCode::key_password_wrong);
    return open_pkcs8(plain.view());
}

// RFC 8017 appendix A.1.2: RSAPrivateKey names no algorithm, which is what rsaEncryption says.
Result<PrivateKey> open_pkcs1(Bytes contents) {
    return make_private_key({Botan::OID({1, 2, 840, 113549, 1, 1, 1}), AlgorithmIdentifier::USE_NULL_PARAM},
                            contents);
}

// RFC 5915: outside of PKCS#8 the curve stands in the key itself.
Result<PrivateKey> open_sec1(Bytes contents) {
    std::size_t version = 0;
    secure_vector<std::uint8_t> scalar;
    BER_Decoder fields = der(contents).start_sequence();
    fields.decode(version).decode(scalar, ASN1_Type::OctetString);
    const Botan::BER_Object parameters = fields.get_next_object();
    if (!parameters.is_a(0, ASN1_Class::ExplicitContextSpecific)) return fail(ErrorCode::key_malformed);
    fields.discard_remaining();
    const ByteVector curve(parameters.bits(), parameters.bits() + parameters.length());
    return make_private_key({Botan::OID({1, 2, 840, 10045, 2, 1}), curve}, contents);
}

// RFC 7292: the first key of the bag.
Result<PrivateKey> open_pkcs12(Bytes contents, const PasswordCallback& password) {
    PAVISE_LET(const Pkcs12Contents bag, read_pkcs12(contents, password));
    return open_pkcs8(bag.private_key_info.view());
}

Result<PrivateKey> open(const Found& found, const PasswordCallback& password) {
    switch (found.container) {
    case Container::pkcs8: return open_pkcs8(found.contents.view());
    case Container::encrypted_pkcs8: return open_encrypted_pkcs8(found.contents.view(), password);
    case Container::pkcs1: return open_pkcs1(found.contents.view());
    case Container::sec1: return open_sec1(found.contents.view());
    case Container::pkcs12: return open_pkcs12(found.contents.view(), password);
    }
    return fail(ErrorCode::internal);
}

// RFC 1421's encryption lies around the container.
Result<PrivateKey> open_traditional(const Found& found, const PasswordCallback& password) {
    PAVISE_LET(const SecretVector secret, ask_password(password));
    PAVISE_LET(SecretVector plain, decrypt_traditional(found.dek_info, found.contents.view(), secret.view()));
    const auto looks_right =
        guarded(ErrorCode::key_password_wrong, [&] { return container_of_der(plain.view()); });
    if (!looks_right || *looks_right != found.container) return fail(ErrorCode::key_password_wrong);
    return open(Found{found.container, std::move(plain)}, {});
}

} // namespace

SecretVector encode_pkcs8(const PrivateKey& key) {
    Botan::secure_vector<std::uint8_t> bits = key.key->private_key_bits();
    if (is_ml_dsa(key.algorithm.type)) {
        // The seed alone is the form that RFC 9881 §6 recommends.
        bits = Botan::DER_Encoder()
                   .add_object(ASN1_Type(0), ASN1_Class::ContextSpecific, bits.data(), bits.size())
                   .get_contents();
    }
    const auto info = Botan::DER_Encoder()
                          .start_sequence()
                          .encode(std::size_t{0})
                          .encode(key.identifier)
                          .encode(bits, ASN1_Type::OctetString)
                          .end_cons()
                          .get_contents();
    return SecretVector(Bytes(info));
}

Result<PrivateKey> read_private_key(Bytes file, const PasswordCallback& password) noexcept {
    return guarded(ErrorCode::key_malformed, [&]() -> Result<PrivateKey> {
        PAVISE_LET(const Found found, find(file));
        return found.dek_info.empty() ? open(found, password) : open_traditional(found, password);
    });
}

} // namespace pavise::crypto
