#include "crypto/key_encryption.hpp"

#include "crypto/guard.hpp"

#include "base/try.hpp"

#include <botan/ber_dec.h>
#include <botan/cipher_mode.h>
#include <botan/pwdhash.h>

#include <array>
#include <optional>
#include <string>

namespace pavise::crypto {

namespace {

using Botan::AlgorithmIdentifier;
using Botan::BER_Decoder;

// Bounds on the work that a file can ask for: seconds, not hours. OpenSSL writes 2,048 iterations and N =
// 16,384.
constexpr std::size_t max_iterations = 10'000'000;
constexpr std::size_t max_scrypt_memory = 256U * 1024 * 1024; // 128 · N · r bytes (RFC 7914 §2)
constexpr std::size_t max_scrypt_parallelism = 16;

BER_Decoder der(Bytes bytes) {
    return BER_Decoder(bytes, BER_Decoder::Limits::DER());
}

struct CipherRow {
    std::string_view oid;
    std::string_view botan_name;
    std::size_t key_size;
};

constexpr std::array pbes2_ciphers{
    CipherRow{"2.16.840.1.101.3.4.1.2", "AES-128/CBC/PKCS7", 16},
    CipherRow{"2.16.840.1.101.3.4.1.22", "AES-192/CBC/PKCS7", 24},
    CipherRow{"2.16.840.1.101.3.4.1.42", "AES-256/CBC/PKCS7", 32},
    CipherRow{"1.2.840.113549.3.7", "TripleDES/CBC/PKCS7", 24},
};

struct PrfRow {
    std::string_view oid;
    std::string_view botan_name;
};

constexpr std::array prfs{
    PrfRow{"1.2.840.113549.2.7", "PBKDF2(HMAC(SHA-1))"},
    PrfRow{"1.2.840.113549.2.9", "PBKDF2(HMAC(SHA-256))"},
    PrfRow{"1.2.840.113549.2.10", "PBKDF2(HMAC(SHA-384))"},
    PrfRow{"1.2.840.113549.2.11", "PBKDF2(HMAC(SHA-512))"},
};
constexpr std::string_view oid_pbes2 = "1.2.840.113549.1.5.13";
constexpr std::string_view oid_pbkdf2 = "1.2.840.113549.1.5.12";
constexpr std::string_view oid_scrypt = "1.3.6.1.4.1.11591.4.11";

template <class Table>
auto find_oid(const Table& table, const Botan::OID& oid) -> const typename Table::value_type* {
    const std::string text = oid.to_string();
    for (const auto& row : table)
        if (row.oid == text) return &row;
    return nullptr;
}

// RFC 8018 appendix A.2: the PRF is HMAC-SHA-1 where none is named.
Status derive_pbkdf2(Bytes parameters, std::string_view password, MutableBytes key) {
    ByteVector salt;
    std::size_t iterations = 0;
    std::optional<std::size_t> key_length;
    AlgorithmIdentifier prf(Botan::OID({1, 2, 840, 113549, 2, 7}), AlgorithmIdentifier::USE_NULL_PARAM);
    der(parameters)
        .start_sequence()
        .decode(salt, Botan::ASN1_Type::OctetString)
        .decode(iterations)
        .decode_optional(key_length, Botan::ASN1_Type::Integer, Botan::ASN1_Class::Universal)
        .decode_optional(prf, Botan::ASN1_Type::Sequence, Botan::ASN1_Class::Constructed, prf)
        .end_cons()
        .verify_end();
    const PrfRow* row = find_oid(prfs, prf.oid());
    if (!row || iterations > max_iterations) return fail(ErrorCode::key_encryption_unsupported);
    if (key_length && *key_length != key.size()) return fail(ErrorCode::key_malformed);
    Botan::PasswordHashFamily::create_or_throw(row->botan_name)
        ->from_params(iterations)
        ->hash(key, password, salt);
    return {};
}

// RFC 7914 §7.1.
Status derive_scrypt(Bytes parameters, std::string_view password, MutableBytes key) {
    ByteVector salt;
    std::size_t cost = 0;
    std::size_t block_size = 0;
    std::size_t parallelism = 0;
    std::optional<std::size_t> key_length;
    der(parameters)
        .start_sequence()
        .decode(salt, Botan::ASN1_Type::OctetString)
        .decode(cost)
        .decode(block_size)
        .decode(parallelism)
        .decode_optional(key_length, Botan::ASN1_Type::Integer, Botan::ASN1_Class::Universal)
        .end_cons()
        .verify_end();
    if (block_size == 0 || cost > max_scrypt_memory / 128 / block_size ||
        parallelism > max_scrypt_parallelism)
        return fail(ErrorCode::key_encryption_unsupported);
    if (key_length && *key_length != key.size()) return fail(ErrorCode::key_malformed);
    Botan::PasswordHashFamily::create_or_throw("Scrypt")
        ->from_params(cost, block_size, parallelism)
        ->hash(key, password, salt);
    return {};
}

Result<SecretVector> decrypt_cbc(std::string_view botan_name, Bytes key, Bytes iv, Bytes encrypted) {
    const auto cipher = Botan::Cipher_Mode::create_or_throw(botan_name, Botan::Cipher_Dir::Decryption);
    cipher->set_key(key);
    if (!cipher->valid_nonce_length(iv.size()) || iv.empty()) return fail(ErrorCode::key_malformed);
    Botan::secure_vector<std::uint8_t> data(encrypted.begin(), encrypted.end());
    // What Botan refuses here is the padding. (There is no oracle: whoever gives the file gives the password
    // too.)
    PAVISE_TRY(guarded(ErrorCode::key_password_wrong, [&] {
        cipher->start(iv);
        cipher->finish(data);
    }));
    return SecretVector(Bytes(data));
}

Result<SecretVector> decrypt_pbes2(Bytes parameters, Bytes encrypted, Bytes password) {
    AlgorithmIdentifier derivation;
    AlgorithmIdentifier encryption;
    der(parameters).start_sequence().decode(derivation).decode(encryption).end_cons().verify_end();
    const CipherRow* cipher = find_oid(pbes2_ciphers, encryption.oid());
    if (!cipher) return fail(ErrorCode::key_encryption_unsupported);
    ByteVector iv;
    der(encryption.parameters()).decode(iv, Botan::ASN1_Type::OctetString).verify_end();
    SecretVector key(cipher->key_size);
    const std::string kind = derivation.oid().to_string();
    if (kind == oid_pbkdf2)
        PAVISE_TRY(derive_pbkdf2(derivation.parameters(), as_text(password), key.mutable_view()));
    else if (kind == oid_scrypt)
        PAVISE_TRY(derive_scrypt(derivation.parameters(), as_text(password), key.mutable_view()));
    else
        return fail(ErrorCode::key_encryption_unsupported);
    return decrypt_cbc(cipher->botan_name, key.view(), iv, encrypted);
}

} // namespace

Result<SecretVector> ask_password(const PasswordCallback& callback) noexcept {
    if (!callback) return fail(ErrorCode::key_password_needed);
    return guarded(ErrorCode::key_password_needed, [&] { return callback(); });
}

Result<SecretVector> decrypt_pkcs8(const AlgorithmIdentifier& encryption, Bytes encrypted,
                                   Bytes password) noexcept {
    return guarded(ErrorCode::key_malformed, [&]() -> Result<SecretVector> {
        if (encryption.oid().to_string() == oid_pbes2)
            return decrypt_pbes2(encryption.parameters(), encrypted, password);
        return fail(ErrorCode::key_encryption_unsupported);
    });
}

} // namespace pavise::crypto
