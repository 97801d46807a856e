// Private keys in the forms that openssl writes, and the precise error for each that is not taken.
#include "openssl_program.hpp"
#include "support.hpp"

#include "crypto/pkcs12.hpp"
#include "crypto/signing_key.hpp"

#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using testing::OpensslProgram;
using testing::to_hex;

Result<SecretVector> right_password() {
    return SecretVector(as_bytes("secret"));
}
Result<SecretVector> wrong_password() {
    return SecretVector(as_bytes("Secret"));
}

class KeyFile : public ::testing::Test {
  protected:
    const OpensslProgram openssl;

    // The key in `name` loads as the given type and is the one that openssl takes it for.
    void expect_key(const std::string& name, KeyType type, const PasswordCallback& password = {}) {
        const auto key = load_signing_key(openssl.file(name), password);
        ASSERT_TRUE(key) << name << ": " << describe(key.error());
        EXPECT_EQ((*key)->type(), type);
        ASSERT_TRUE(
            openssl.run("pkey -in " + name + " -passin pass:secret -pubout -outform DER -out public.der"));
        EXPECT_EQ(to_hex((*key)->subject_public_key_info()), to_hex(openssl.file("public.der")));
    }
    void expect_error(const std::string& name, ErrorCode code, const PasswordCallback& password = {}) {
        const auto key = load_signing_key(openssl.file(name), password);
        ASSERT_FALSE(key) << name;
        EXPECT_EQ(name_of(key.error().code), name_of(code)) << name;
    }
};

TEST_F(KeyFile, of_rsa_is_read_as_pkcs8_and_pkcs1_in_pem_and_der) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out pkcs8.pem"));
    ASSERT_TRUE(openssl.run("pkcs8 -topk8 -nocrypt -in pkcs8.pem -outform DER -out pkcs8.der"));
    ASSERT_TRUE(openssl.run("rsa -in pkcs8.pem -traditional -out pkcs1.pem"));
    ASSERT_TRUE(openssl.run("rsa -in pkcs8.pem -traditional -outform DER -out pkcs1.der"));
    for (const auto* name : {"pkcs8.pem", "pkcs8.der", "pkcs1.pem", "pkcs1.der"})
        expect_key(name, KeyType::rsa);
}

TEST_F(KeyFile, of_rsa_pss_stays_one) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out free.pem"));
    expect_key("free.pem", KeyType::rsa_pss);
    ASSERT_TRUE(openssl.run(
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 "
        "-pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out bound.pem"));
    expect_key("bound.pem", KeyType::rsa_pss);
    // RFC 4055 §3.3: a key bound to SHA-384 signs with nothing else, and nothing else verifies.
    const auto key = load_signing_key(openssl.file("bound.pem"));
    ASSERT_TRUE(key);
    const ByteVector message(10);
    EXPECT_EQ((*key)->sign(SignatureScheme::rsa_pss_pss_sha256, message, system_rng()).error().code,
              ErrorCode::scheme_does_not_fit_key);
    const auto signature = (*key)->sign(SignatureScheme::rsa_pss_pss_sha384, message, system_rng());
    ASSERT_TRUE(signature);
    const auto public_key = botan_provider().public_key((*key)->subject_public_key_info());
    ASSERT_TRUE(public_key);
    EXPECT_TRUE((*public_key)->verify(SignatureScheme::rsa_pss_pss_sha384, message, *signature));
    EXPECT_EQ((*public_key)->verify(SignatureScheme::rsa_pss_pss_sha256, message, *signature).error().code,
              ErrorCode::scheme_does_not_fit_key);
    // Bound to SHA-1, it fits no scheme of TLS at all.
    ASSERT_TRUE(openssl.run(
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha1 "
        "-pkeyopt rsa_pss_keygen_mgf1_md:sha1 -pkeyopt rsa_pss_keygen_saltlen:20 -out sha1.pem"));
    expect_error("sha1.pem", ErrorCode::key_unsupported);
}

TEST_F(KeyFile, of_the_nist_curves_is_read_as_pkcs8_and_sec1_in_pem_and_der) {
    const std::pair<const char*, KeyType> curves[] = {{"prime256v1", KeyType::ecdsa_p256},
                                                      {"secp384r1", KeyType::ecdsa_p384},
                                                      {"secp521r1", KeyType::ecdsa_p521}};
    for (const auto& [curve, type] : curves) {
        // "EC PARAMETERS" stands before the key.
        ASSERT_TRUE(openssl.run(std::string("ecparam -genkey -name ") + curve + " -out sec1.pem"));
        ASSERT_TRUE(openssl.run("ec -in sec1.pem -outform DER -out sec1.der"));
        ASSERT_TRUE(openssl.run("ec -in sec1.pem -no_public -out no_public.pem"));
        ASSERT_TRUE(openssl.run("pkcs8 -topk8 -nocrypt -in sec1.pem -out pkcs8.pem"));
        ASSERT_TRUE(openssl.run("pkcs8 -topk8 -nocrypt -in sec1.pem -outform DER -out pkcs8.der"));
        for (const auto* name : {"sec1.pem", "sec1.der", "no_public.pem", "pkcs8.pem", "pkcs8.der"})
            expect_key(name, type);
    }
}

