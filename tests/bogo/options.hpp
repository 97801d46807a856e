// The command line that BoringSSL's test runner gives to its shims.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace pavise::bogo {

// What the runner makes of a shim's end.
enum class ExitCode : int {
    success = 0,
    failure = 1,
    unimplemented = 89, // the test is skipped
    must_fail = 90,     // the test fails even if a failure was expected
};

// Ends the shim. The text goes to standard error, where the runner looks for the error's name.
class Stop : public std::runtime_error {
    ExitCode code_;

  public:
    Stop(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
    ExitCode code() const noexcept { return code_; }
};

[[noreturn]] inline void stop_unimplemented(const std::string& what) {
    throw Stop(ExitCode::unimplemented, "not implemented: " + what);
}
// An expectation that the runner gave was not met: never an expected failure.
[[noreturn]] inline void stop_unexpected(const std::string& what) {
    throw Stop(ExitCode::must_fail, "unexpected: " + what);
}

struct CredentialOptions {
    std::string cert_file;
    std::string key_file;
    std::vector<std::uint16_t> signing_prefs;
    ByteVector ocsp_response;
    ByteVector signed_cert_timestamps;
    ByteVector delegated_credential; // that the key is of
    bool must_match_issuer = false;
    bool raw_public_key = false; // has a key and no certificate
    // An imported PSK (RFC 9258) has a key and neither of the files.
    ByteVector psk_importer_key;
    ByteVector psk_importer_identity;
    ByteVector psk_importer_context;
    bool psk_importer_sha256 = false;
    bool psk_importer_sha384 = false;

    bool is_psk() const noexcept { return !psk_importer_key.empty(); }
};

// One connection's options. Flags have their names: -expect-alpn is expect_alpn.
struct Options {
    // ---- the runner
    std::uint16_t port = 0;
    bool ipv6 = false;
    std::uint64_t shim_id = 0;
    unsigned resume_count = 0;
    bool is_handshaker_supported = false;

    // ---- what is negotiated
    bool server = false;
    std::uint16_t min_version = 0;
    std::uint16_t max_version = 0;
    bool no_tls13 = false;
    bool no_tls12 = false;
    std::string cipher; // suites of TLS 1.2, separated by colons
    std::vector<std::uint16_t> curves;
    std::optional<std::vector<std::uint16_t>> key_shares;
    bool no_key_shares = false;
    std::vector<std::uint16_t> server_supported_groups_hint;
    std::vector<std::uint16_t> verify_prefs;
    std::string host_name;
    std::string advertise_alpn;
    std::string select_alpn;
    bool decline_alpn = false;
    bool reject_alpn = false;
    bool select_empty_alpn = false;
    bool no_server_name_ack = false;
    std::uint16_t max_send_fragment = 0;
    bool enable_grease = false;
    std::string psk; // TLS 1.2
    std::string psk_identity;
    bool fallback_scsv = false;
    bool no_legacy_server_connect = false;
    bool quic = false;
    ByteVector quic_transport_params;
    unsigned quic_use_legacy_codepoint = 0;
    std::string quic_early_data_context;
    bool renegotiate_ignore = false;
    bool fips_202205 = false;
    bool wpa_202304 = false;
    bool cnsa_202407 = false;
    bool cnsa1_202603 = false;
    bool cnsa2_202603 = false;

    // ---- Encrypted Client Hello
    ByteVector ech_config_list;
    bool enable_ech_grease = false;
    bool reject_unusable_ech_config = false;
    std::vector<ByteVector> ech_server_config; // with a key for each, and whether clients are pointed to it
    std::vector<ByteVector> ech_server_key;
    std::vector<std::uint16_t> ech_is_retry_config;
    bool fail_early_callback_ech_rewind = false;

