#include "options.hpp"

#include "encodings.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace pavise::bogo {

namespace {

using Text = std::string_view;

// ---------------------------------------------------------------- how a value is read, by the option's type

template <class Number> Number parse_number(Text flag, Text text) {
    Number number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size())
        throw Stop(ExitCode::must_fail, std::string(flag) + ": not a number: " + std::string(text));
    return number;
}

void read_value(Text, std::string& option, Text text) {
    option = text;
}
void read_value(Text, ByteVector& option, Text text) {
    option = decode_base64(text);
}
void read_value(Text, std::vector<ByteVector>& option, Text text) {
    option.push_back(decode_base64(text));
}
template <std::integral Number> void read_value(Text flag, Number& option, Text text) {
    option = parse_number<Number>(flag, text);
}
void read_value(Text flag, std::vector<std::uint16_t>& option, Text text) {
    option.push_back(parse_number<std::uint16_t>(flag, text));
}
template <class T> void read_value(Text flag, std::optional<T>& option, Text text) {
    if (!option) option.emplace();
    read_value(flag, *option, text);
}

// ---------------------------------------------------------------- the table of flags

enum class Parameter : std::uint8_t { none, one };

struct Flag {
    Text name;
    Parameter parameter;
    void (*handle)(Text flag, Options& options, Text text);
};

// A flag that sets an option.
template <auto Option> constexpr Flag sets(Text name) {
    using Value = std::remove_reference_t<decltype(std::declval<Options&>().*Option)>;
    if constexpr (std::same_as<Value, bool>)
        return {name, Parameter::none, [](Text, Options& options, Text) { options.*Option = true; }};
    else
        return {name, Parameter::one,
                [](Text flag, Options& options, Text text) { read_value(flag, options.*Option, text); }};
}
template <auto Member> constexpr Flag sets_credential(Text name) {
    using Value = std::remove_reference_t<decltype(std::declval<CredentialOptions&>().*Member)>;
    return {name, std::same_as<Value, bool> ? Parameter::none : Parameter::one,
            [](Text flag, Options& options, Text text) {
                CredentialOptions& newest =
                    options.credentials.empty() ? options.credential : options.credentials.back();
                if constexpr (std::same_as<Value, bool>)
                    newest.*Member = true;
                else
                    read_value(flag, newest.*Member, text);
            }};
}
constexpr Flag begins_credential(Text name) {
    return {name, Parameter::none, [](Text, Options& options, Text) { options.credentials.emplace_back(); }};
}
constexpr Flag begins_raw_credential(Text name) {
    return {name, Parameter::none,
            [](Text, Options& options, Text) { options.credentials.emplace_back().raw_public_key = true; }};
}
// A flag that needs nothing done here: README.md says of each why.
constexpr Flag ignored(Text name, Parameter parameter) {
    return {name, parameter, [](Text, Options&, Text) {}};
}

