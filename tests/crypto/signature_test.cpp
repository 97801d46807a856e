// Keys of every type sign and verify with every scheme that fits, and with no other.
#include "openssl_program.hpp"
#include "support.hpp"

#include "crypto/signature_scheme.hpp"
#include "crypto/signing_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <thread>

namespace pavise::crypto {
namespace {

using testing::OpensslProgram;
using testing::ScriptedRng;
using testing::SeededRng;
using testing::to_hex;

constexpr KeyType all_key_types[] = {
    KeyType::rsa,     KeyType::rsa_pss, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
    KeyType::ed25519, KeyType::ed448,   KeyType::ml_dsa_44,  KeyType::ml_dsa_65,  KeyType::ml_dsa_87};

constexpr const char* name_of_type(KeyType type) {
    constexpr const char* names[] = {"rsa",     "rsa_pss", "ecdsa_p256", "ecdsa_p384", "ecdsa_p521",
                                     "ed25519", "ed448",   "ml_dsa_44",  "ml_dsa_65",  "ml_dsa_87"};
    return names[static_cast<std::size_t>(type)];
}

// One key of each type for the whole program: RSA keys take their time.
std::shared_ptr<const LocalSigningKey> key_of(KeyType type) {
    static std::map<KeyType, std::shared_ptr<const LocalSigningKey>> keys;
    auto& key = keys[type];
    if (!key) {
        SeededRng rng(static_cast<std::uint64_t>(type) + 1);
        auto made = generate_signing_key(type, rng);
        EXPECT_TRUE(made) << name_of_type(type);
        if (made) key = *made;
    }
    return key;
}

std::shared_ptr<const PublicKey> public_half(const SigningKey& key) {
    auto made = botan_provider().public_key(key.subject_public_key_info());
    EXPECT_TRUE(made);
    return made ? *made : nullptr;
}

const ByteVector message = testing::from_hex("00112233445566778899aabbccddeeff");

// RFC 8017 §9.1.1: PSS with SHA-512 wants 130 bytes, which a key of 1033 bits does not give.
TEST(RsaKeyLength, is_enough_for_the_scheme_or_the_scheme_is_not_used) {
    EXPECT_FALSE(is_long_enough(1033, SignatureScheme::rsa_pss_rsae_sha512));
    EXPECT_TRUE(is_long_enough(1034, SignatureScheme::rsa_pss_rsae_sha512));
    EXPECT_FALSE(is_long_enough(1024, SignatureScheme::rsa_pss_pss_sha512));
    EXPECT_TRUE(is_long_enough(1024, SignatureScheme::rsa_pss_rsae_sha384));
    EXPECT_FALSE(is_long_enough(744, SignatureScheme::rsa_pkcs1_sha512)); // 93 bytes; 94 are needed
    EXPECT_TRUE(is_long_enough(745, SignatureScheme::rsa_pkcs1_sha512));
    EXPECT_TRUE(is_long_enough(256, SignatureScheme::ecdsa_secp256r1_sha256));
    const auto short_key = [] {
        SeededRng rng(9);
        return *generate_signing_key(KeyType::rsa, rng, min_rsa_modulus_bits);
    }();
    SeededRng rng(10);
    EXPECT_FALSE(short_key->sign(SignatureScheme::rsa_pss_rsae_sha512, message, rng));
    EXPECT_TRUE(short_key->sign(SignatureScheme::rsa_pss_rsae_sha384, message, rng));
}

class EveryKeyType : public ::testing::TestWithParam<KeyType> {
  protected:
    const std::shared_ptr<const LocalSigningKey> key = key_of(GetParam());
    const std::shared_ptr<const PublicKey> public_key = public_half(*key);
    SeededRng rng{77};
};

TEST_P(EveryKeyType, signs_and_verifies_with_the_schemes_that_fit_it) {
    EXPECT_EQ(key->type(), GetParam());
    EXPECT_EQ(public_key->type(), GetParam());
    EXPECT_EQ(key->bits(), public_key->bits());
    std::size_t fitting = 0;
    for (const SchemeTraits& row : signature_schemes()) {
        const bool expected = fits_tls13(row.scheme, GetParam()) || fits_tls12(row.scheme, GetParam());
        const auto signature = key->sign(row.scheme, message, rng);
        ASSERT_EQ(signature.has_value(), expected) << name_of(row.scheme);
        if (!expected) {
            EXPECT_EQ(signature.error(), Error{ErrorCode::scheme_does_not_fit_key});
            EXPECT_EQ(public_key->verify(row.scheme, message, ByteVector(64)).error(),
                      Error{ErrorCode::scheme_does_not_fit_key});
            continue;
        }
        ++fitting;
        EXPECT_TRUE(public_key->verify(row.scheme, message, *signature)) << name_of(row.scheme);
    }
    EXPECT_GT(fitting, 0U);
}

TEST_P(EveryKeyType, refuses_what_was_changed_by_one_bit_or_cut) {
    for (const SchemeTraits& row : signature_schemes()) {
        const auto signature = key->sign(row.scheme, message, rng);
        if (!signature) continue;
        const auto expect_bad = [&](const ByteVector& what, const ByteVector& mark) {
            EXPECT_EQ(public_key->verify(row.scheme, what, mark).error(), Error{ErrorCode::bad_signature})
                << name_of(row.scheme);
        };
        for (const std::size_t at : {std::size_t{0}, signature->size() / 2, signature->size() - 1}) {
            ByteVector flipped = *signature;
            flipped[at] ^= 1;
            expect_bad(message, flipped);
        }
        ByteVector other = message;
        other[3] ^= 0x80;
        expect_bad(other, *signature);
        expect_bad({}, *signature);
        expect_bad(message, ByteVector(signature->begin(), signature->end() - 1));
        ByteVector longer = *signature;
        longer.push_back(0);
        expect_bad(message, longer);
        expect_bad(message, {});
    }
}

TEST_P(EveryKeyType, gives_the_same_signature_for_the_same_seed) {
    for (const SchemeTraits& row : signature_schemes()) {
        const auto sign = [&](std::uint64_t seed) {
            SeededRng source(seed);
            const auto signature = key->sign(row.scheme, message, source);
            return signature ? to_hex(*signature) : "";
        };
        EXPECT_EQ(sign(1), sign(1)) << name_of(row.scheme);
    }
}

TEST_P(EveryKeyType, passes_on_the_failure_of_the_random_source_and_signs_again) {
    for (const SchemeTraits& row : signature_schemes()) {
        ScriptedRng empty({});
        const auto failed = key->sign(row.scheme, message, empty);
        if (!failed && failed.error().code != ErrorCode::scheme_does_not_fit_key) {
            EXPECT_EQ(failed.error(), (Error{ErrorCode::random_source_failed, 7})) << name_of(row.scheme);
        }
        if (const auto signature = key->sign(row.scheme, message, rng)) {
            EXPECT_TRUE(public_key->verify(row.scheme, message, *signature)) << name_of(row.scheme);
        }
    }
}

TEST_P(EveryKeyType, survives_being_written_and_read) {
    const auto pem = key->pkcs8_pem();
    ASSERT_TRUE(pem);
    const auto again = load_signing_key(as_bytes(*pem));
    ASSERT_TRUE(again) << describe(again.error());
    EXPECT_EQ((*again)->type(), GetParam());
    EXPECT_EQ(to_hex((*again)->subject_public_key_info()), to_hex(key->subject_public_key_info()));
    const auto der = key->pkcs8_der();
    ASSERT_TRUE(der);
    EXPECT_TRUE(load_signing_key(der->view()));
}

TEST_P(EveryKeyType, is_read_by_openssl_as_we_wrote_it) {
    const KeyType type = GetParam();
    if (type == KeyType::ml_dsa_44 || type == KeyType::ml_dsa_65 || type == KeyType::ml_dsa_87)
        return; // from 3.5 on
    const OpensslProgram openssl;
    openssl.write("key.pem", as_bytes(*key->pkcs8_pem()));
    ASSERT_TRUE(openssl.run("pkey -in key.pem -pubout -outform DER -out public.der"));
    EXPECT_EQ(to_hex(openssl.file("public.der")), to_hex(key->subject_public_key_info()));
}

INSTANTIATE_TEST_SUITE_P(All, EveryKeyType, ::testing::ValuesIn(all_key_types),
                         [](const auto& row) { return name_of_type(row.param); });

TEST(Signature, of_another_key_does_not_verify) {
    SeededRng rng(5);
    const auto other = generate_signing_key(KeyType::ecdsa_p256, rng);
    ASSERT_TRUE(other);
    const auto signature = (*other)->sign(SignatureScheme::ecdsa_secp256r1_sha256, message, rng);
    ASSERT_TRUE(signature);
    EXPECT_EQ(public_half(*key_of(KeyType::ecdsa_p256))
                  ->verify(SignatureScheme::ecdsa_secp256r1_sha256, message, *signature)
                  .error(),
              Error{ErrorCode::bad_signature});
}

TEST(Signature, salts_of_rsa_pss_come_from_the_given_source) {
    const auto key = key_of(KeyType::rsa);
    SeededRng one(1);
    SeededRng two(2);
    const auto a = key->sign(SignatureScheme::rsa_pss_rsae_sha256, message, one);
    const auto b = key->sign(SignatureScheme::rsa_pss_rsae_sha256, message, two);
    ASSERT_TRUE(a && b);
    EXPECT_NE(to_hex(*a), to_hex(*b));
}

TEST(Signature, is_accepted_by_openssl) {
    struct Row {
        KeyType type;
        SignatureScheme scheme;
        const char* options;
    };
    constexpr const char* pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    const Row rows[] = {
        {KeyType::rsa, SignatureScheme::rsa_pss_rsae_sha256, pss},
        {KeyType::rsa_pss, SignatureScheme::rsa_pss_pss_sha256, pss},
        {KeyType::rsa, SignatureScheme::rsa_pkcs1_sha256, ""},
        {KeyType::ecdsa_p256, SignatureScheme::ecdsa_secp256r1_sha256, ""},
    };
    const OpensslProgram openssl;
    openssl.write("message", message);
    for (const Row& row : rows) {
        SeededRng rng(3);
        const auto key = key_of(row.type);
        openssl.write("key.der", key->subject_public_key_info());
        openssl.write("signature", *key->sign(row.scheme, message, rng));
        EXPECT_TRUE(openssl.run(std::string("dgst -sha256 ") + row.options +
                                " -keyform DER -verify key.der -signature signature message"));
    }
}

TEST(SigningKey, is_used_by_many_threads_at_once) {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa_p256}) {
        const auto key = key_of(type);
        const auto public_key = public_half(*key);
        const auto scheme = type == KeyType::rsa ? SignatureScheme::rsa_pss_rsae_sha256
                                                 : SignatureScheme::ecdsa_secp256r1_sha256;
        std::atomic<int> good = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i) {
                    const auto signature = key->sign(scheme, message, system_rng());
                    if (signature && public_key->verify(scheme, message, *signature)) ++good;
                }
            });
        }
        for (auto& thread : threads) thread.join();
        EXPECT_EQ(good, 4 * 20);
    }
}

