// The IANA registries of TLS as open enums: every 8- or 16-bit value is a valid value of its enum, named or
// not. Source: IANA "TLS Parameters" and "TLS ExtensionType Values".
#pragma once

#include <pavise/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pavise {

enum class ProtocolVersion : std::uint16_t {
    ssl_3_0 = 0x0300,
    tls_1_0 = 0x0301,
    tls_1_1 = 0x0302,
    tls_1_2 = 0x0303,
    tls_1_3 = 0x0304,
};

enum class ContentType : std::uint8_t {
    invalid = 0,
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application_data = 23,
    heartbeat = 24,
};

enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };

enum class HandshakeType : std::uint8_t {
    hello_request = 0,
    client_hello = 1,
    server_hello = 2,
    new_session_ticket = 4,
    end_of_early_data = 5,
    encrypted_extensions = 8,
    certificate = 11,
    server_key_exchange = 12,
    certificate_request = 13,
    server_hello_done = 14,
    certificate_verify = 15,
    client_key_exchange = 16,
    finished = 20,
    certificate_url = 21,
    certificate_status = 22,
    supplemental_data = 23,
    key_update = 24,
    compressed_certificate = 25,
    next_protocol = 67,
    message_hash = 254,
};

enum class ExtensionType : std::uint16_t {
    server_name = 0,
    max_fragment_length = 1,
    client_certificate_url = 2,
    trusted_ca_keys = 3,
    truncated_hmac = 4,
    status_request = 5,
    user_mapping = 6,
    cert_type = 9,
    supported_groups = 10,
    ec_point_formats = 11,
    srp = 12,
    signature_algorithms = 13,
    use_srtp = 14,
    heartbeat = 15,
    application_layer_protocol_negotiation = 16,
    status_request_v2 = 17,
    signed_certificate_timestamp = 18,
    client_certificate_type = 19,
    server_certificate_type = 20,
    padding = 21,
    encrypt_then_mac = 22,
    extended_master_secret = 23,
    token_binding = 24,
    cached_info = 25,
    compress_certificate = 27,
    record_size_limit = 28,
    delegated_credential = 34,
    session_ticket = 35,
    pre_shared_key = 41,
    early_data = 42,
    supported_versions = 43,
    cookie = 44,
    psk_key_exchange_modes = 45,
    certificate_authorities = 47,
    oid_filters = 48,
    post_handshake_auth = 49,
    signature_algorithms_cert = 50,
    key_share = 51,
    quic_transport_parameters = 57,
    ech_outer_extensions = 0xfd00,
    encrypted_client_hello = 0xfe0d,
    renegotiation_info = 0xff01,
};

enum class CipherSuite : std::uint16_t {
#define PAVISE_CIPHER_SUITE(value, name) name = value,
#include <pavise/cipher_suites.def>
#undef PAVISE_CIPHER_SUITE
};

enum class NamedGroup : std::uint16_t {
    secp256r1 = 23,
    secp384r1 = 24,
    secp521r1 = 25,
    x25519 = 29,
    x448 = 30,
    ffdhe2048 = 256,
    ffdhe3072 = 257,
    ffdhe4096 = 258,
    ffdhe6144 = 259,
    ffdhe8192 = 260,
    ml_kem_512 = 0x0200,
    ml_kem_768 = 0x0201,
    ml_kem_1024 = 0x0202,
    secp256r1_ml_kem_768 = 0x11eb,
    x25519_ml_kem_768 = 0x11ec,
    secp384r1_ml_kem_1024 = 0x11ed,
};

enum class SignatureScheme : std::uint16_t {
    rsa_pkcs1_sha1 = 0x0201,
    ecdsa_sha1 = 0x0203,
    rsa_pkcs1_sha256 = 0x0401,
    ecdsa_secp256r1_sha256 = 0x0403,
    rsa_pkcs1_sha384 = 0x0501,
    ecdsa_secp384r1_sha384 = 0x0503,
    rsa_pkcs1_sha512 = 0x0601,
    ecdsa_secp521r1_sha512 = 0x0603,
    rsa_pss_rsae_sha256 = 0x0804,
    rsa_pss_rsae_sha384 = 0x0805,
    rsa_pss_rsae_sha512 = 0x0806,
    ed25519 = 0x0807,
    ed448 = 0x0808,
    rsa_pss_pss_sha256 = 0x0809,
    rsa_pss_pss_sha384 = 0x080a,
    rsa_pss_pss_sha512 = 0x080b,
    ml_dsa_44 = 0x0904,
    ml_dsa_65 = 0x0905,
    ml_dsa_87 = 0x0906,
};

enum class PskKeyExchangeMode : std::uint8_t { psk_ke = 0, psk_dhe_ke = 1 };
enum class KeyUpdateRequest : std::uint8_t { update_not_requested = 0, update_requested = 1 };
enum class CertificateType : std::uint8_t { x509 = 0, open_pgp = 1, raw_public_key = 2 };
enum class CertificateCompressionAlgorithm : std::uint16_t { zlib = 1, brotli = 2, zstd = 3 };
enum class EcPointFormat : std::uint8_t { uncompressed = 0 };

// The registry's name ("TLS_AES_128_GCM_SHA256", "x25519", "key_share"), or the value in hex for one without
// a name.
PAVISE_EXPORT std::string name_of(ProtocolVersion version); // "TLSv1.3"
PAVISE_EXPORT std::string name_of(ContentType type);
PAVISE_EXPORT std::string name_of(HandshakeType type);
PAVISE_EXPORT std::string name_of(ExtensionType type);
PAVISE_EXPORT std::string name_of(CipherSuite suite);
PAVISE_EXPORT std::string name_of(NamedGroup group);
PAVISE_EXPORT std::string name_of(SignatureScheme scheme);

// RFC 8701: the sixteen values {0a0a, 1a1a, … fafa} that keep peers from refusing what they do not know.
constexpr bool is_grease(std::uint16_t value) noexcept {
    return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

} // namespace pavise