    // ---- authentication
    CredentialOptions credential;               // the one that comes last
    std::vector<CredentialOptions> credentials; // those before it; expect_selected_credential counts these
    bool require_any_client_certificate = false;
    bool verify_peer = false;
    bool verify_fail = false;
    std::vector<std::uint16_t> accepted_peer_cert_types;
    std::optional<std::vector<std::uint16_t>> available_client_cert_types;
    bool enable_ocsp_stapling = false;
    bool enable_signed_cert_timestamps = false;
    bool use_ocsp_callback = false;
    bool decline_ocsp_callback = false;
    bool fail_ocsp_callback = false;
    std::string use_client_ca_list; // names in hex, separated by commas; <NULL> and <EMPTY>: none
    bool use_early_callback = false;
    bool use_custom_verify_callback = false;
    bool fail_early_callback = false;
    bool fail_cert_callback = false;
    bool install_cert_compression_algs = false;
    std::uint16_t install_one_cert_compression_alg = 0;
    bool install_ddos_callback = false;
    bool fail_ddos_callback = false;

    // ---- sessions
    bool no_ticket = false;
    bool reverify_on_resume = false;
    bool use_ticket_callback = false;
    bool renew_ticket = false;
    bool skip_ticket = false;
    bool enable_early_data = false;
    std::uint32_t resumption_delay = 0; // seconds, after this connection

    // ---- how it is driven
    bool async = false;
    bool implicit_handshake = false;
    bool partial_write = false;
    bool shim_writes_first = false;
    std::string shim_initial_write = "hello";
    unsigned repeat_shim_initial_write = 1;
    bool write_different_record_sizes = false;
    bool read_with_unfinished_write = false;
    std::size_t read_size = 512; // small, so that a record takes several reads
    bool peek_then_read = false;
    unsigned early_write_after_message = 0; // a HandshakeType
    bool key_update = false;
    bool key_update_before_read = false;
    bool no_op_extra_handshake = false;
    bool handshake_twice = false;
    std::uint16_t export_keying_material = 0; // bytes
    std::string export_label;
    std::string export_context;
    bool use_export_context = false;
    bool use_exporter_between_reads = false;
    bool tls_unique = false;
    bool send_alert = false;
    bool shim_shuts_down = false;
    bool check_close_notify = false;

    // ---- what is expected
    bool handshake_never_done = false;
    std::uint16_t expect_version = 0;
    std::uint16_t expect_cipher = 0;
    std::uint16_t expect_curve_id = 0;
    std::uint16_t expect_peer_signature_algorithm = 0;
    std::vector<std::uint16_t> expect_peer_verify_pref;
    bool expect_secure_renegotiation = false;
    bool expect_hrr = false;
    bool expect_no_hrr = false;
    std::string expect_alpn;
    std::string expect_advertised_alpn;
    std::string expect_server_name;
    bool expect_no_server_name = false;
    std::string expect_peer_cert_file;
    bool expect_no_peer_cert = false;
    std::optional<std::uint16_t> expect_peer_certificate_type;
    ByteVector expect_peer_rpk_sha256;
    std::optional<std::int32_t> expect_selected_credential;
    ByteVector expect_certificate_types; // of TLS 1.2's CertificateRequest
    std::string expect_client_ca_list;   // as use_client_ca_list
    ByteVector expect_ocsp_response;
    ByteVector expect_signed_cert_timestamps;
    bool expect_session_miss = false;
    bool expect_no_session = false;
    bool expect_ticket_renewal = false;
    bool expect_session_id = false;
    bool expect_no_session_id = false;
    bool expect_extended_master_secret = false;
    unsigned expect_total_renegotiations = 0;
    bool expect_ticket_supports_early_data = false;
    bool expect_no_offer_early_data = false;
    std::int32_t expect_ticket_age_skew = 0; // seconds
    bool expect_accept_early_data = false;
    bool expect_reject_early_data = false;
    bool expect_verify_result = false;
    ByteVector expect_quic_transport_params;
    std::string expect_msg_callback;
    bool expect_ech_accept = false;
    std::string expect_ech_name_override;
    bool expect_no_ech_name_override = false;
    ByteVector expect_ech_retry_configs;
    bool expect_no_ech_retry_configs = false;
};

// A connection, those that resume it, and the one after a rejection of early data each have their own.
struct CommandLine {
    Options initial;
    Options resume;
    Options retry;
};

// Throws Stop for a flag that is not implemented or not understood.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

} // namespace pavise::bogo
