// Numbers and texts of the constants. Those of repr() are what CPython 3.11 prints.
#include <pavise/ssl/constants.hpp>

#include <gtest/gtest.h>

namespace pavise::ssl {
namespace {

template <class T> std::string numbers(std::initializer_list<T> values) {
    std::string out;
    for (const T value : values) out += (out.empty() ? "" : " ") + str(value);
    return out;
}

TEST(Constants, protocols_have_pythons_numbers) {
    EXPECT_EQ(numbers({PROTOCOL_SSLv3, PROTOCOL_TLS, PROTOCOL_SSLv23, PROTOCOL_TLSv1, PROTOCOL_TLSv1_1,
                       PROTOCOL_TLSv1_2, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER}),
              "1 2 2 3 4 5 16 17");
    EXPECT_EQ(repr(PROTOCOL_SSLv23), "<_SSLMethod.PROTOCOL_TLS: 2>");
}

TEST(Constants, verify_modes_and_flags_have_pythons_numbers) {
    EXPECT_EQ(numbers({CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED}), "0 1 2");
    EXPECT_EQ(numbers({VERIFY_DEFAULT, VERIFY_CRL_CHECK_LEAF, VERIFY_CRL_CHECK_CHAIN, VERIFY_X509_STRICT,
                       VERIFY_ALLOW_PROXY_CERTS, VERIFY_X509_TRUSTED_FIRST, VERIFY_X509_PARTIAL_CHAIN}),
              "0 4 12 32 64 32768 524288");
}

TEST(Constants, options_have_pythons_numbers) {
    EXPECT_EQ(bits(OP_ALL), 0x80000050u);
    EXPECT_EQ(bits(OP_NO_SSLv2) + bits(OP_SINGLE_DH_USE) + bits(OP_SINGLE_ECDH_USE), 0u);
    EXPECT_EQ(bits(OP_LEGACY_SERVER_CONNECT), 0x4u);
    EXPECT_EQ(bits(OP_ENABLE_KTLS), 0x8u);
    EXPECT_EQ(bits(OP_IGNORE_UNEXPECTED_EOF), 0x80u);
    EXPECT_EQ(bits(OP_NO_TICKET), 0x4000u);
    EXPECT_EQ(bits(OP_NO_COMPRESSION), 0x20000u);
    EXPECT_EQ(bits(OP_ENABLE_MIDDLEBOX_COMPAT), 0x100000u);
    EXPECT_EQ(bits(OP_CIPHER_SERVER_PREFERENCE), 0x400000u);
    EXPECT_EQ(bits(OP_NO_SSLv3), 0x2000000u);
    EXPECT_EQ(bits(OP_NO_TLSv1), 0x4000000u);
    EXPECT_EQ(bits(OP_NO_TLSv1_1), 0x10000000u);
    EXPECT_EQ(bits(OP_NO_TLSv1_2), 0x8000000u);
    EXPECT_EQ(bits(OP_NO_TLSv1_3), 0x20000000u);
    EXPECT_EQ(bits(OP_NO_RENEGOTIATION), 0x40000000u);
}

TEST(Constants, versions_have_pythons_numbers) {
    using enum TLSVersion;
    EXPECT_EQ(numbers({MINIMUM_SUPPORTED, MAXIMUM_SUPPORTED, SSLv3, TLSv1, TLSv1_1, TLSv1_2, TLSv1_3}),
              "-2 -1 768 769 770 771 772");
}

TEST(Constants, alerts_have_the_registrys_numbers) {
    EXPECT_EQ(numbers({ALERT_DESCRIPTION_CLOSE_NOTIFY,
                       ALERT_DESCRIPTION_UNEXPECTED_MESSAGE,
                       ALERT_DESCRIPTION_BAD_RECORD_MAC,
                       ALERT_DESCRIPTION_RECORD_OVERFLOW,
                       ALERT_DESCRIPTION_DECOMPRESSION_FAILURE,
                       ALERT_DESCRIPTION_HANDSHAKE_FAILURE,
                       ALERT_DESCRIPTION_BAD_CERTIFICATE,
                       ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE,
                       ALERT_DESCRIPTION_CERTIFICATE_REVOKED,
                       ALERT_DESCRIPTION_CERTIFICATE_EXPIRED,
                       ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN,
                       ALERT_DESCRIPTION_ILLEGAL_PARAMETER,
                       ALERT_DESCRIPTION_UNKNOWN_CA,
                       ALERT_DESCRIPTION_ACCESS_DENIED,
                       ALERT_DESCRIPTION_DECODE_ERROR,
                       ALERT_DESCRIPTION_DECRYPT_ERROR,
                       ALERT_DESCRIPTION_PROTOCOL_VERSION,
                       ALERT_DESCRIPTION_INSUFFICIENT_SECURITY,
                       ALERT_DESCRIPTION_INTERNAL_ERROR,
                       ALERT_DESCRIPTION_USER_CANCELLED,
                       ALERT_DESCRIPTION_NO_RENEGOTIATION,
                       ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION,
                       ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE,
                       ALERT_DESCRIPTION_UNRECOGNIZED_NAME,
                       ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE,
                       ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE,
                       ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY}),
              "0 10 20 22 30 40 42 43 44 45 46 47 48 49 50 51 70 71 80 90 100 110 111 112 113 114 115");
}

TEST(Constants, error_numbers_have_pythons_numbers) {
    EXPECT_EQ(numbers({SSL_ERROR_SSL, SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_X509_LOOKUP,
                       SSL_ERROR_SYSCALL, SSL_ERROR_ZERO_RETURN, SSL_ERROR_WANT_CONNECT, SSL_ERROR_EOF,
                       SSL_ERROR_INVALID_ERROR_CODE}),
              "1 2 3 4 5 6 7 8 10");
}

TEST(Constants, members_print_as_in_python) {
    EXPECT_EQ(repr(TLSVersion::TLSv1_3), "<TLSVersion.TLSv1_3: 772>");
    EXPECT_EQ(repr(CERT_REQUIRED), "<VerifyMode.CERT_REQUIRED: 2>");
    EXPECT_EQ(repr(ALERT_DESCRIPTION_INTERNAL_ERROR),
              "<AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR: 80>");
    EXPECT_EQ(repr(SSL_ERROR_SSL), "<SSLErrorNumber.SSL_ERROR_SSL: 1>");
}

TEST(Constants, purposes_name_their_extended_key_usage) {
    EXPECT_EQ(repr(Purpose::SERVER_AUTH),
              "<Purpose.SERVER_AUTH: _ASN1Object(nid=129, shortname='serverAuth', longname='TLS Web Server "
              "Authentication', oid='1.3.6.1.5.5.7.3.1')>");
    EXPECT_EQ(str(Purpose::CLIENT_AUTH), "Purpose.CLIENT_AUTH");
    EXPECT_EQ(object_of(Purpose::CLIENT_AUTH).oid, "1.3.6.1.5.5.7.3.2");
}

TEST(Constants, flags_print_as_in_python) {
    EXPECT_EQ(repr(OP_NO_TICKET), "<Options.OP_NO_TICKET: 16384>");
    EXPECT_EQ(repr(OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE |
                   OP_ENABLE_MIDDLEBOX_COMPAT),
              "<Options.OP_NO_COMPRESSION|OP_ENABLE_MIDDLEBOX_COMPAT|OP_CIPHER_SERVER_PREFERENCE|OP_NO_SSLv3|"
              "OP_ALL: 2186412112>");
    EXPECT_EQ(repr(Options{}), "<Options.OP_NO_SSLv2: 0>");
    EXPECT_EQ(repr(static_cast<Options>(0x80000000)), "<Options: 2147483648>");
    EXPECT_EQ(repr(static_cast<Options>(0x4001)), "<Options.OP_NO_TICKET|1: 16385>");
    EXPECT_EQ(repr(VERIFY_CRL_CHECK_CHAIN), "<VerifyFlags.VERIFY_CRL_CHECK_CHAIN: 12>");
    EXPECT_EQ(repr(VERIFY_DEFAULT), "<VerifyFlags.VERIFY_DEFAULT: 0>");
}

TEST(Constants, flags_combine_as_integers_do) {
    Options options = OP_ALL | OP_NO_TICKET;
    EXPECT_TRUE(has(options, OP_NO_TICKET));
    options &= ~OP_NO_TICKET;
    EXPECT_EQ(options, OP_ALL);
    options ^= OP_NO_TLSv1_2;
    options |= OP_NO_TLSv1_3;
    EXPECT_EQ(bits(options), 0x80000050u | 0x8000000u | 0x20000000u);
    EXPECT_FALSE(has(VERIFY_CRL_CHECK_LEAF, VERIFY_CRL_CHECK_CHAIN));
}

TEST(Constants, what_the_library_has) {
    EXPECT_TRUE(HAS_SNI && HAS_ECDH && HAS_ALPN && HAS_PSK && HAS_NEVER_CHECK_COMMON_NAME && HAS_TLSv1_2 &&
                HAS_TLSv1_3);
    EXPECT_FALSE(HAS_NPN || HAS_SSLv2 || HAS_SSLv3 || HAS_TLSv1 || HAS_TLSv1_1);
    EXPECT_EQ(CHANNEL_BINDING_TYPES[0], "tls-unique");
}

TEST(Constants, the_version_is_told_in_three_ways) {
    const auto& [major, minor, patch, build, status] = OPENSSL_VERSION_INFO;
    EXPECT_EQ(OPENSSL_VERSION,
              "Pavise " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch));
    EXPECT_EQ(OPENSSL_VERSION_NUMBER, static_cast<std::uint32_t>(major << 28 | minor << 20 | patch << 4));
    EXPECT_EQ(build + status, 0);
}

} // namespace
} // namespace pavise::ssl
