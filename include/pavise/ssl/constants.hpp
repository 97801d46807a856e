// The constants of Python's `ssl`, in its enumerations and with its numbers. Every member is also a name of
// the namespace, as in Python: ssl::OP_NO_TICKET is ssl::Options::OP_NO_TICKET.
//
// repr() and str() are Python's: repr(TLSVersion::TLSv1_3) is "<TLSVersion.TLSv1_3: 772>", str() "772".
#pragma once

#include <pavise/export.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace pavise::ssl {

enum class SSLMethod : int {
    PROTOCOL_SSLv3 = 1,
    PROTOCOL_TLS = 2,
    PROTOCOL_SSLv23 = PROTOCOL_TLS,
    PROTOCOL_TLSv1 = 3,
    PROTOCOL_TLSv1_1 = 4,
    PROTOCOL_TLSv1_2 = 5,
    PROTOCOL_TLS_CLIENT = 16,
    PROTOCOL_TLS_SERVER = 17,
};
using enum SSLMethod;

enum class VerifyMode : int { CERT_NONE = 0, CERT_OPTIONAL = 1, CERT_REQUIRED = 2 };
using enum VerifyMode;

enum class VerifyFlags : std::uint64_t {
    VERIFY_DEFAULT = 0,
    VERIFY_CRL_CHECK_LEAF = 4,
    VERIFY_CRL_CHECK_CHAIN = 12,
    VERIFY_X509_STRICT = 32,
    VERIFY_ALLOW_PROXY_CERTS = 64, // accepted and without effect: proxy certificates are always refused
    VERIFY_X509_TRUSTED_FIRST = 32768,
    VERIFY_X509_PARTIAL_CHAIN = 524288,
};
using enum VerifyFlags;

enum class Options : std::uint64_t {
    OP_ALL = 0x80000050,
    OP_NO_SSLv2 = 0x0,
    OP_SINGLE_DH_USE = 0x0,
    OP_SINGLE_ECDH_USE = 0x0,
    OP_LEGACY_SERVER_CONNECT = 0x4,
    OP_ENABLE_KTLS = 0x8,
    OP_IGNORE_UNEXPECTED_EOF = 0x80,
    OP_NO_TICKET = 0x4000,
    OP_NO_COMPRESSION = 0x20000,
    OP_ENABLE_MIDDLEBOX_COMPAT = 0x100000,
    OP_CIPHER_SERVER_PREFERENCE = 0x400000,
    OP_NO_SSLv3 = 0x2000000,
    OP_NO_TLSv1 = 0x4000000,
    OP_NO_TLSv1_2 = 0x8000000,
    OP_NO_TLSv1_1 = 0x10000000,
    OP_NO_TLSv1_3 = 0x20000000,
    OP_NO_RENEGOTIATION = 0x40000000,
};
using enum Options;

enum class TLSVersion : int {
    MINIMUM_SUPPORTED = -2, // magic: not a version
    MAXIMUM_SUPPORTED = -1,
    SSLv3 = 768,
    TLSv1 = 769,
    TLSv1_1 = 770,
    TLSv1_2 = 771,
    TLSv1_3 = 772,
};

enum class AlertDescription : int {
    ALERT_DESCRIPTION_CLOSE_NOTIFY = 0,
    ALERT_DESCRIPTION_UNEXPECTED_MESSAGE = 10,
    ALERT_DESCRIPTION_BAD_RECORD_MAC = 20,
    ALERT_DESCRIPTION_RECORD_OVERFLOW = 22,
    ALERT_DESCRIPTION_DECOMPRESSION_FAILURE = 30,
    ALERT_DESCRIPTION_HANDSHAKE_FAILURE = 40,
    ALERT_DESCRIPTION_BAD_CERTIFICATE = 42,
    ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE = 43,
    ALERT_DESCRIPTION_CERTIFICATE_REVOKED = 44,
    ALERT_DESCRIPTION_CERTIFICATE_EXPIRED = 45,
    ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN = 46,
    ALERT_DESCRIPTION_ILLEGAL_PARAMETER = 47,
    ALERT_DESCRIPTION_UNKNOWN_CA = 48,
    ALERT_DESCRIPTION_ACCESS_DENIED = 49,
    ALERT_DESCRIPTION_DECODE_ERROR = 50,
    ALERT_DESCRIPTION_DECRYPT_ERROR = 51,
    ALERT_DESCRIPTION_PROTOCOL_VERSION = 70,
    ALERT_DESCRIPTION_INSUFFICIENT_SECURITY = 71,
    ALERT_DESCRIPTION_INTERNAL_ERROR = 80,
    ALERT_DESCRIPTION_USER_CANCELLED = 90,
    ALERT_DESCRIPTION_NO_RENEGOTIATION = 100,
    ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION = 110,
    ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE = 111,
    ALERT_DESCRIPTION_UNRECOGNIZED_NAME = 112,
    ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE = 113,
    ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE = 114,
    ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY = 115,
};
using enum AlertDescription;