TEST(SigningKey, of_rsa_is_generated_within_its_limits) {
    SeededRng rng(11);
    EXPECT_EQ(generate_signing_key(KeyType::rsa, rng, min_rsa_modulus_bits - 8).error().code,
              ErrorCode::bad_argument);
    EXPECT_EQ(generate_signing_key(KeyType::rsa, rng, 8192 + 8).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(generate_signing_key(KeyType::rsa, rng, 1025).error().code, ErrorCode::bad_argument);
    const auto key = generate_signing_key(KeyType::rsa, rng, min_rsa_modulus_bits);
    ASSERT_TRUE(key);
    EXPECT_EQ((*key)->bits(), min_rsa_modulus_bits);
}

// A key keeps its verifiers. One that refused what it had half hashed, or that is another scheme's, must not
// be asked again.
TEST(KeptVerifiers, of_one_key_do_not_remember_signatures) {
    const auto rsa = key_of(KeyType::rsa);
    const auto ecdsa = key_of(KeyType::ecdsa_p256);
    SeededRng rng(11);
    const ByteVector malformed{0x30, 0x01, 0x00}; // no DER: refused before the hash is finished
    for (const auto& [key, schemes] :
         {std::pair{rsa,
                    std::vector{SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pss_rsae_sha384}},
          std::pair{ecdsa, std::vector{SignatureScheme::ecdsa_secp256r1_sha256}}}) {
        const auto verifier = public_half(*key);
        for (int round = 0; round < 3; ++round)
            for (const SignatureScheme scheme : schemes) {
                const ByteVector good = *key->sign(scheme, message, rng);
                ByteVector bad = good;
                bad.back() ^= 1;
                EXPECT_TRUE(verifier->verify(scheme, message, good));
                EXPECT_FALSE(verifier->verify(scheme, message, bad));
                EXPECT_TRUE(verifier->verify(scheme, message, good));
                EXPECT_FALSE(verifier->verify(scheme, message, malformed));
                EXPECT_TRUE(verifier->verify(scheme, message, good));
                EXPECT_FALSE(verifier->verify(scheme, malformed, good));
            }
    }
}

TEST(KeptVerifiers, of_one_key_serve_many_threads) {
    const auto key = key_of(KeyType::ecdsa_p256);
    const auto verifier = public_half(*key);
    SeededRng rng(12);
    constexpr SignatureScheme scheme = SignatureScheme::ecdsa_secp256r1_sha256;
    const ByteVector good = *key->sign(scheme, message, rng);
    std::array<int, 8> accepted{};
    std::vector<std::thread> threads;
    for (int& count : accepted)
        threads.emplace_back([&count, &verifier, &good] {
            for (int i = 0; i < 20; ++i) count += verifier->verify(scheme, message, good) ? 1 : 0;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::ranges::count(accepted, 20), 8);
}

} // namespace
} // namespace pavise::crypto
