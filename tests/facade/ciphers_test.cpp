// Cipher strings and what they select. The orders are those of `openssl ciphers` (3.0) without the suites
// that it has and Pavise has not.
#include "ssl/cipher_list.hpp"

#include <pavise/ssl.hpp>

#include <gtest/gtest.h>

#include <sstream>

namespace pavise::ssl {
namespace {

std::string names(std::string_view text) {
    std::string out;
    for (const CipherSuite suite : parse_cipher_list(text).suites)
        out += (out.empty() ? "" : ":") + std::string(find_cipher(suite)->name);
    return out;
}

TEST(CipherList, default_is_ecdhe_with_aeads) {
    const std::string expected =
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
        "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    EXPECT_EQ(names("DEFAULT"), expected);
    EXPECT_EQ(names("ECDHE+AESGCM:ECDHE+CHACHA20:@STRENGTH").size(), expected.size());
}

TEST(CipherList, selects_by_class_and_by_name) {
    EXPECT_EQ(names("ECDHE+AESGCM:!aRSA"), "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256");
    EXPECT_EQ(names("DHE+AESGCM"), "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256");
    EXPECT_EQ(names("ECDHE-RSA-AES128-GCM-SHA256,PSK-AES128-GCM-SHA256"),
              "ECDHE-RSA-AES128-GCM-SHA256:PSK-AES128-GCM-SHA256");
    EXPECT_EQ(names("kPSK+AES128"), "PSK-AES128-GCM-SHA256");
    EXPECT_EQ(names("AESCCM8"), "ECDHE-ECDSA-AES256-CCM8:ECDHE-ECDSA-AES128-CCM8");
}

TEST(CipherList, operators_remove_delete_and_reorder) {
    EXPECT_EQ(names("ECDHE+AESGCM+aRSA:-AES256"), "ECDHE-RSA-AES128-GCM-SHA256");
    EXPECT_EQ(names("ECDHE+AESGCM+aRSA:-AES256:AES256+ECDHE+aRSA+AESGCM"),
              "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");
    EXPECT_EQ(names("ECDHE+AESGCM+aRSA:!AES256:AES256+ECDHE+aRSA"), "ECDHE-RSA-AES128-GCM-SHA256");
    EXPECT_EQ(names("ECDHE+AESGCM+aRSA:+AES256"), "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");
    EXPECT_EQ(names("ECDHE+AESGCM+aRSA:+AES256:@STRENGTH"),
              "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256");
}

TEST(CipherList, cbc_comes_by_its_own_names_alone) {
    for (const char* text : {"DEFAULT", "HIGH", "ECDHE", "AES128", "AES", "aRSA", "TLSv1.2"})
        EXPECT_EQ(names(text).find("-SHA:"), std::string::npos) << text;
    EXPECT_EQ(names("HIGH").find("AES128-SHA256"), std::string::npos);
    EXPECT_EQ(names("ECDHE-RSA-AES128-SHA"), "ECDHE-RSA-AES128-SHA");
    EXPECT_EQ(names("SHA384"), "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384");
    EXPECT_NE(names("ALL").find("ECDHE-RSA-AES128-SHA"), std::string::npos);
    EXPECT_EQ(parse_cipher_list("ALL").suites.size(), tls12_ciphers().size());
}

TEST(CipherList, names_what_it_ignores) {
    const CipherList list = parse_cipher_list("RC4:ECDHE+AESGCM:eNULL:nonsense");
    EXPECT_EQ(list.ignored, (std::vector<std::string>{"RC4", "eNULL", "nonsense"}));
    EXPECT_EQ(list.suites.size(), 4u);
    EXPECT_TRUE(parse_cipher_list("").suites.empty());
    EXPECT_TRUE(parse_cipher_list("RC4:!x:::").suites.empty());
}

TEST(CipherList, a_security_level_bounds_the_bits) {
    EXPECT_EQ(parse_cipher_list("ECDHE+AESGCM").security_level, std::nullopt);
    const CipherList list = parse_cipher_list("@SECLEVEL=4:ECDHE+AESGCM+aRSA");
    EXPECT_EQ(list.security_level, 4);
    EXPECT_EQ(list.suites.size(), 2u) << "it bounds the handshake, not the list";
    EXPECT_EQ(parse_cipher_list("@SECLEVEL=6:ECDHE").ignored, std::vector<std::string>{"@SECLEVEL=6"});
}

TEST(CipherList, commands_need_no_separator) {
    const CipherList list = parse_cipher_list("DEFAULT@SECLEVEL=1");
    EXPECT_EQ(list.suites, parse_cipher_list("DEFAULT").suites);
    EXPECT_EQ(list.security_level, 1);
    EXPECT_TRUE(list.ignored.empty());
    EXPECT_EQ(parse_cipher_list("@SECLEVEL=2:DEFAULT!aRSA").suites,
              parse_cipher_list("DEFAULT:!aRSA").suites);
    EXPECT_EQ(names("ECDHE+AESGCM!aRSA@STRENGTH"), names("ECDHE+AESGCM:!aRSA:@STRENGTH"));
    // What follows an unknown word or a special command is not read.
    EXPECT_EQ(parse_cipher_list("x!aRSA:ECDHE").ignored, (std::vector<std::string>{"x", "!aRSA"}));
    EXPECT_EQ(parse_cipher_list("ECDHE@STRENGTH!aRSA").ignored, std::vector<std::string>{"!aRSA"});
    EXPECT_EQ(names("x!aRSA:ECDHE"), names("ECDHE"));
    EXPECT_EQ(parse_cipher_list("ECDHE:DEFAULT").ignored, std::vector<std::string>{"DEFAULT"});
}

TEST(Ciphers, are_described_as_in_python) {
    const CipherDict first = dict_of(*find_cipher(CipherSuite::TLS_AES_256_GCM_SHA384));
    EXPECT_EQ(first.id, 50336514u);
    EXPECT_EQ(first.description,
              "TLS_AES_256_GCM_SHA384         TLSv1.3 Kx=any      Au=any   Enc=AESGCM(256)       "
              "     Mac=AEAD");
    EXPECT_EQ(first.symmetric + " " + first.kea + " " + first.auth, "aes-256-gcm kx-any auth-any");
    EXPECT_TRUE(first.aead && first.strength_bits == 256 && first.alg_bits == 256 && !first.digest);
    const CipherDict second = dict_of(*find_cipher(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384));
    EXPECT_EQ(second.id, 50380844u);
    EXPECT_EQ(second.description,
              "ECDHE-ECDSA-AES256-GCM-SHA384  TLSv1.2 Kx=ECDH     Au=ECDSA Enc=AESGCM(256)     "
              "       Mac=AEAD");
    EXPECT_EQ(second.kea + " " + second.auth, "kx-ecdhe auth-ecdsa");
}

TEST(Ciphers, a_context_has_those_of_tls13_first) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    context.set_ciphers("ECDHE+AESGCM:!aRSA");
    std::string listed;
    for (const CipherDict& cipher : context.get_ciphers()) listed += cipher.name + " ";
    EXPECT_EQ(listed, "TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256 "
                      "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256 ");
    EXPECT_THROW(context.set_ciphers("RC4:nonsense"), SSLError);
    try {
        context.set_ciphers("RC4:nonsense");
    } catch (const SSLError& error) {
        EXPECT_STREQ(error.what(), "No cipher can be selected. Not known here: RC4, nonsense");
    }
    EXPECT_EQ(context.get_ciphers().size(), 5u);
    context.set_ciphers("AES128+ECDHE:RC4");
    EXPECT_EQ(context.ignored_ciphers(), std::vector<std::string>{"RC4"});
    context.set_ciphersuites("TLS_CHACHA20_POLY1305_SHA256");
    EXPECT_EQ(context.get_ciphers().front().name, "TLS_CHACHA20_POLY1305_SHA256");
    EXPECT_THROW(context.set_ciphersuites("TLS_NULL"), SSLError);
}

TEST(Ciphers, print_as_pythons_tuples) {
    std::ostringstream out;
    out << Cipher{"TLS_AES_256_GCM_SHA384", "TLSv1.3", 256};
    EXPECT_EQ(out.str(), "('TLS_AES_256_GCM_SHA384', 'TLSv1.3', 256)");
}

} // namespace
} // namespace pavise::ssl