TEST_F(KeyFile, of_the_edwards_curves_is_read) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm ED25519 -out ed25519.pem"));
    ASSERT_TRUE(openssl.run("genpkey -algorithm ED448 -out ed448.pem"));
    expect_key("ed25519.pem", KeyType::ed25519);
    expect_key("ed448.pem", KeyType::ed448);
}

TEST_F(KeyFile, under_pbes2_is_read_with_its_password_alone) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem"));
    const char* ways[] = {
        "-v2 aes-128-cbc -v2prf hmacWithSHA1",   "-v2 aes-192-cbc", "-v2 aes-256-cbc -v2prf hmacWithSHA384",
        "-v2 aes-256-cbc -v2prf hmacWithSHA512", "-v2 des3",        "-scrypt"};
    for (const auto* way : ways) {
        ASSERT_TRUE(
            openssl.run(std::string("pkcs8 -topk8 -in plain.pem -passout pass:secret -out key.pem ") + way));
        ASSERT_TRUE(openssl.run(
            std::string("pkcs8 -topk8 -in plain.pem -passout pass:secret -outform DER -out key.der ") + way));
        expect_key("key.pem", KeyType::ecdsa_p256, right_password);
        expect_key("key.der", KeyType::ecdsa_p256, right_password);
        expect_error("key.pem", ErrorCode::key_password_wrong, wrong_password);
        expect_error("key.der", ErrorCode::key_password_wrong, wrong_password);
        expect_error("key.pem", ErrorCode::key_password_needed);
    }
}

TEST_F(KeyFile, under_the_older_schemes_of_pkcs8_is_read) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem"));
    for (const auto* scheme : {"PBE-SHA1-3DES", "PBE-MD5-DES", "PBE-SHA1-DES"}) {
        ASSERT_TRUE(openssl.run(std::string("pkcs8 -topk8 -in plain.pem -passout pass:secret -out key.pem "
                                            "-provider legacy -provider default -v1 ") +
                                scheme));
        const auto key = load_signing_key(openssl.file("key.pem"), right_password);
        ASSERT_TRUE(key) << scheme << ": " << describe(key.error());
        ASSERT_TRUE(openssl.run("pkey -in plain.pem -pubout -outform DER -out public.der"));
        EXPECT_EQ(to_hex((*key)->subject_public_key_info()), to_hex(openssl.file("public.der")));
        expect_error("key.pem", ErrorCode::key_password_wrong, wrong_password);
        expect_error("key.pem", ErrorCode::key_password_needed);
    }
    ASSERT_TRUE(openssl.run("pkcs8 -topk8 -in plain.pem -passout pass:secret -out rc4.pem -provider legacy "
                            "-provider default -v1 PBE-SHA1-RC4-128"));
    expect_error("rc4.pem", ErrorCode::key_encryption_unsupported, right_password);
}

TEST_F(KeyFile, in_the_traditional_encryption_of_pem_is_read) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-plain.pem"));
    ASSERT_TRUE(openssl.run("ecparam -genkey -name secp384r1 -noout -out ec-plain.pem"));
    for (const auto* cipher : {"aes128", "aes192", "aes256", "des3"}) {
        const std::string way = std::string(" -passout pass:secret -out key.pem -") + cipher;
        ASSERT_TRUE(openssl.run("rsa -traditional -in rsa-plain.pem" + way));
        EXPECT_NE(as_text(openssl.file("key.pem")).find("Proc-Type: 4,ENCRYPTED"), std::string_view::npos);
        expect_key("key.pem", KeyType::rsa, right_password);
        ASSERT_TRUE(openssl.run("ec -in ec-plain.pem" + way));
        expect_key("key.pem", KeyType::ecdsa_p384, right_password);
        expect_error("key.pem", ErrorCode::key_password_wrong, wrong_password);
        expect_error("key.pem", ErrorCode::key_password_needed);
    }
    ASSERT_TRUE(
        openssl.run("rsa -traditional -in rsa-plain.pem -passout pass:secret -out key.pem -camellia128"));
    expect_error("key.pem", ErrorCode::key_encryption_unsupported, right_password);
}

