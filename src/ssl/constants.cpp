#include <pavise/ssl/constants.hpp>
#include <pavise/version.hpp>

#include <span>

namespace pavise::ssl {

namespace {

template <class T> struct Named {
    T value;
    std::string_view name;
};

constexpr Named<SSLMethod> methods[] = {
    {PROTOCOL_SSLv3, "PROTOCOL_SSLv3"},
    {PROTOCOL_TLS, "PROTOCOL_TLS"}, // PROTOCOL_SSLv23 is another name of the same member
    {PROTOCOL_TLSv1, "PROTOCOL_TLSv1"},
    {PROTOCOL_TLSv1_1, "PROTOCOL_TLSv1_1"},
    {PROTOCOL_TLSv1_2, "PROTOCOL_TLSv1_2"},
    {PROTOCOL_TLS_CLIENT, "PROTOCOL_TLS_CLIENT"},
    {PROTOCOL_TLS_SERVER, "PROTOCOL_TLS_SERVER"},
};

constexpr Named<VerifyMode> modes[] = {
    {CERT_NONE, "CERT_NONE"}, {CERT_OPTIONAL, "CERT_OPTIONAL"}, {CERT_REQUIRED, "CERT_REQUIRED"}};

// Flags stand in the order in which Python names them: single bits by value, then those of several bits.
constexpr Named<VerifyFlags> verify_flag_names[] = {
    {VERIFY_DEFAULT, "VERIFY_DEFAULT"},
    {VERIFY_CRL_CHECK_LEAF, "VERIFY_CRL_CHECK_LEAF"},
    {VERIFY_X509_STRICT, "VERIFY_X509_STRICT"},
    {VERIFY_ALLOW_PROXY_CERTS, "VERIFY_ALLOW_PROXY_CERTS"},
    {VERIFY_X509_TRUSTED_FIRST, "VERIFY_X509_TRUSTED_FIRST"},
    {VERIFY_X509_PARTIAL_CHAIN, "VERIFY_X509_PARTIAL_CHAIN"},
    {VERIFY_CRL_CHECK_CHAIN, "VERIFY_CRL_CHECK_CHAIN"},
};

constexpr Named<Options> option_names[] = {
    {OP_NO_SSLv2, "OP_NO_SSLv2"}, // OP_SINGLE_DH_USE and OP_SINGLE_ECDH_USE are 0 as well
    {OP_LEGACY_SERVER_CONNECT, "OP_LEGACY_SERVER_CONNECT"},
    {OP_ENABLE_KTLS, "OP_ENABLE_KTLS"},
    {OP_IGNORE_UNEXPECTED_EOF, "OP_IGNORE_UNEXPECTED_EOF"},
    {OP_NO_TICKET, "OP_NO_TICKET"},
    {OP_NO_COMPRESSION, "OP_NO_COMPRESSION"},
    {OP_ENABLE_MIDDLEBOX_COMPAT, "OP_ENABLE_MIDDLEBOX_COMPAT"},
    {OP_CIPHER_SERVER_PREFERENCE, "OP_CIPHER_SERVER_PREFERENCE"},
    {OP_NO_SSLv3, "OP_NO_SSLv3"},
    {OP_NO_TLSv1, "OP_NO_TLSv1"},
    {OP_NO_TLSv1_2, "OP_NO_TLSv1_2"},
    {OP_NO_TLSv1_1, "OP_NO_TLSv1_1"},
    {OP_NO_TLSv1_3, "OP_NO_TLSv1_3"},
    {OP_NO_RENEGOTIATION, "OP_NO_RENEGOTIATION"},
    {OP_ALL, "OP_ALL"},
};

constexpr Named<TLSVersion> versions[] = {
    {TLSVersion::MINIMUM_SUPPORTED, "MINIMUM_SUPPORTED"},
    {TLSVersion::MAXIMUM_SUPPORTED, "MAXIMUM_SUPPORTED"},
    {TLSVersion::SSLv3, "SSLv3"},
    {TLSVersion::TLSv1, "TLSv1"},
    {TLSVersion::TLSv1_1, "TLSv1_1"},
    {TLSVersion::TLSv1_2, "TLSv1_2"},
    {TLSVersion::TLSv1_3, "TLSv1_3"},
};

constexpr Named<AlertDescription> alerts[] = {
    {ALERT_DESCRIPTION_CLOSE_NOTIFY, "CLOSE_NOTIFY"},
    {ALERT_DESCRIPTION_UNEXPECTED_MESSAGE, "UNEXPECTED_MESSAGE"},
    {ALERT_DESCRIPTION_BAD_RECORD_MAC, "BAD_RECORD_MAC"},
    {ALERT_DESCRIPTION_RECORD_OVERFLOW, "RECORD_OVERFLOW"},
    {ALERT_DESCRIPTION_DECOMPRESSION_FAILURE, "DECOMPRESSION_FAILURE"},
    {ALERT_DESCRIPTION_HANDSHAKE_FAILURE, "HANDSHAKE_FAILURE"},
    {ALERT_DESCRIPTION_BAD_CERTIFICATE, "BAD_CERTIFICATE"},
    {ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE, "UNSUPPORTED_CERTIFICATE"},
    {ALERT_DESCRIPTION_CERTIFICATE_REVOKED, "CERTIFICATE_REVOKED"},
    {ALERT_DESCRIPTION_CERTIFICATE_EXPIRED, "CERTIFICATE_EXPIRED"},
    {ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN, "CERTIFICATE_UNKNOWN"},
    {ALERT_DESCRIPTION_ILLEGAL_PARAMETER, "ILLEGAL_PARAMETER"},
    {ALERT_DESCRIPTION_UNKNOWN_CA, "UNKNOWN_CA"},
    {ALERT_DESCRIPTION_ACCESS_DENIED, "ACCESS_DENIED"},
    {ALERT_DESCRIPTION_DECODE_ERROR, "DECODE_ERROR"},
    {ALERT_DESCRIPTION_DECRYPT_ERROR, "DECRYPT_ERROR"},
    {ALERT_DESCRIPTION_PROTOCOL_VERSION, "PROTOCOL_VERSION"},
    {ALERT_DESCRIPTION_INSUFFICIENT_SECURITY, "INSUFFICIENT_SECURITY"},
    {ALERT_DESCRIPTION_INTERNAL_ERROR, "INTERNAL_ERROR"},
    {ALERT_DESCRIPTION_USER_CANCELLED, "USER_CANCELLED"},
    {ALERT_DESCRIPTION_NO_RENEGOTIATION, "NO_RENEGOTIATION"},
    {ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION, "UNSUPPORTED_EXTENSION"},
    {ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE, "CERTIFICATE_UNOBTAINABLE"},
    {ALERT_DESCRIPTION_UNRECOGNIZED_NAME, "UNRECOGNIZED_NAME"},
    {ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE, "BAD_CERTIFICATE_STATUS_RESPONSE"},
    {ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE, "BAD_CERTIFICATE_HASH_VALUE"},
    {ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY, "UNKNOWN_PSK_IDENTITY"},
};

constexpr Named<SSLErrorNumber> error_numbers[] = {
    {SSL_ERROR_SSL, "SSL_ERROR_SSL"},
    {SSL_ERROR_WANT_READ, "SSL_ERROR_WANT_READ"},
    {SSL_ERROR_WANT_WRITE, "SSL_ERROR_WANT_WRITE"},
    {SSL_ERROR_WANT_X509_LOOKUP, "SSL_ERROR_WANT_X509_LOOKUP"},
    {SSL_ERROR_SYSCALL, "SSL_ERROR_SYSCALL"},
    {SSL_ERROR_ZERO_RETURN, "SSL_ERROR_ZERO_RETURN"},
    {SSL_ERROR_WANT_CONNECT, "SSL_ERROR_WANT_CONNECT"},
    {SSL_ERROR_EOF, "SSL_ERROR_EOF"},
    {SSL_ERROR_INVALID_ERROR_CODE, "SSL_ERROR_INVALID_ERROR_CODE"},
};

template <class T>
std::string repr_of(T value, std::span<const Named<T>> names, std::string_view type,
                    std::string_view prefix = "") {
    std::string out = "<" + std::string(type);
    for (const Named<T>& named : names)
        if (named.value == value)
            return out + "." + std::string(prefix) + std::string(named.name) + ": " + str(value) + ">";
    return out + ": " + str(value) + ">";
}

// Python names the members of which a value consists, then the number that is left.
template <Flag T> std::string repr_of_flags(T value, std::span<const Named<T>> names, std::string_view type) {
    for (const Named<T>& named : names)
        if (named.value == value) return repr_of<T>(value, names, type);
    std::string members;
    std::uint64_t left = bits(value);
    for (const Named<T>& named : names) {
        if (bits(named.value) == 0 || !has(value, named.value)) continue;
        members += (members.empty() ? "" : "|") + std::string(named.name);
        left &= ~bits(named.value);
    }
    if (!members.empty() && left != 0) members += "|" + std::to_string(left);
    return "<" + std::string(type) + (members.empty() ? "" : "." + members) + ": " + str(value) + ">";
}

} // namespace

ASN1Object object_of(Purpose purpose) noexcept {
    if (purpose == Purpose::SERVER_AUTH)
        return {129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1"};
    return {130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"};
}

std::string repr(SSLMethod value) {
    return repr_of<SSLMethod>(value, methods, "_SSLMethod");
}
std::string repr(VerifyMode value) {
    return repr_of<VerifyMode>(value, modes, "VerifyMode");
}
std::string repr(VerifyFlags value) {
    return repr_of_flags<VerifyFlags>(value, verify_flag_names, "VerifyFlags");
}
std::string repr(Options value) {
    return repr_of_flags<Options>(value, option_names, "Options");
}
std::string repr(TLSVersion value) {
    return repr_of<TLSVersion>(value, versions, "TLSVersion");
}
std::string repr(AlertDescription value) {
    return repr_of<AlertDescription>(value, alerts, "AlertDescription", "ALERT_DESCRIPTION_");
}
std::string repr(SSLErrorNumber value) {
    return repr_of<SSLErrorNumber>(value, error_numbers, "SSLErrorNumber");
}

std::string repr(Purpose value) {
    const ASN1Object object = object_of(value);
    return "<" + str(value) + ": _ASN1Object(nid=" + std::to_string(object.nid) + ", shortname='" +
           std::string(object.shortname) + "', longname='" + std::string(object.longname) + "', oid='" +
           std::string(object.oid) + "')>";
}
std::string str(Purpose value) {
    return value == Purpose::SERVER_AUTH ? "Purpose.SERVER_AUTH" : "Purpose.CLIENT_AUTH";
}

const std::string_view OPENSSL_VERSION = "Pavise " PAVISE_VERSION;
const std::array<int, 5> OPENSSL_VERSION_INFO{PAVISE_VERSION_MAJOR, PAVISE_VERSION_MINOR,
                                              PAVISE_VERSION_PATCH, 0, 0};
const std::uint32_t OPENSSL_VERSION_NUMBER =
    PAVISE_VERSION_MAJOR << 28 | PAVISE_VERSION_MINOR << 20 | PAVISE_VERSION_PATCH << 4;

} // namespace pavise::ssl
