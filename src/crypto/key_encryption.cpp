#include "crypto/key_encryption.hpp"

#include "crypto/guard.hpp"

#include "base/try.hpp"

#include <botan/ber_dec.h>
#include <botan/cipher_mode.h>
#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/pwdhash.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace pavise::crypto {

namespace {

using Botan::AlgorithmIdentifier;
using Botan::BER_Decoder;
using Botan::secure_vector;

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

struct NamedOid {
    std::string_view oid;
    std::string_view botan_name;
};

constexpr std::array prfs{
    NamedOid{"1.2.840.113549.2.7", "PBKDF2(HMAC(SHA-1))"},
    NamedOid{"1.2.840.113549.2.9", "PBKDF2(HMAC(SHA-256))"},
    NamedOid{"1.2.840.113549.2.10", "PBKDF2(HMAC(SHA-384))"},
    NamedOid{"1.2.840.113549.2.11", "PBKDF2(HMAC(SHA-512))"},
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
    const NamedOid* row = find_oid(prfs, prf.oid());
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
    secure_vector<std::uint8_t> data(encrypted.begin(), encrypted.end());
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

// ---- the older schemes: they read what others have written, nothing is written with them

constexpr std::array pbes1_hashes{
    NamedOid{"1.2.840.113549.1.5.3", "MD5"},
    NamedOid{"1.2.840.113549.1.5.10", "SHA-1"},
};
constexpr std::string_view oid_pbe_sha1_3des = "1.2.840.113549.1.12.1.3";

struct SaltAndIterations {
    ByteVector salt;
    std::size_t iterations = 0;
};

// RFC 8018 appendix A.3, RFC 7292 appendix C.
Result<SaltAndIterations> salt_and_iterations(Bytes parameters) {
    SaltAndIterations out;
    der(parameters)
        .start_sequence()
        .decode(out.salt, Botan::ASN1_Type::OctetString)
        .decode(out.iterations)
        .end_cons()
        .verify_end();
    if (out.iterations == 0 || out.iterations > max_iterations)
        return fail(ErrorCode::key_encryption_unsupported);
    return out;
}

// PBKDF1 (RFC 8018 §5.1): the first 8 bytes are the key of DES, the next 8 the IV.
Result<SecretVector> decrypt_pbes1(std::string_view hash_name, Bytes parameters, Bytes encrypted,
                                   Bytes password) {
    PAVISE_LET(const SaltAndIterations derivation, salt_and_iterations(parameters));
    const auto hash = Botan::HashFunction::create_or_throw(hash_name);
    hash->update(password);
    hash->update(derivation.salt);
    auto block = hash->final();
    for (std::size_t i = 1; i < derivation.iterations; ++i) {
        hash->update(block);
        hash->final(block);
    }
    const Bytes derived(block);
    return decrypt_cbc("DES/CBC/PKCS7", derived.first(8), derived.subspan(8, 8), encrypted);
}

// Repeats `bytes` until a multiple of `block` is full (RFC 7292 appendix B.2, steps 2 and 3).
secure_vector<std::uint8_t> repeated(Bytes bytes, std::size_t block) {
    secure_vector<std::uint8_t> out((bytes.size() + block - 1) / block * block);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = bytes[i % bytes.size()];
    return out;
}

// RFC 7292 appendix B.2 with SHA-1, for output that one or two rounds fill. `id` says what the bytes are for.
secure_vector<std::uint8_t> derive_pkcs12(std::uint8_t id, Bytes password,
                                          const SaltAndIterations& derivation, std::size_t size) {
    constexpr std::size_t block = 64; // of SHA-1
    const auto hash = Botan::HashFunction::create_or_throw("SHA-1");
    const secure_vector<std::uint8_t> diversifier(block, id);
    secure_vector<std::uint8_t> input = repeated(derivation.salt, block);
    for (const std::uint8_t byte : repeated(password, block)) input.push_back(byte);
    secure_vector<std::uint8_t> out;
    for (;;) {
        hash->update(diversifier);
        hash->update(input);
        auto round = hash->final();
        for (std::size_t i = 1; i < derivation.iterations; ++i) {
            hash->update(round);
            hash->final(round);
        }
        out.insert(out.end(), round.begin(), round.end());
        if (out.size() >= size) break;
        // Each block of the input becomes (block + round + 1) modulo 2^512 (step 6.C).
        const auto addend = repeated(round, block);
        for (std::size_t start = 0; start < input.size(); start += block) {
            unsigned carry = 1;
            for (std::size_t i = block; i-- > 0;) {
                carry += static_cast<unsigned>(input[start + i]) + addend[i];
                input[start + i] = static_cast<std::uint8_t>(carry);
                carry >>= 8;
            }
        }
    }
    out.resize(size);
    return out;
}

// The password as a BMPString with its terminator (RFC 7292 appendix B.1). Characters beyond ASCII are taken
// for Latin-1 bytes, as OpenSSL does where they are not UTF-8.
secure_vector<std::uint8_t> as_bmp_string(Bytes password) {
    secure_vector<std::uint8_t> out;
    for (const std::uint8_t byte : password) {
        out.push_back(0);
        out.push_back(byte);
    }
    out.insert(out.end(), 2, 0);
    return out;
}

Result<SecretVector> decrypt_pkcs12_pbe(Bytes parameters, Bytes encrypted, Bytes password) {
    constexpr std::uint8_t id_key = 1; // RFC 7292 appendix B.3
    constexpr std::uint8_t id_iv = 2;
    PAVISE_LET(const SaltAndIterations derivation, salt_and_iterations(parameters));
    if (derivation.salt.empty()) return fail(ErrorCode::key_malformed);
    const auto text = as_bmp_string(password);
    const auto key = derive_pkcs12(id_key, text, derivation, 24);
    const auto iv = derive_pkcs12(id_iv, text, derivation, 8);
    return decrypt_cbc("TripleDES/CBC/PKCS7", key, iv, encrypted);
}

struct TraditionalCipher {
    std::string_view name;
    std::string_view botan_name;
    std::size_t key_size;
};

constexpr std::array traditional_ciphers{
    TraditionalCipher{"AES-128-CBC", "AES-128/CBC/PKCS7", 16},
    TraditionalCipher{"AES-192-CBC", "AES-192/CBC/PKCS7", 24},
    TraditionalCipher{"AES-256-CBC", "AES-256/CBC/PKCS7", 32},
    TraditionalCipher{"DES-EDE3-CBC", "TripleDES/CBC/PKCS7", 24},
};

// OpenSSL's EVP_BytesToKey with MD5 and one iteration: D_i = MD5(D_i-1 || password || salt).
secure_vector<std::uint8_t> derive_traditional(Bytes password, Bytes salt, std::size_t size) {
    const auto md5 = Botan::HashFunction::create_or_throw("MD5");
    secure_vector<std::uint8_t> key;
    secure_vector<std::uint8_t> block;
    while (key.size() < size) {
        md5->update(block);
        md5->update(password);
        md5->update(salt);
        block = md5->final();
        key.insert(key.end(), block.begin(), block.end());
    }
    key.resize(size);
    return key;
}

Result<SecretVector> decrypt_dek(std::string_view dek_info, Bytes encrypted, Bytes password) {
    constexpr std::size_t salt_size = 8; // the salt is the front of the IV
    const auto comma = dek_info.find(',');
    if (comma == std::string_view::npos) return fail(ErrorCode::key_malformed);
    const auto name = dek_info.substr(0, comma);
    const auto* cipher = std::find_if(traditional_ciphers.begin(), traditional_ciphers.end(),
                                      [&](const TraditionalCipher& row) { return row.name == name; });
    if (cipher == traditional_ciphers.end()) return fail(ErrorCode::key_encryption_unsupported);
    const auto iv = Botan::hex_decode(dek_info.substr(comma + 1));
    if (iv.size() < salt_size) return fail(ErrorCode::key_malformed);
    const auto key = derive_traditional(password, Bytes(iv).first(salt_size), cipher->key_size);
    return decrypt_cbc(cipher->botan_name, key, iv, encrypted);
}

} // namespace

Result<SecretVector> ask_password(const PasswordCallback& callback) noexcept {
    if (!callback) return fail(ErrorCode::key_password_needed);
    return guarded(ErrorCode::key_password_needed, [&] { return callback(); });
}

Result<SecretVector> decrypt_pkcs8(const AlgorithmIdentifier& encryption, Bytes encrypted,
                                   Bytes password) noexcept {
    return guarded(ErrorCode::key_malformed, [&]() -> Result<SecretVector> {
        const std::string scheme = encryption.oid().to_string();
        if (scheme == oid_pbes2) return decrypt_pbes2(encryption.parameters(), encrypted, password);
        if (scheme == oid_pbe_sha1_3des)
            return decrypt_pkcs12_pbe(encryption.parameters(), encrypted, password);
        if (const auto* pbes1 = find_oid(pbes1_hashes, encryption.oid()))
            return decrypt_pbes1(pbes1->botan_name, encryption.parameters(), encrypted, password);
        return fail(ErrorCode::key_encryption_unsupported);
    });
}

Result<SecretVector> decrypt_traditional(std::string_view dek_info, Bytes encrypted,
                                         Bytes password) noexcept {
    return guarded(ErrorCode::key_malformed, [&] { return decrypt_dek(dek_info, encrypted, password); });
}

} // namespace pavise::crypto