TEST_F(KeyFile, of_pkcs12_is_read_with_its_certificates) {
    ASSERT_TRUE(openssl.run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca"));
    ASSERT_TRUE(openssl.run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out "
                            "request.pem -subj /CN=x"));
    ASSERT_TRUE(
        openssl.run("x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial 1 -out cert.pem"));
    ASSERT_TRUE(openssl.run("x509 -in cert.pem -outform DER -out cert.der"));
    ASSERT_TRUE(openssl.run("x509 -in ca.pem -outform DER -out ca.der"));
    ASSERT_TRUE(openssl.run("pkey -in key.pem -pubout -outform DER -out public.der"));
    for (const auto* way : {"", "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1"}) {
        ASSERT_TRUE(openssl.run(std::string("pkcs12 -export -inkey key.pem -in cert.pem -certfile ca.pem "
                                            "-passout pass:secret -out bag.p12 ") +
                                way));
        const auto key = load_signing_key(openssl.file("bag.p12"), right_password);
        ASSERT_TRUE(key) << describe(key.error());
        EXPECT_EQ(to_hex((*key)->subject_public_key_info()), to_hex(openssl.file("public.der")));
        const auto bag = read_pkcs12(openssl.file("bag.p12"), right_password);
        ASSERT_TRUE(bag);
        ASSERT_EQ(bag->certificates.size(), 2U);
        EXPECT_EQ(bag->certificates[0], openssl.file("cert.der"));
        EXPECT_EQ(bag->certificates[1], openssl.file("ca.der"));
        expect_error("bag.p12", ErrorCode::key_password_wrong, wrong_password);
        expect_error("bag.p12", ErrorCode::key_password_needed);
    }
    ASSERT_TRUE(openssl.run("pkcs12 -export -nokeys -in cert.pem -passout pass:secret -out nokey.p12"));
    expect_error("nokey.p12", ErrorCode::key_not_found, right_password);
}

TEST_F(KeyFile, asks_for_a_password_only_when_it_is_needed_and_once) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem"));
    ASSERT_TRUE(openssl.run("pkcs8 -topk8 -in plain.pem -passout pass:secret -out key.pem"));
    int asked = 0;
    const PasswordCallback counting = [&]() -> Result<SecretVector> {
        ++asked;
        return SecretVector(as_bytes("secret"));
    };
    EXPECT_TRUE(load_signing_key(openssl.file("plain.pem"), counting));
    EXPECT_EQ(asked, 0);
    EXPECT_TRUE(load_signing_key(openssl.file("key.pem"), counting));
    EXPECT_EQ(asked, 1);
    // What the callback fails with is what the load fails with.
    expect_error("key.pem", ErrorCode::bad_argument,
                 []() -> Result<SecretVector> { return fail(ErrorCode::bad_argument); });
    expect_error("key.pem", ErrorCode::internal, []() -> Result<SecretVector> { throw 1; });
}

TEST_F(KeyFile, may_hold_certificates_and_text_around_the_key) {
    ASSERT_TRUE(
        openssl.run("req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=x -text"));
    ByteVector both = openssl.file("cert.pem");
    const ByteVector key = openssl.file("key.pem");
    both.insert(both.end(), key.begin(), key.end());
    openssl.write("both.pem", both);
    expect_key("both.pem", KeyType::rsa);
    std::string dos; // with the line ends of another system
    for (const char c : as_text(key)) dos += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_TRUE(load_signing_key(as_bytes(dos)));
    expect_error("cert.pem", ErrorCode::key_not_found);
}

TEST_F(KeyFile, of_an_unsupported_kind_says_so) {
    ASSERT_TRUE(openssl.run("ecparam -genkey -name secp256k1 -out k1.pem"));
    ASSERT_TRUE(openssl.run("ecparam -genkey -name secp256k1 -noout -out k1-bare.pem"));
    ASSERT_TRUE(openssl.run("ecparam -genkey -name prime256v1 -param_enc explicit -out explicit.pem"));
    ASSERT_TRUE(openssl.run("pkcs8 -topk8 -nocrypt -in explicit.pem -out explicit8.pem"));
    ASSERT_TRUE(openssl.run("genpkey -algorithm X25519 -out x25519.pem"));
    for (const auto* name : {"k1.pem", "k1-bare.pem", "explicit.pem", "explicit8.pem", "x25519.pem"})
        expect_error(name, ErrorCode::key_unsupported);
}

