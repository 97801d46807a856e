#include "expectations.hpp"

#include "configs.hpp"

#include "crypto/provider.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/message.hpp"

#include <algorithm>

namespace pavise::bogo {

namespace {

template <class Enum> std::uint16_t number(Enum value) {
    return static_cast<std::uint16_t>(value);
}

// 0 expects nothing.
void check_number(std::string_view what, std::uint16_t expected, std::uint16_t actual) {
    if (expected != 0 && expected != actual)
        stop_unexpected(std::string(what) + " is " + std::to_string(actual) + ", not " +
                        std::to_string(expected));
}

void check_text(std::string_view what, const std::string& expected, const std::string& actual) {
    if (expected != actual)
        stop_unexpected(std::string(what) + " is '" + actual + "', not '" + expected + "'");
}

ByteVector sha256(Bytes bytes) {
    const auto hash = crypto::botan_provider().hash(crypto::HashId::sha256);
    if (!hash) throw Stop(ExitCode::must_fail, describe(hash.error()));
    (*hash)->update(bytes);
    const auto digest = (*hash)->digest();
    if (!digest) throw Stop(ExitCode::must_fail, describe(digest.error()));
    return {digest->begin(), digest->end()};
}

template <class Values> std::vector<std::uint16_t> as_numbers(const Values& values) {
    std::vector<std::uint16_t> numbers;
    for (const auto value : values) numbers.push_back(number(value));
    return numbers;
}

bool same_chain(const std::vector<SharedBytes>& shown, const std::vector<ByteVector>& expected) {
    return std::equal(shown.begin(), shown.end(), expected.begin(), expected.end());
}

void check_peer_chain(const Options& options, const Negotiated& negotiated) {
    const bool none = options.expect_no_peer_cert || !negotiated.psk_identity.empty();
    const bool one = !none && (!options.server || options.require_any_client_certificate);
    if (one && negotiated.peer_chain.empty()) stop_unexpected("the peer has no certificate");
    if (none && !negotiated.peer_chain.empty()) stop_unexpected("the peer has a certificate");
    if (options.expect_peer_certificate_type &&
        *options.expect_peer_certificate_type != number(negotiated.peer_certificate_type))
        stop_unexpected("the peer's certificate type");
    if (!options.expect_peer_rpk_sha256.empty() &&
        (negotiated.peer_chain.size() != 1 ||
         sha256(negotiated.peer_chain.front()) != options.expect_peer_rpk_sha256))
        stop_unexpected("the peer's raw public key");
    if (!options.expect_ocsp_response.empty() && options.expect_ocsp_response != negotiated.ocsp_response)
        stop_unexpected("the OCSP response");
    if (!options.expect_signed_cert_timestamps.empty() &&
        options.expect_signed_cert_timestamps != negotiated.certificate_timestamps)
        stop_unexpected("the certificate timestamps");
    if (!options.expect_peer_cert_file.empty() &&
        !same_chain(negotiated.peer_chain, read_certificates(options.expect_peer_cert_file)))
        stop_unexpected("the peer's chain is another");
}

// The place of the credential in use among those that were added one by one; -1: another, or none.
std::int32_t selected_credential(const Options& options, const Negotiated& negotiated,
                                 const std::vector<Credential>& credentials) {
    for (std::size_t i = 0; i < options.credentials.size(); ++i) {
        const CredentialOptions& credential = options.credentials[i];
        const bool used = credential.is_psk() ? negotiated.psk_identity == credential.psk_importer_identity
                                              : negotiated.local_credential == credentials[i];
        if (used) return static_cast<std::int32_t>(i);
    }
    return -1;
}

void check_credential(const Options& options, const Negotiated& negotiated,
                      const std::vector<Credential>& credentials) {
    if (!options.expect_selected_credential) return;
    const std::int32_t selected = selected_credential(options, negotiated, credentials);
    if (selected != *options.expect_selected_credential)
        stop_unexpected("the credential is " + std::to_string(selected));
}

// What the server asked of our certificate.
void check_certificate_wishes(const Options& options, const Negotiated& negotiated) {
    const bool any = !options.expect_certificate_types.empty() || !options.expect_client_ca_list.empty() ||
                     !options.expect_peer_verify_pref.empty();
    if (options.server || !any) return;
    if (negotiated.certificate_wishes == nullptr) stop_unexpected("the server asks for no certificate");
    const CertificateWishes& wishes = *negotiated.certificate_wishes;
    if (!options.expect_certificate_types.empty() &&
        wishes.certificate_types != options.expect_certificate_types)
        stop_unexpected("the types of certificate that the server takes");
    if (!options.expect_client_ca_list.empty() &&
        !same_chain(wishes.authorities, authorities(options.expect_client_ca_list)))
        stop_unexpected("the authorities that the server names");
    const auto schemes = as_numbers(wishes.signature_schemes);
    if (!options.expect_peer_verify_pref.empty() && schemes != options.expect_peer_verify_pref)
        stop_unexpected("the server's signature algorithms");
}

void check_ticket_age(const Options& options, const Negotiated& negotiated, Turn turn) {
    if (options.expect_ticket_age_skew == 0 || turn == Turn::first) return;
    const std::chrono::seconds expected(options.expect_ticket_age_skew);
    if (negotiated.ticket_age_skew != expected) stop_unexpected("the skew of the ticket's age");
}

void check_early_data(const Options& options, const Negotiated& negotiated) {
    const bool accepted = negotiated.early_data == EarlyDataStatus::accepted;
    if (options.expect_accept_early_data && !accepted) stop_unexpected("early data is not accepted");
    if (options.expect_reject_early_data && accepted) stop_unexpected("early data is accepted");
}

void check_transport_parameters(const Options& options, const Channel& connection) {
    if (options.expect_quic_transport_params.empty()) return;
    const auto parameters = connection.peer_transport_parameters();
    if (!parameters || !std::ranges::equal(*parameters, options.expect_quic_transport_params))
        stop_unexpected("the peer's transport parameters");
}

void check_ech(const Options& options, const Negotiated& negotiated) {
    // A backend server has opened nothing, which the runner does not call accepting.
    const bool backend = options.server && options.ech_server_config.empty();
    if (options.expect_ech_accept != (negotiated.ech == EchStatus::accepted && !backend))
        stop_unexpected(options.expect_ech_accept ? "ECH is not accepted" : "ECH is accepted");
    if (options.expect_no_ech_retry_configs || !options.expect_ech_retry_configs.empty())
        stop_unexpected("no rejection of ECH");
}

messages::ClientHello parse_hello(Bytes message) {
    const auto hello =
        messages::parse_body<messages::ClientHello>(message.subspan(messages::handshake_header_size));
    if (!hello) throw Stop(ExitCode::must_fail, "the ClientHello shown is malformed");
    return *hello;
}

// Where it is absent, nothing that comes from the master secret may be shown (RFC 7627 §5.4).
bool has_extended_master_secret(const Channel& connection) {
    std::uint8_t byte = 0;
    return connection.export_keying_material("probe", std::nullopt, {&byte, 1}).has_value();
}

} // namespace

Resumption resumption_for(const Options& options, Bytes client_hello) {
    const messages::ClientHello hello = parse_hello(client_hello);
    const auto versions = hello.extensions.get<messages::SupportedVersions>();
    const bool tls13 = versions && *versions && (*versions)->values.contains(ProtocolVersion::tls_1_3) &&
                       versions_of(options).most == ProtocolVersion::tls_1_3;
    if (tls13) return options.no_ticket ? Resumption::never : Resumption::by_ticket;
    const bool ticket = !options.no_ticket && hello.extensions.contains(ExtensionType::session_ticket);
    return ticket ? Resumption::by_ticket : Resumption::by_id;
}

void check_client_hello(const Options& options, Bytes message) {
    const messages::ClientHello hello = parse_hello(message);
    if (!options.expect_advertised_alpn.empty()) {
        const auto protocols = hello.extensions.get<messages::AlpnProtocols>();
        std::string wire;
        if (protocols && *protocols)
            for (const messages::ProtocolName& name : (*protocols)->names)
                (wire += static_cast<char>(name.bytes.size())) += as_text(name.bytes);
        check_text("the protocols offered", options.expect_advertised_alpn, wire);
    }
    if (!options.expect_peer_verify_pref.empty()) {
        const auto algorithms = hello.extensions.get<messages::SignatureAlgorithms>();
        std::vector<std::uint16_t> values;
        if (algorithms && *algorithms) values = as_numbers((*algorithms)->values);
        if (values != options.expect_peer_verify_pref) stop_unexpected("the peer's signature algorithms");
    }
}

void check_handshake(const Options& options, const Channel& connection,
                     const std::vector<Credential>& credentials, Turn turn) {
    const Negotiated& negotiated = connection.negotiated();
    if (options.handshake_never_done) stop_unexpected("the handshake is complete");
    check_number("the version", options.expect_version, number(negotiated.version));
    check_number("the cipher suite", options.expect_cipher, number(negotiated.cipher_suite));
    check_number("the group", options.expect_curve_id, negotiated.group ? number(*negotiated.group) : 0);
    if (!negotiated.resumed) // nobody signed then
        check_number("the peer's signature scheme", options.expect_peer_signature_algorithm,
                     negotiated.peer_signature ? number(*negotiated.peer_signature) : 0);
    if (options.expect_hrr && !negotiated.hello_retry) stop_unexpected("no HelloRetryRequest");
    if (options.expect_no_hrr && negotiated.hello_retry) stop_unexpected("a HelloRetryRequest");
    check_text("the application protocol", options.server ? options.select_alpn : options.expect_alpn,
               negotiated.alpn_protocol);
    if (!options.expect_server_name.empty())
        check_text("the server name", options.expect_server_name, negotiated.server_name);
    if (options.expect_no_server_name) check_text("the server name", "", negotiated.server_name);
    const bool resumes = turn == Turn::resumption && !options.expect_session_miss;
    if (negotiated.resumed != resumes) stop_unexpected(resumes ? "no resumption" : "a resumption");
    if (options.expect_extended_master_secret && !has_extended_master_secret(connection))
        stop_unexpected("no extended master secret");
    if (options.expect_total_renegotiations != 0) stop_unimplemented("renegotiation");
    check_ech(options, negotiated);
    // In TLS 1.3 there is nothing but.
    if (options.expect_secure_renegotiation && negotiated.version != ProtocolVersion::tls_1_3)
        stop_unimplemented("what the application sees of RFC 5746");
    check_early_data(options, negotiated);
    check_ticket_age(options, negotiated, turn);
    check_transport_parameters(options, connection);
    check_peer_chain(options, negotiated);
    check_credential(options, negotiated, credentials);
    check_certificate_wishes(options, negotiated);
}

void check_name_override(const Options& options, const Negotiated& negotiated) {
    const bool overridden = negotiated.ech == EchStatus::rejected;
    if (options.expect_no_ech_name_override && overridden) stop_unexpected("another name is to be proven");
    if (!options.expect_ech_name_override.empty())
        check_text("the name to be proven", options.expect_ech_name_override,
                   overridden ? negotiated.ech_public_name : std::string());
}

void check_ech_rejection(const Options& options, const Negotiated& negotiated) {
    if (!options.expect_no_ech_retry_configs && options.expect_ech_retry_configs.empty()) return;
    if (negotiated.ech_retry_configs != options.expect_ech_retry_configs)
        stop_unexpected("the configs to come again with");
}

void check_sessions(const Options& options, const Channel& connection, const std::vector<Session>& sessions) {
    if (options.server) return;
    const Negotiated& negotiated = connection.negotiated();
    const bool tls13 = negotiated.version == ProtocolVersion::tls_1_3;
    // Who leaves first may leave before the tickets come.
    if (tls13 && (options.shim_shuts_down || options.send_alert)) return;
    // In TLS 1.2 there is none without extended_master_secret (RFC 7627 §5.3), nor with a pre-shared key.
    const bool kept12 = (!negotiated.resumed || options.expect_ticket_renewal) &&
                        negotiated.psk_identity.empty() && has_extended_master_secret(connection);
    const bool expected = !options.expect_no_session && (tls13 || kept12);
    if (sessions.empty() == expected) stop_unexpected(expected ? "no new session" : "a new session");
    if (!expected) return;
    const bool early_data = sessions.back().max_early_data_size() != 0;
    if (early_data != options.expect_ticket_supports_early_data)
        stop_unexpected(early_data ? "a ticket with early data" : "a ticket without early data");
}

void check_kept_sessions(const Options& options, const World& world) {
    if (options.expect_session_id && world.sessions->kept() == 0) stop_unexpected("no session is kept");
    if (options.expect_no_session_id && world.sessions->kept() != 0) stop_unexpected("a session is kept");
}

void check_trace(const Options& options, const Channel& connection, std::string trace) {
    if (options.expect_msg_callback.empty()) return;
    // In TLS 1.3 it is dropped "without further processing" (RFC 8446 §5): BoringSSL does not show it.
    constexpr std::string_view dropped = "read ccs\n";
    if (connection.negotiated().version == ProtocolVersion::tls_1_3)
        for (std::size_t at = trace.find(dropped); at != std::string::npos; at = trace.find(dropped))
            trace.erase(at, dropped.size());
    check_text("the trace", options.expect_msg_callback, trace);
}

} // namespace pavise::bogo