// Flags that are not in this table are not implemented.
constexpr Flag flags[] = {
    sets<&Options::port>("-port"),
    sets<&Options::ipv6>("-ipv6"),
    sets<&Options::shim_id>("-shim-id"),
    sets<&Options::resume_count>("-resume-count"),
    sets<&Options::is_handshaker_supported>("-is-handshaker-supported"),
    ignored("-write-settings", Parameter::one),
    ignored("-allow-hint-mismatch", Parameter::none),

    sets<&Options::server>("-server"),
    sets<&Options::min_version>("-min-version"),
    sets<&Options::max_version>("-max-version"),
    sets<&Options::no_tls13>("-no-tls13"),
    sets<&Options::no_tls12>("-no-tls12"),
    ignored("-no-tls11", Parameter::none),
    ignored("-no-tls1", Parameter::none),
    sets<&Options::cipher>("-cipher"),
    sets<&Options::curves>("-curves"),
    sets<&Options::key_shares>("-key-shares"),
    sets<&Options::no_key_shares>("-no-key-shares"),
    sets<&Options::server_supported_groups_hint>("-server-supported-groups-hint"),
    sets<&Options::verify_prefs>("-verify-prefs"),
    sets<&Options::host_name>("-host-name"),
    sets<&Options::advertise_alpn>("-advertise-alpn"),
    sets<&Options::select_alpn>("-select-alpn"),
    sets<&Options::decline_alpn>("-decline-alpn"),
    sets<&Options::reject_alpn>("-reject-alpn"),
    sets<&Options::select_empty_alpn>("-select-empty-alpn"),
    sets<&Options::no_server_name_ack>("-no-server-name-ack"),
    sets<&Options::max_send_fragment>("-max-send-fragment"),
    sets<&Options::enable_grease>("-enable-grease"),
    sets<&Options::psk>("-psk"),
    sets<&Options::psk_identity>("-psk-identity"),
    sets<&Options::fallback_scsv>("-fallback-scsv"),
    sets<&Options::no_legacy_server_connect>("-no-legacy-server-connect"),
    sets<&Options::renegotiate_ignore>("-renegotiate-ignore"),
    sets<&Options::quic>("-quic"),
    sets<&Options::quic_transport_params>("-quic-transport-params"),
    sets<&Options::quic_use_legacy_codepoint>("-quic-use-legacy-codepoint"),
    sets<&Options::quic_early_data_context>("-quic-early-data-context"),
    ignored("-server-preference", Parameter::none),
    ignored("-cbc-record-splitting", Parameter::none),
    sets<&Options::fips_202205>("-fips-202205"),
    sets<&Options::wpa_202304>("-wpa-202304"),
    sets<&Options::cnsa_202407>("-cnsa-202407"),
    sets<&Options::cnsa1_202603>("-cnsa1-202603"),
    sets<&Options::cnsa2_202603>("-cnsa2-202603"),

    sets<&Options::ech_config_list>("-ech-config-list"),
    sets<&Options::enable_ech_grease>("-enable-ech-grease"),
    sets<&Options::reject_unusable_ech_config>("-reject-unusable-ech-config"),
    sets<&Options::ech_server_config>("-ech-server-config"),
    sets<&Options::ech_server_key>("-ech-server-key"),
    sets<&Options::ech_is_retry_config>("-ech-is-retry-config"),
    sets<&Options::fail_early_callback_ech_rewind>("-fail-early-callback-ech-rewind"),

    sets_credential<&CredentialOptions::cert_file>("-cert-file"),
    sets_credential<&CredentialOptions::key_file>("-key-file"),
    sets_credential<&CredentialOptions::signing_prefs>("-signing-prefs"),
    sets_credential<&CredentialOptions::ocsp_response>("-ocsp-response"),
    sets_credential<&CredentialOptions::signed_cert_timestamps>("-signed-cert-timestamps"),
    sets_credential<&CredentialOptions::must_match_issuer>("-must-match-issuer"),
    sets_credential<&CredentialOptions::psk_importer_key>("-psk-importer-key"),
    sets_credential<&CredentialOptions::psk_importer_identity>("-psk-importer-identity"),
    sets_credential<&CredentialOptions::psk_importer_context>("-psk-importer-context"),
    sets_credential<&CredentialOptions::psk_importer_sha256>("-psk-importer-sha256"),
    sets_credential<&CredentialOptions::psk_importer_sha384>("-psk-importer-sha384"),
    sets_credential<&CredentialOptions::delegated_credential>("-delegated-credential"),
    begins_credential("-new-x509-credential"),
    begins_credential("-new-delegated-credential"),
    begins_credential("-new-psk-credential"),
    begins_raw_credential("-new-rpk-credential"),
    sets<&Options::accepted_peer_cert_types>("-accepted-peer-cert-types"),
    sets<&Options::available_client_cert_types>("-available-client-cert-types"),
    ignored("-trust-cert", Parameter::one),
    sets<&Options::require_any_client_certificate>("-require-any-client-certificate"),
    sets<&Options::verify_peer>("-verify-peer"),
    sets<&Options::verify_fail>("-verify-fail"),
    sets<&Options::enable_ocsp_stapling>("-enable-ocsp-stapling"),
    sets<&Options::enable_signed_cert_timestamps>("-enable-signed-cert-timestamps"),
    sets<&Options::use_ocsp_callback>("-use-ocsp-callback"),
    sets<&Options::decline_ocsp_callback>("-decline-ocsp-callback"),
    sets<&Options::fail_ocsp_callback>("-fail-ocsp-callback"),
    ignored("-set-ocsp-in-callback", Parameter::none),
    sets<&Options::use_client_ca_list>("-use-client-ca-list"),
    sets<&Options::use_early_callback>("-use-early-callback"),
    sets<&Options::use_custom_verify_callback>("-use-custom-verify-callback"),
    sets<&Options::fail_early_callback>("-fail-early-callback"),
    sets<&Options::fail_cert_callback>("-fail-cert-callback"),
    sets<&Options::install_cert_compression_algs>("-install-cert-compression-algs"),
    sets<&Options::install_one_cert_compression_alg>("-install-one-cert-compression-alg"),
    sets<&Options::install_ddos_callback>("-install-ddos-callback"),
    sets<&Options::fail_ddos_callback>("-fail-ddos-callback"),
    ignored("-use-old-client-cert-callback", Parameter::none),

    sets<&Options::no_ticket>("-no-ticket"),
    sets<&Options::reverify_on_resume>("-reverify-on-resume"),
    sets<&Options::use_ticket_callback>("-use-ticket-callback"),
    sets<&Options::use_ticket_callback>("-use-ticket-aead-callback"),
    sets<&Options::renew_ticket>("-renew-ticket"),
    sets<&Options::skip_ticket>("-skip-ticket"),
    sets<&Options::enable_early_data>("-enable-early-data"),
    sets<&Options::resumption_delay>("-resumption-delay"),

    sets<&Options::async>("-async"),
    sets<&Options::implicit_handshake>("-implicit-handshake"),
    sets<&Options::partial_write>("-partial-write"),
    sets<&Options::shim_writes_first>("-shim-writes-first"),
    sets<&Options::shim_initial_write>("-shim-initial-write"),
    sets<&Options::repeat_shim_initial_write>("-repeat-shim-initial-write"),
    sets<&Options::write_different_record_sizes>("-write-different-record-sizes"),
    sets<&Options::read_with_unfinished_write>("-read-with-unfinished-write"),
    sets<&Options::read_size>("-read-size"),
    sets<&Options::peek_then_read>("-peek-then-read"),
    sets<&Options::early_write_after_message>("-early-write-after-message"),
    sets<&Options::key_update>("-key-update"),
    sets<&Options::key_update_before_read>("-key-update-before-read"),
    sets<&Options::no_op_extra_handshake>("-no-op-extra-handshake"),
    sets<&Options::handshake_twice>("-handshake-twice"),
    sets<&Options::export_keying_material>("-export-keying-material"),
    sets<&Options::export_label>("-export-label"),
    sets<&Options::export_context>("-export-context"),
    sets<&Options::use_export_context>("-use-export-context"),
    sets<&Options::use_exporter_between_reads>("-use-exporter-between-reads"),
    sets<&Options::tls_unique>("-tls-unique"),
    sets<&Options::send_alert>("-send-alert"),
    sets<&Options::shim_shuts_down>("-shim-shuts-down"),
    sets<&Options::check_close_notify>("-check-close-notify"),

    sets<&Options::handshake_never_done>("-handshake-never-done"),
    sets<&Options::expect_version>("-expect-version"),
    sets<&Options::expect_cipher>("-expect-cipher"),
    sets<&Options::expect_curve_id>("-expect-curve-id"),
    sets<&Options::expect_peer_signature_algorithm>("-expect-peer-signature-algorithm"),
    sets<&Options::expect_peer_verify_pref>("-expect-peer-verify-pref"),
    sets<&Options::expect_cipher>("-expect-cipher-aes"),
    ignored("-expect-cipher-no-aes", Parameter::one),
    ignored("-srtp-profiles", Parameter::one),
    sets<&Options::expect_secure_renegotiation>("-expect-secure-renegotiation"),
    sets<&Options::expect_hrr>("-expect-hrr"),
    sets<&Options::expect_no_hrr>("-expect-no-hrr"),
    sets<&Options::expect_alpn>("-expect-alpn"),
    sets<&Options::expect_advertised_alpn>("-expect-advertised-alpn"),
    sets<&Options::expect_server_name>("-expect-server-name"),
    sets<&Options::expect_no_server_name>("-expect-no-server-name"),
    sets<&Options::expect_peer_cert_file>("-expect-peer-cert-file"),
    sets<&Options::expect_no_peer_cert>("-expect-no-peer-cert"),
    sets<&Options::expect_peer_certificate_type>("-expect-peer-certificate-type"),
    sets<&Options::expect_peer_rpk_sha256>("-expect-peer-rpk-sha256"),
    sets<&Options::expect_selected_credential>("-expect-selected-credential"),
    sets<&Options::expect_certificate_types>("-expect-certificate-types"),
    sets<&Options::expect_client_ca_list>("-expect-client-ca-list"),
    sets<&Options::expect_ocsp_response>("-expect-ocsp-response"),
    sets<&Options::expect_signed_cert_timestamps>("-expect-signed-cert-timestamps"),
    sets<&Options::expect_session_miss>("-expect-session-miss"),
    sets<&Options::expect_no_session>("-expect-no-session"),
    sets<&Options::expect_ticket_renewal>("-expect-ticket-renewal"),
    sets<&Options::expect_session_id>("-expect-session-id"),
    sets<&Options::expect_no_session_id>("-expect-no-session-id"),
    sets<&Options::expect_extended_master_secret>("-expect-extended-master-secret"),
    sets<&Options::expect_total_renegotiations>("-expect-total-renegotiations"),
    sets<&Options::expect_ticket_supports_early_data>("-expect-ticket-supports-early-data"),
    sets<&Options::expect_no_offer_early_data>("-expect-no-offer-early-data"),
    sets<&Options::expect_ticket_age_skew>("-expect-ticket-age-skew"),
    sets<&Options::expect_accept_early_data>("-expect-accept-early-data"),
    sets<&Options::expect_reject_early_data>("-expect-reject-early-data"),
    ignored("-expect-early-data-reason", Parameter::one),
    sets<&Options::expect_verify_result>("-expect-verify-result"),
    sets<&Options::expect_quic_transport_params>("-expect-quic-transport-params"),
    sets<&Options::expect_msg_callback>("-expect-msg-callback"),
    sets<&Options::expect_ech_accept>("-expect-ech-accept"),
    sets<&Options::expect_ech_name_override>("-expect-ech-name-override"),
    sets<&Options::expect_no_ech_name_override>("-expect-no-ech-name-override"),
    sets<&Options::expect_ech_retry_configs>("-expect-ech-retry-configs"),
    sets<&Options::expect_no_ech_retry_configs>("-expect-no-ech-retry-configs"),
};