enum class SSLErrorNumber : int {
    SSL_ERROR_SSL = 1,
    SSL_ERROR_WANT_READ = 2,
    SSL_ERROR_WANT_WRITE = 3,
    SSL_ERROR_WANT_X509_LOOKUP = 4,
    SSL_ERROR_SYSCALL = 5,
    SSL_ERROR_ZERO_RETURN = 6,
    SSL_ERROR_WANT_CONNECT = 7,
    SSL_ERROR_EOF = 8,
    SSL_ERROR_INVALID_ERROR_CODE = 10,
};
using enum SSLErrorNumber;

// What a context is to authenticate: servers (it is a client's) or clients (it is a server's).
enum class Purpose : std::uint8_t { SERVER_AUTH, CLIENT_AUTH };

// The extended key usage that stands for a purpose, as Python's Purpose members have it.
struct ASN1Object {
    int nid;
    std::string_view shortname;
    std::string_view longname;
    std::string_view oid;
};
PAVISE_EXPORT ASN1Object object_of(Purpose purpose) noexcept;

// ---- flags: VerifyFlags and Options combine as integers do

template <class T>
concept Flag = std::same_as<T, VerifyFlags> || std::same_as<T, Options>;

template <Flag T> constexpr std::uint64_t bits(T flags) noexcept {
    return static_cast<std::uint64_t>(flags);
}
template <Flag T> constexpr T operator|(T a, T b) noexcept {
    return static_cast<T>(bits(a) | bits(b));
}
template <Flag T> constexpr T operator&(T a, T b) noexcept {
    return static_cast<T>(bits(a) & bits(b));
}
template <Flag T> constexpr T operator^(T a, T b) noexcept {
    return static_cast<T>(bits(a) ^ bits(b));
}
template <Flag T> constexpr T operator~(T a) noexcept {
    return static_cast<T>(~bits(a));
}
template <Flag T> constexpr T& operator|=(T& a, T b) noexcept {
    return a = a | b;
}
template <Flag T> constexpr T& operator&=(T& a, T b) noexcept {
    return a = a & b;
}
template <Flag T> constexpr T& operator^=(T& a, T b) noexcept {
    return a = a ^ b;
}
// Whether all bits of `flag` are set.
template <Flag T> constexpr bool has(T flags, T flag) noexcept {
    return (flags & flag) == flag;
}

// ---- texts

PAVISE_EXPORT std::string repr(SSLMethod value);
PAVISE_EXPORT std::string repr(VerifyMode value);
PAVISE_EXPORT std::string repr(VerifyFlags value);
PAVISE_EXPORT std::string repr(Options value);
PAVISE_EXPORT std::string repr(TLSVersion value);
PAVISE_EXPORT std::string repr(AlertDescription value);
PAVISE_EXPORT std::string repr(SSLErrorNumber value);
PAVISE_EXPORT std::string repr(Purpose value);

// The number in decimal, as Python prints its integer enumerations.
template <class T>
    requires(std::is_enum_v<T> && !std::same_as<T, Purpose>)
std::string str(T value) {
    return std::to_string(static_cast<std::underlying_type_t<T>>(value));
}
PAVISE_EXPORT std::string str(Purpose value);

// ---- what the library can do

inline constexpr bool HAS_SNI = true;
inline constexpr bool HAS_ECDH = true;
inline constexpr bool HAS_NPN = false; // superseded by ALPN
inline constexpr bool HAS_ALPN = true;
inline constexpr bool HAS_PSK = true;
inline constexpr bool HAS_NEVER_CHECK_COMMON_NAME = true;
inline constexpr bool HAS_SSLv2 = false;
inline constexpr bool HAS_SSLv3 = false;
inline constexpr bool HAS_TLSv1 = false;
inline constexpr bool HAS_TLSv1_1 = false;
inline constexpr bool HAS_TLSv1_2 = true;
inline constexpr bool HAS_TLSv1_3 = true;

// "tls-unique" is of TLS 1.2 alone; in TLS 1.3 RFC 9266 has "tls-exporter" in its place.
inline constexpr std::array<std::string_view, 3> CHANNEL_BINDING_TYPES{"tls-unique", "tls-exporter",
                                                                       "tls-server-end-point"};

// Pavise's own version under the names that programs look for: "Pavise 0.1.0", (major, minor, patch, 0, 0),
// and the number in the layout that OpenSSL 3 has, 0xMNN00PP0.
PAVISE_EXPORT extern const std::string_view OPENSSL_VERSION;
PAVISE_EXPORT extern const std::array<int, 5> OPENSSL_VERSION_INFO;
PAVISE_EXPORT extern const std::uint32_t OPENSSL_VERSION_NUMBER;

} // namespace pavise::ssl
