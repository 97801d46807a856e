#include <pavise/registry.hpp>

namespace pavise {

namespace {

std::string hex(std::uint32_t value, int digits) {
    static constexpr char alphabet[] = "0123456789abcdef";
    std::string out = "0x";
    for (int i = digits - 1; i >= 0; --i) out += alphabet[value >> (4 * i) & 15];
    return out;
}

} // namespace

std::string name_of(ProtocolVersion version) {
    switch (version) {
    case ProtocolVersion::ssl_3_0: return "SSLv3";
    case ProtocolVersion::tls_1_0: return "TLSv1";
    case ProtocolVersion::tls_1_1: return "TLSv1.1";
    case ProtocolVersion::tls_1_2: return "TLSv1.2";
    case ProtocolVersion::tls_1_3: return "TLSv1.3";
    }
    return hex(static_cast<std::uint16_t>(version), 4);
}

std::string name_of(ContentType type) {
    switch (type) {
    case ContentType::invalid: return "invalid";
    case ContentType::change_cipher_spec: return "change_cipher_spec";
    case ContentType::alert: return "alert";
    case ContentType::handshake: return "handshake";
    case ContentType::application_data: return "application_data";
    case ContentType::heartbeat: return "heartbeat";
    }
    return hex(static_cast<std::uint8_t>(type), 2);
}

std::string name_of(HandshakeType type) {
    switch (type) {
        using enum HandshakeType;
    case hello_request: return "hello_request";
    case client_hello: return "client_hello";
    case server_hello: return "server_hello";
    case new_session_ticket: return "new_session_ticket";
    case end_of_early_data: return "end_of_early_data";
    case encrypted_extensions: return "encrypted_extensions";
    case certificate: return "certificate";
    case server_key_exchange: return "server_key_exchange";
    case certificate_request: return "certificate_request";
    case server_hello_done: return "server_hello_done";
    case certificate_verify: return "certificate_verify";
    case client_key_exchange: return "client_key_exchange";
    case finished: return "finished";
    case certificate_url: return "certificate_url";
    case certificate_status: return "certificate_status";
    case supplemental_data: return "supplemental_data";
    case key_update: return "key_update";
    case compressed_certificate: return "compressed_certificate";
    case next_protocol: return "next_protocol";
    case message_hash: return "message_hash";
    }
    return hex(static_cast<std::uint8_t>(type), 2);
}

std::string name_of(ExtensionType type) {
    switch (type) {
        using enum ExtensionType;
    case server_name: return "server_name";
    case max_fragment_length: return "max_fragment_length";
    case client_certificate_url: return "client_certificate_url";
    case trusted_ca_keys: return "trusted_ca_keys";
    case truncated_hmac: return "truncated_hmac";
    case status_request: return "status_request";
    case user_mapping: return "user_mapping";
    case cert_type: return "cert_type";
    case supported_groups: return "supported_groups";
    case ec_point_formats: return "ec_point_formats";
    case srp: return "srp";
    case signature_algorithms: return "signature_algorithms";
    case use_srtp: return "use_srtp";
    case heartbeat: return "heartbeat";
    case application_layer_protocol_negotiation: return "application_layer_protocol_negotiation";
    case status_request_v2: return "status_request_v2";
    case signed_certificate_timestamp: return "signed_certificate_timestamp";
    case client_certificate_type: return "client_certificate_type";
    case server_certificate_type: return "server_certificate_type";
    case padding: return "padding";
    case encrypt_then_mac: return "encrypt_then_mac";
    case extended_master_secret: return "extended_master_secret";
    case token_binding: return "token_binding";
    case cached_info: return "cached_info";
    case compress_certificate: return "compress_certificate";
    case record_size_limit: return "record_size_limit";
    case delegated_credential: return "delegated_credential";
    case session_ticket: return "session_ticket";
    case pre_shared_key: return "pre_shared_key";
    case early_data: return "early_data";
    case supported_versions: return "supported_versions";
    case cookie: return "cookie";
    case psk_key_exchange_modes: return "psk_key_exchange_modes";
    case certificate_authorities: return "certificate_authorities";
    case oid_filters: return "oid_filters";
    case post_handshake_auth: return "post_handshake_auth";
    case signature_algorithms_cert: return "signature_algorithms_cert";
    case key_share: return "key_share";
    case quic_transport_parameters: return "quic_transport_parameters";
    case ech_outer_extensions: return "ech_outer_extensions";
    case encrypted_client_hello: return "encrypted_client_hello";
    case renegotiation_info: return "renegotiation_info";
    }
    return hex(static_cast<std::uint16_t>(type), 4);
}

std::string name_of(CipherSuite suite) {
    switch (suite) {
#define PAVISE_CIPHER_SUITE(value, name)                                                                     \
    case CipherSuite::name: return #name;
#include <pavise/cipher_suites.def>
#undef PAVISE_CIPHER_SUITE
    }
    return hex(static_cast<std::uint16_t>(suite), 4);
}

std::string name_of(NamedGroup group) {
    switch (group) {
    case NamedGroup::secp256r1: return "secp256r1";
    case NamedGroup::secp384r1: return "secp384r1";
    case NamedGroup::secp521r1: return "secp521r1";
    case NamedGroup::x25519: return "x25519";
    case NamedGroup::x448: return "x448";
    case NamedGroup::ffdhe2048: return "ffdhe2048";
    case NamedGroup::ffdhe3072: return "ffdhe3072";
    case NamedGroup::ffdhe4096: return "ffdhe4096";
    case NamedGroup::ffdhe6144: return "ffdhe6144";
    case NamedGroup::ffdhe8192: return "ffdhe8192";
    case NamedGroup::ml_kem_512: return "MLKEM512";
    case NamedGroup::ml_kem_768: return "MLKEM768";
    case NamedGroup::ml_kem_1024: return "MLKEM1024";
    case NamedGroup::secp256r1_ml_kem_768: return "SecP256r1MLKEM768";
    case NamedGroup::x25519_ml_kem_768: return "X25519MLKEM768";
    case NamedGroup::secp384r1_ml_kem_1024: return "SecP384r1MLKEM1024";
    }
    return hex(static_cast<std::uint16_t>(group), 4);
}

std::string name_of(SignatureScheme scheme) {
    switch (scheme) {
        using enum SignatureScheme;
    case rsa_pkcs1_sha1: return "rsa_pkcs1_sha1";
    case ecdsa_sha1: return "ecdsa_sha1";
    case rsa_pkcs1_sha256: return "rsa_pkcs1_sha256";
    case ecdsa_secp256r1_sha256: return "ecdsa_secp256r1_sha256";
    case rsa_pkcs1_sha384: return "rsa_pkcs1_sha384";
    case ecdsa_secp384r1_sha384: return "ecdsa_secp384r1_sha384";
    case rsa_pkcs1_sha512: return "rsa_pkcs1_sha512";
    case ecdsa_secp521r1_sha512: return "ecdsa_secp521r1_sha512";
    case rsa_pss_rsae_sha256: return "rsa_pss_rsae_sha256";
    case rsa_pss_rsae_sha384: return "rsa_pss_rsae_sha384";
    case rsa_pss_rsae_sha512: return "rsa_pss_rsae_sha512";
    case ed25519: return "ed25519";
    case ed448: return "ed448";
    case rsa_pss_pss_sha256: return "rsa_pss_pss_sha256";
    case rsa_pss_pss_sha384: return "rsa_pss_pss_sha384";
    case rsa_pss_pss_sha512: return "rsa_pss_pss_sha512";
    case ml_dsa_44: return "mldsa44";
    case ml_dsa_65: return "mldsa65";
    case ml_dsa_87: return "mldsa87";
    }
    return hex(static_cast<std::uint16_t>(scheme), 4);
}

} // namespace pavise
