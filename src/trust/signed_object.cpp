#include "trust/signed_object.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace pavise::trust {

namespace {

using crypto::KeyType;

// How a type of key signs certificates: the scheme, and the OID of its AlgorithmIdentifier.
struct Signing {
    KeyType key;
    SignatureScheme scheme;
    std::string_view algorithm;
};

// RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3, RFC 9881 §3. PKCS#1 v1.5 for plain RSA keys, for every verifier
// knows it.
constexpr std::array signings{
    Signing{KeyType::rsa, SignatureScheme::rsa_pkcs1_sha256, "1.2.840.113549.1.1.11"},
    Signing{KeyType::rsa_pss, SignatureScheme::rsa_pss_pss_sha256, "1.2.840.113549.1.1.10"},
    Signing{KeyType::ecdsa_p256, SignatureScheme::ecdsa_secp256r1_sha256, "1.2.840.10045.4.3.2"},
    Signing{KeyType::ecdsa_p384, SignatureScheme::ecdsa_secp384r1_sha384, "1.2.840.10045.4.3.3"},
    Signing{KeyType::ecdsa_p521, SignatureScheme::ecdsa_secp521r1_sha512, "1.2.840.10045.4.3.4"},
    Signing{KeyType::ed25519, SignatureScheme::ed25519, "1.3.101.112"},
    Signing{KeyType::ed448, SignatureScheme::ed448, "1.3.101.113"},
    Signing{KeyType::ml_dsa_44, SignatureScheme::ml_dsa_44, "2.16.840.1.101.3.4.3.17"},
    Signing{KeyType::ml_dsa_65, SignatureScheme::ml_dsa_65, "2.16.840.1.101.3.4.3.18"},
    Signing{KeyType::ml_dsa_87, SignatureScheme::ml_dsa_87, "2.16.840.1.101.3.4.3.19"},
};

const Signing* signing_of(KeyType key) {
    const auto found = std::ranges::find(signings, key, &Signing::key);
    return found == signings.end() ? nullptr : &*found;
}

void write_sha256(der::Writer& writer) {
    const auto algorithm = writer.sequence();
    writer.oid("2.16.840.1.101.3.4.2.1");
    writer.null();
}

// RSASSA-PSS-params for SHA-256 throughout and a salt as long as the hash (RFC 4055 §3.1).
void write_pss_parameters(der::Writer& writer) {
    constexpr std::uint64_t salt_length = 32;
    const auto parameters = writer.sequence();
    {
        const auto hash = writer.open(der::context_constructed(0));
        write_sha256(writer);
    }
    {
        const auto mask = writer.open(der::context_constructed(1));
        const auto algorithm = writer.sequence();
        writer.oid("1.2.840.113549.1.1.8"); // id-mgf1
        write_sha256(writer);
    }
    const auto salt = writer.open(der::context_constructed(2));
    writer.integer(salt_length);
}

// YYYYMMDDHHMMSSZ
std::string digits_of(Timestamp time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
    const auto two = [](auto number) {
        const auto value = static_cast<unsigned>(number);
        return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
    };
    const int year = static_cast<int>(date.year());
    return two(year / 100) + two(year % 100) + two(static_cast<unsigned>(date.month())) +
           two(static_cast<unsigned>(date.day())) + two(clock.hours().count()) +
           two(clock.minutes().count()) + two(clock.seconds().count()) + "Z";
}

} // namespace

ByteVector signature_algorithm_of(KeyType key) {
    ByteVector out;
    const Signing* const signing = signing_of(key);
    if (signing == nullptr) return out;
    der::Writer writer(out);
    {
        const auto algorithm = writer.sequence();
        writer.oid(signing->algorithm);
        if (key == KeyType::rsa) writer.null(); // RFC 4055 §5: NULL parameters here, none elsewhere
        if (key == KeyType::rsa_pss) write_pss_parameters(writer);
    }
    return out;
}

Result<ByteVector> sign_object(const crypto::SigningKey& key, Bytes stated_algorithm, Rng& rng,
                               const std::function<void(ByteVector&, Bytes)>& write_tbs, Bytes trailer) {
    const Signing* const signing = signing_of(key.type());
    if (signing == nullptr) return fail(ErrorCode::not_supported);
    const ByteVector true_algorithm = signature_algorithm_of(key.type());
    const Bytes algorithm = stated_algorithm.empty() ? Bytes(true_algorithm) : stated_algorithm;
    ByteVector tbs;
    write_tbs(tbs, algorithm);
    PAVISE_LET(const ByteVector signature, key.sign(signing->scheme, tbs, rng));
    ByteVector out;
    {
        der::Writer writer(out);
        const auto frame = writer.sequence();
        writer.raw(tbs);
        writer.raw(algorithm);
        writer.bit_string(signature);
        writer.raw(trailer);
    }
    return out;
}

void write_generalized_time(der::Writer& writer, Timestamp time) {
    writer.primitive(der::Tag::generalized_time, as_bytes(digits_of(time)));
}

void write_time(der::Writer& writer, Timestamp time) {
    constexpr std::size_t century_digits = 2;
    const std::string digits = digits_of(time);
    if (digits >= "1950" && digits < "2050")
        writer.primitive(der::Tag::utc_time, as_bytes(digits).subspan(century_digits));
    else
        writer.primitive(der::Tag::generalized_time, as_bytes(digits));
}

} // namespace pavise::trust