TEST_F(KeyFile, that_is_damaged_says_so) {
    ASSERT_TRUE(openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out good.pem"));
    ASSERT_TRUE(openssl.run("pkey -in good.pem -outform DER -out good.der"));
    const std::string good(as_text(openssl.file("good.pem")));
    const auto expect = [&](std::string_view text, ErrorCode code) {
        EXPECT_EQ(name_of(load_signing_key(as_bytes(text)).error().code), name_of(code)) << text;
    };
    expect("", ErrorCode::key_not_found);
    expect("hello", ErrorCode::key_not_found);
    expect(good.substr(0, good.size() - 30), ErrorCode::malformed_pem);
    expect(good.substr(0, 60) + "!" + good.substr(61), ErrorCode::malformed_pem);
    expect("-----BEGIN PRIVATE KEY-----\n-----END CERTIFICATE-----\n", ErrorCode::malformed_pem);
    expect("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", ErrorCode::key_malformed);
    const ByteVector der = openssl.file("good.der");
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(load_signing_key(Bytes(der).first(size))) << size;
}

TEST_F(KeyFile, whose_halves_do_not_belong_together_is_refused) {
    ASSERT_TRUE(
        openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER -out one.der"));
    ASSERT_TRUE(
        openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER -out two.der"));
    ByteVector mixed = openssl.file("one.der");
    const ByteVector two = openssl.file("two.der");
    ASSERT_EQ(mixed.size(), two.size());
    std::copy(two.end() - 65, two.end(), mixed.end() - 65); // the public point stands last
    EXPECT_EQ(load_signing_key(mixed).error().code, ErrorCode::key_inconsistent);

    ASSERT_TRUE(
        openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -outform DER -out rsa.der"));
    ByteVector rsa = openssl.file("rsa.der");
    rsa[rsa.size() - 1] ^= 2; // the CRT coefficient
    EXPECT_EQ(load_signing_key(rsa).error().code, ErrorCode::key_inconsistent);
}

// RFC 9881 §6: the three forms of an ML-DSA private key, and the bare seed that Botan writes.
TEST(KeyFileOfMlDsa, is_read_in_every_form_that_has_the_seed) {
    testing::SeededRng rng(21);
    const auto key = generate_signing_key(KeyType::ml_dsa_44, rng);
    ASSERT_TRUE(key);
    const auto der = (*key)->pkcs8_der();
    ASSERT_TRUE(der);
    const std::string whole = to_hex(der->view());
    // 30 len 02 01 00, AlgorithmIdentifier (13 bytes), 04 22 80 20 seed
    ASSERT_EQ(whole.substr(whole.size() - 72, 8), "04228020");
    const std::string seed = whole.substr(whole.size() - 64);
    const std::string front = whole.substr(4, whole.size() - 72 - 4);
    const auto length = [](std::size_t size) {
        const std::uint8_t bytes[] = {0x82, static_cast<std::uint8_t>(size >> 8),
                                      static_cast<std::uint8_t>(size)};
        return to_hex(bytes);
    };
    const auto file = [&](const std::string& private_key) {
        const std::string body = front + "04" + length(private_key.size() / 2) + private_key;
        return testing::from_hex("30" + length(body.size() / 2) + body);
    };
    constexpr std::size_t expanded_size = 2560; // FIPS 204 table 2
    const std::string expanded = "04" + length(expanded_size) + std::string(expanded_size * 2, '0');
    const std::string both = "0420" + seed + expanded;
    const auto short_form = [&](const std::string& private_key) { // DER wants the shortest length
        ByteVector bytes = testing::from_hex(
            "04" + to_hex(ByteVector{static_cast<std::uint8_t>(private_key.size() / 2)}) + private_key);
        const ByteVector start = testing::from_hex(front);
        bytes.insert(bytes.begin(), start.begin(), start.end());
        const ByteVector head = {0x30, static_cast<std::uint8_t>(bytes.size())};
        bytes.insert(bytes.begin(), head.begin(), head.end());
        return bytes;
    };
    for (const ByteVector& good :
         {short_form("8020" + seed), short_form(seed), file("30" + length(both.size() / 2) + both)}) {
        const auto loaded = load_signing_key(good);
        ASSERT_TRUE(loaded) << describe(loaded.error());
        EXPECT_EQ(to_hex((*loaded)->subject_public_key_info()), to_hex((*key)->subject_public_key_info()));
    }
    EXPECT_EQ(load_signing_key(file(expanded)).error().code, ErrorCode::key_without_seed);
    EXPECT_EQ(load_signing_key(short_form("801f" + seed.substr(2))).error().code, ErrorCode::key_malformed);
    EXPECT_EQ(load_signing_key(short_form("8021" + seed + "00")).error().code, ErrorCode::key_malformed);
}

} // namespace
} // namespace pavise::crypto
