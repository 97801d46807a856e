// SubjectPublicKeyInfos that are taken and refused, and signatures that are almost right.
#include "openssl_program.hpp"
#include "support.hpp"

#include "crypto/key_algorithm.hpp"
#include "crypto/provider.hpp"

#include <botan/bigint.h>
#include <botan/der_enc.h>
#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using testing::from_hex;
using testing::OpensslProgram;

const Provider& provider = botan_provider();

class PublicKeyFile : public ::testing::Test {
  protected:
    const OpensslProgram openssl;

    std::shared_ptr<const PublicKey> load(const std::string& name) {
        auto key = provider.public_key(openssl.file(name));
        EXPECT_TRUE(key) << name;
        return key ? *key : nullptr;
    }
};

void expect_unsupported(Bytes info) {
    EXPECT_EQ(provider.public_key(info).error(), Error{ErrorCode::unsupported_key});
}

TEST_F(PublicKeyFile, is_refused_when_cut_or_longer) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"));
    ASSERT_TRUE(openssl.run("pkey -in key.pem -pubout -outform DER -out public.der"));
    ByteVector info = openssl.file("public.der");
    ASSERT_TRUE(provider.public_key(info));
    for (std::size_t size = 0; size < info.size(); ++size) expect_unsupported(Bytes(info).first(size));
    ByteVector longer = info;
    longer.push_back(0);
    expect_unsupported(longer);
    info.back() ^= 1; // off the curve
    expect_unsupported(info);
}

TEST_F(PublicKeyFile, of_a_kind_that_tls_does_not_sign_with_is_refused) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm X25519 -out x25519.pem"));
    ASSERT_TRUE(openssl.run("ecparam -genkey -noout -name secp256k1 -out k1.pem"));
    ASSERT_TRUE(openssl.run("ecparam -genkey -noout -name prime256v1 -out p256.pem"));
    ASSERT_TRUE(openssl.run("pkey -in x25519.pem -pubout -outform DER -out x25519.der"));
    ASSERT_TRUE(openssl.run("pkey -in k1.pem -pubout -outform DER -out k1.der"));
    ASSERT_TRUE(openssl.run("ec -in p256.pem -pubout -param_enc explicit -outform DER -out explicit.der"));
    ASSERT_TRUE(
        openssl.run("ec -in p256.pem -pubout -conv_form compressed -outform DER -out compressed.der"));
    for (const auto* name : {"x25519.der", "k1.der", "explicit.der", "compressed.der"})
        expect_unsupported(openssl.file(name));
}

// A SubjectPublicKeyInfo with a modulus that nobody knows the factors of, if it has any.
ByteVector rsa_info(std::size_t bits) {
    const Botan::BigInt modulus = Botan::BigInt::power_of_2(bits - 1) + 1;
    ByteVector key;
    Botan::DER_Encoder(key).start_sequence().encode(modulus).encode(std::size_t{65537}).end_cons();
    ByteVector info;
    Botan::DER_Encoder(info)
        .start_sequence()
        .encode(Botan::AlgorithmIdentifier("RSA", Botan::AlgorithmIdentifier::USE_NULL_PARAM))
        .encode(key, Botan::ASN1_Type::BitString)
        .end_cons();
    return info;
}

TEST(PublicKey, of_rsa_has_an_upper_bound) {
    const auto largest = provider.public_key(rsa_info(max_rsa_modulus_bits));
    ASSERT_TRUE(largest);
    EXPECT_EQ((*largest)->bits(), max_rsa_modulus_bits);
    expect_unsupported(rsa_info(max_rsa_modulus_bits + 1));
}

// RFC 8446 §4.2.3: the salt's length MUST be equal to the length of the digest.
TEST_F(PublicKeyFile, of_rsa_takes_pss_salts_of_the_digests_length_alone) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem"));
    ASSERT_TRUE(openssl.run("pkey -in key.pem -pubout -outform DER -out public.der"));
    openssl.write("message", as_bytes("message"));
    const auto key = load("public.der");
    ASSERT_TRUE(key);
    const auto verify = [&](const std::string& options) {
        EXPECT_TRUE(openssl.run("dgst -sha256 -sign key.pem -out signature -sigopt rsa_padding_mode:pss " +
                                options + " message"));
        return key
            ->verify(SignatureScheme::rsa_pss_rsae_sha256, as_bytes("message"), openssl.file("signature"))
            .has_value();
    };
    EXPECT_TRUE(verify("-sigopt rsa_pss_saltlen:32"));
    EXPECT_FALSE(verify("-sigopt rsa_pss_saltlen:31"));
    EXPECT_FALSE(verify("-sigopt rsa_pss_saltlen:33"));
    EXPECT_FALSE(verify("-sigopt rsa_pss_saltlen:0"));
    EXPECT_FALSE(verify("-sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha1"));
}

TEST_F(PublicKeyFile, of_an_elliptic_curve_takes_der_signatures_alone) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"));
    ASSERT_TRUE(openssl.run("pkey -in key.pem -pubout -outform DER -out public.der"));
    openssl.write("message", as_bytes("message"));
    const auto key = load("public.der");
    ASSERT_TRUE(key);
    ASSERT_TRUE(openssl.run("dgst -sha256 -sign key.pem -out signature message"));
    const ByteVector good = openssl.file("signature");
    const auto verify = [&](const ByteVector& signature) {
        return key->verify(SignatureScheme::ecdsa_secp256r1_sha256, as_bytes("message"), signature);
    };
    EXPECT_TRUE(verify(good));
    ByteVector long_form = good; // BER: a length in two bytes where one would do
    long_form.insert(long_form.begin() + 1, 0x81);
    ByteVector trailing = good;
    trailing.push_back(0);
    for (const ByteVector& bad :
         {long_form, trailing, from_hex("3006020100020100"), from_hex("3006020101020100"), from_hex("3000"),
          from_hex("3006020101020101"), ByteVector(64, 1)})
        EXPECT_EQ(verify(bad).error(), Error{ErrorCode::bad_signature});
}

} // namespace
} // namespace pavise::crypto