// ---------------------------------------------------------------- prefixes

// "-on-resume-expect-alpn" is "-expect-alpn" for the connections that resume.
bool take_prefix(Text& flag, Text prefix) {
    if (!flag.starts_with(prefix) || flag.size() <= prefix.size() || flag[prefix.size()] != '-') return false;
    flag.remove_prefix(prefix.size());
    return true;
}

std::vector<Options*> addressed_by(Text& flag, CommandLine& line) {
    // The runner runs a second program, its "handshaker", only with shims that say they have one.
    take_prefix(flag, "-on-shim");
    const bool of_handshaker = take_prefix(flag, "-on-handshaker");
    std::vector<Options*> addressed{&line.initial, &line.resume, &line.retry};
    if (take_prefix(flag, "-on-initial")) addressed = {&line.initial};
    if (take_prefix(flag, "-on-resume")) addressed = {&line.resume};
    if (take_prefix(flag, "-on-retry")) addressed = {&line.retry};
    return of_handshaker ? std::vector<Options*>() : addressed;
}

} // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
    CommandLine line;
    for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
        Text name = *argument;
        const std::vector<Options*> addressed = addressed_by(name, line);
        const auto flag = std::ranges::find(flags, name, &Flag::name);
        if (flag == std::end(flags)) stop_unimplemented(*argument);
        Text parameter;
        if (flag->parameter == Parameter::one) {
            if (std::next(argument) == arguments.end())
                throw Stop(ExitCode::must_fail, *argument + " wants a parameter");
            parameter = *++argument;
        }
        for (Options* options : addressed) flag->handle(name, *options, parameter);
    }
    return line;
}

} // namespace pavise::bogo
