#include "trust/mint_key.hpp"

#include "crypto/botan_rng.hpp"
#include "crypto/guard.hpp"
#include "trust/oids.hpp"

#include <botan/asn1_obj.h>
#include <botan/pk_algs.h>
#include <botan/pubkey.h>

namespace pavise::trust {

namespace {

using crypto::HashId;
using crypto::KeyType;

bool is_ml_dsa(KeyType type) {
    return type == KeyType::ml_dsa_44 || type == KeyType::ml_dsa_65 || type == KeyType::ml_dsa_87;
}

std::unique_ptr<Botan::Private_Key> generate(KeyType type, Botan::RandomNumberGenerator& rng,
                                             std::size_t bits) {
    switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return Botan::create_private_key("RSA", rng, std::to_string(bits));
    case KeyType::ecdsa_p256: return Botan::create_private_key("ECDSA", rng, "secp256r1");
    case KeyType::ecdsa_p384: return Botan::create_private_key("ECDSA", rng, "secp384r1");
    case KeyType::ecdsa_p521: return Botan::create_private_key("ECDSA", rng, "secp521r1");
    case KeyType::ed25519: return Botan::create_private_key("Ed25519", rng);
    case KeyType::ed448: return Botan::create_private_key("Ed448", rng);
    case KeyType::ml_dsa_44: return Botan::create_private_key("ML-DSA", rng, "ML-DSA-4x4");
    case KeyType::ml_dsa_65: return Botan::create_private_key("ML-DSA", rng, "ML-DSA-6x5");
    case KeyType::ml_dsa_87: return Botan::create_private_key("ML-DSA", rng, "ML-DSA-8x7");
    }
    return nullptr;
}

// id-RSASSA-PSS without parameters: any hash and salt (RFC 4055 §1.2).
void write_pss_algorithm(der::Writer& writer) {
    const auto algorithm = writer.sequence();
    writer.primitive(der::Tag::oid, as_bytes(oids::rsassa_pss));
}

HashId natural_hash(KeyType type) {
    if (type == KeyType::ecdsa_p384) return HashId::sha384;
    if (type == KeyType::ecdsa_p521) return HashId::sha512;
    return HashId::sha256;
}

std::string hash_name(HashId hash) {
    switch (hash) {
    case HashId::sha1: return "SHA-1";
    case HashId::sha256: return "SHA-256";
    case HashId::sha384: return "SHA-384";
    case HashId::sha512: return "SHA-512";
    }
    return {};
}

// What Botan calls the way in which a key of this type signs.
std::string padding(KeyType type, HashId hash) {
    switch (type) {
    case KeyType::rsa: return "PKCS1v15(" + hash_name(hash) + ")";
    case KeyType::rsa_pss: return "PSS(" + hash_name(hash) + ")";
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521: return hash_name(hash);
    case KeyType::ed25519:
    case KeyType::ed448: return "Pure";
    case KeyType::ml_dsa_44:
    case KeyType::ml_dsa_65:
    case KeyType::ml_dsa_87: return "Randomized";
    }
    return {};
}

} // namespace

MintKey::MintKey(KeyType type, std::unique_ptr<const Botan::Private_Key> key) :
    type_(type),
    key_(std::move(key)) {
    if (type_ != KeyType::rsa_pss) {
        public_info_ = key_->subject_public_key();
        return;
    }
    der::Writer writer(public_info_);
    const auto info = writer.sequence();
    write_pss_algorithm(writer);
    writer.bit_string(key_->public_key_bits());
}

SecretVector MintKey::private_key_info() const {
    // The writer's buffer is wiped below; its growth is bounded by the reservation.
    constexpr std::size_t overhead = 64;
    const auto bits = key_->private_key_bits();
    if (type_ != KeyType::rsa_pss && !is_ml_dsa(type_)) {
        const auto info = key_->private_key_info();
        return SecretVector(Bytes(info));
    }
    ByteVector buffer;
    buffer.reserve(bits.size() + overhead);
    {
        der::Writer writer(buffer);
        const auto info = writer.sequence();
        writer.integer(0);
        if (type_ == KeyType::rsa_pss) {
            write_pss_algorithm(writer);
            writer.primitive(der::Tag::octet_string, bits);
        } else {
            writer.raw(key_->algorithm_identifier().BER_encode());
            // RFC 9881 §6: the seed form, [0] IMPLICIT OCTET STRING (SIZE (32)); Botan would write the bare
            // seed.
            const auto key = writer.open(der::Tag::octet_string);
            writer.primitive(der::context(0), bits);
        }
    }
    SecretVector out{Bytes(buffer)};
    secure_wipe(buffer);
    return out;
}

Result<MintKeyPtr> mint_key(KeyType type, Rng& rng, std::size_t bits) {
    return crypto::guarded(ErrorCode::not_supported, [&]() -> Result<MintKeyPtr> {
        crypto::BotanRng botan_rng(rng);
        auto key = generate(type, botan_rng, bits);
        if (!key) return fail(ErrorCode::not_supported);
        return MintKeyPtr(std::make_shared<MintKey>(type, std::move(key)));
    });
}

Result<ByteVector> sign_with(const MintKey& key, std::optional<HashId> hash, Rng& rng,
                             const std::function<void(ByteVector&, Bytes)>& write_tbs) {
    return crypto::guarded(ErrorCode::not_supported, [&] {
        crypto::BotanRng botan_rng(rng);
        Botan::PK_Signer signer(key.botan_key(), botan_rng,
                                padding(key.type(), hash.value_or(natural_hash(key.type()))),
                                key.botan_key()._default_x509_signature_format());
        const std::vector<std::uint8_t> algorithm = signer.algorithm_identifier().BER_encode();
        ByteVector tbs;
        write_tbs(tbs, algorithm);
        const std::vector<std::uint8_t> signature = signer.sign_message(tbs, botan_rng);
        ByteVector out;
        der::Writer writer(out);
        {
            const auto signed_object = writer.sequence();
            writer.raw(tbs);
            writer.raw(algorithm);
            writer.bit_string(signature);
        }
        return out;
    });
}

void write_time(der::Writer& writer, Timestamp time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
    const auto two = [](auto number) {
        const auto value = static_cast<unsigned>(number);
        return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
    };
    const int year = static_cast<int>(date.year());
    const std::string rest = two(static_cast<unsigned>(date.month())) +
                             two(static_cast<unsigned>(date.day())) + two(clock.hours().count()) +
                             two(clock.minutes().count()) + two(clock.seconds().count()) + "Z";
    if (year >= 1950 && year < 2050)
        writer.primitive(der::Tag::utc_time, as_bytes(two(year % 100) + rest));
    else
        writer.primitive(der::Tag::generalized_time, as_bytes(two(year / 100) + two(year % 100) + rest));
}

} // namespace pavise::trust
