// Numbers and texts of the constants. Those of repr() are what CPython 3.11 prints.
#include <pavise/ssl/constants.hpp>

#include <gtest/gtest.h>

namespace pavise::ssl {
namespace {

// What a constant is: told to the compiler, so that each is held by a line of its own.
template <class T> consteval auto number(T value) {
    return static_cast<std::underlying_type_t<T>>(value);
}

TEST(Constants, protocols_have_pythons_numbers) {
    static_assert(number(PROTOCOL_SSLv3) == 1);
    static_assert(number(PROTOCOL_TLS) == 2);
    static_assert(number(PROTOCOL_SSLv23) == 2);
    static_assert(number(PROTOCOL_TLSv1) == 3);
    static_assert(number(PROTOCOL_TLSv1_1) == 4);
    static_assert(number(PROTOCOL_TLSv1_2) == 5);
    static_assert(number(PROTOCOL_TLS_CLIENT) == 16);
    static_assert(number(PROTOCOL_TLS_SERVER) == 17);
    EXPECT_EQ(repr(PROTOCOL_SSLv23), "<_SSLMethod.PROTOCOL_TLS: 2>");
}

TEST(Constants, verify_modes_and_flags_have_pythons_numbers) {
    static_assert(number(CERT_NONE) == 0);
    static_assert(number(CERT_OPTIONAL) == 1);
    static_assert(number(CERT_REQUIRED) == 2);
    static_assert(number(VERIFY_DEFAULT) == 0);
    static_assert(number(VERIFY_CRL_CHECK_LEAF) == 4);
    static_assert(number(VERIFY_CRL_CHECK_CHAIN) == 12);
    static_assert(number(VERIFY_X509_STRICT) == 32);
    static_assert(number(VERIFY_ALLOW_PROXY_CERTS) == 64);
    static_assert(number(VERIFY_X509_TRUSTED_FIRST) == 32768);
    static_assert(number(VERIFY_X509_PARTIAL_CHAIN) == 524288);
    EXPECT_EQ(str(CERT_OPTIONAL), "1");
}

TEST(Constants, options_have_pythons_numbers) {
    static_assert(number(OP_ALL) == 0x80000050);
    static_assert(number(OP_NO_SSLv2) == 0x0);
    static_assert(number(OP_SINGLE_DH_USE) == 0x0);
    static_assert(number(OP_SINGLE_ECDH_USE) == 0x0);
    static_assert(number(OP_LEGACY_SERVER_CONNECT) == 0x4);
    static_assert(number(OP_ENABLE_KTLS) == 0x8);
    static_assert(number(OP_IGNORE_UNEXPECTED_EOF) == 0x80);
    static_assert(number(OP_NO_TICKET) == 0x4000);
    static_assert(number(OP_NO_COMPRESSION) == 0x20000);
    static_assert(number(OP_ENABLE_MIDDLEBOX_COMPAT) == 0x100000);
    static_assert(number(OP_CIPHER_SERVER_PREFERENCE) == 0x400000);
    static_assert(number(OP_NO_SSLv3) == 0x2000000);
    static_assert(number(OP_NO_TLSv1) == 0x4000000);
    static_assert(number(OP_NO_TLSv1_2) == 0x8000000);
    static_assert(number(OP_NO_TLSv1_1) == 0x10000000);
    static_assert(number(OP_NO_TLSv1_3) == 0x20000000);
    static_assert(number(OP_NO_RENEGOTIATION) == 0x40000000);
    EXPECT_EQ(str(OP_ALL), "2147483728");
}

TEST(Constants, versions_have_pythons_numbers) {
    using enum TLSVersion;
    static_assert(number(MINIMUM_SUPPORTED) == -2);
    static_assert(number(MAXIMUM_SUPPORTED) == -1);
    static_assert(number(SSLv3) == 768);
    static_assert(number(TLSv1) == 769);
    static_assert(number(TLSv1_1) == 770);
    static_assert(number(TLSv1_2) == 771);
    static_assert(number(TLSv1_3) == 772);
    EXPECT_EQ(str(MINIMUM_SUPPORTED), "-2");
}

TEST(Constants, alerts_have_the_registrys_numbers) {
    static_assert(number(ALERT_DESCRIPTION_CLOSE_NOTIFY) == 0);
    static_assert(number(ALERT_DESCRIPTION_UNEXPECTED_MESSAGE) == 10);
    static_assert(number(ALERT_DESCRIPTION_BAD_RECORD_MAC) == 20);
    static_assert(number(ALERT_DESCRIPTION_RECORD_OVERFLOW) == 22);
    static_assert(number(ALERT_DESCRIPTION_DECOMPRESSION_FAILURE) == 30);
    static_assert(number(ALERT_DESCRIPTION_HANDSHAKE_FAILURE) == 40);
    static_assert(number(ALERT_DESCRIPTION_BAD_CERTIFICATE) == 42);
    static_assert(number(ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE) == 43);
    static_assert(number(ALERT_DESCRIPTION_CERTIFICATE_REVOKED) == 44);
    static_assert(number(ALERT_DESCRIPTION_CERTIFICATE_EXPIRED) == 45);
    static_assert(number(ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN) == 46);
    static_assert(number(ALERT_DESCRIPTION_ILLEGAL_PARAMETER) == 47);
    static_assert(number(ALERT_DESCRIPTION_UNKNOWN_CA) == 48);
    static_assert(number(ALERT_DESCRIPTION_ACCESS_DENIED) == 49);
    static_assert(number(ALERT_DESCRIPTION_DECODE_ERROR) == 50);
    static_assert(number(ALERT_DESCRIPTION_DECRYPT_ERROR) == 51);
    static_assert(number(ALERT_DESCRIPTION_PROTOCOL_VERSION) == 70);
    static_assert(number(ALERT_DESCRIPTION_INSUFFICIENT_SECURITY) == 71);
    static_assert(number(ALERT_DESCRIPTION_INTERNAL_ERROR) == 80);
    static_assert(number(ALERT_DESCRIPTION_USER_CANCELLED) == 90);
    static_assert(number(ALERT_DESCRIPTION_NO_RENEGOTIATION) == 100);
    static_assert(number(ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION) == 110);
    static_assert(number(ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE) == 111);
    static_assert(number(ALERT_DESCRIPTION_UNRECOGNIZED_NAME) == 112);
    static_assert(number(ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE) == 113);
    static_assert(number(ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE) == 114);
    static_assert(number(ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY) == 115);
    EXPECT_EQ(str(ALERT_DESCRIPTION_UNKNOWN_CA), "48");
}

TEST(Constants, error_numbers_have_pythons_numbers) {
    static_assert(number(SSL_ERROR_SSL) == 1);
    static_assert(number(SSL_ERROR_WANT_READ) == 2);
    static_assert(number(SSL_ERROR_WANT_WRITE) == 3);
    static_assert(number(SSL_ERROR_WANT_X509_LOOKUP) == 4);
    static_assert(number(SSL_ERROR_SYSCALL) == 5);
    static_assert(number(SSL_ERROR_ZERO_RETURN) == 6);
    static_assert(number(SSL_ERROR_WANT_CONNECT) == 7);
    static_assert(number(SSL_ERROR_EOF) == 8);
    static_assert(number(SSL_ERROR_INVALID_ERROR_CODE) == 10);
    EXPECT_EQ(str(SSL_ERROR_EOF), "8");
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
    static_assert(HAS_SNI);
    static_assert(HAS_ECDH);
    static_assert(!HAS_NPN);
    static_assert(HAS_ALPN);
    static_assert(HAS_PSK);
    static_assert(HAS_NEVER_CHECK_COMMON_NAME);
    static_assert(!HAS_SSLv2);
    static_assert(!HAS_SSLv3);
    static_assert(!HAS_TLSv1);
    static_assert(!HAS_TLSv1_1);
    static_assert(HAS_TLSv1_2);
    static_assert(HAS_TLSv1_3);
    static_assert(CHANNEL_BINDING_TYPES[0] == "tls-unique");
    EXPECT_EQ(CHANNEL_BINDING_TYPES.size(), 3u);
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
