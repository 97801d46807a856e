#include "handshake/client/hello12.hpp"

#include "handshake/client/answers.hpp"
#include "handshake/enabled_versions.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/status_request.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

using messages::MessageKind;
using messages::ServerHello;

Result<crypto::Suite12> check_suite(const ServerHello& message, const ClientConfig& config) {
    const auto suite = crypto::suite12(message.cipher_suite);
    const bool offered = std::find(config.cipher_suites.begin(), config.cipher_suites.end(),
                                   message.cipher_suite) != config.cipher_suites.end();
    if (!suite || !offered || !usable12(config, *suite))
        return fail(ErrorCode::suite_not_offered, static_cast<std::uint16_t>(message.cipher_suite));
    return *suite;
}

Status check_encrypt_then_mac(const ServerHello& message, const crypto::Suite12& suite) {
    const bool cbc = std::holds_alternative<crypto::CbcMac>(suite.protection);
    const bool answered = message.extensions.contains(ExtensionType::encrypt_then_mac);
    PAVISE_TRY(message.extensions.get<messages::EncryptThenMac>());
    // MAC-then-encrypt does not exist here.
    if (cbc && !answered) return fail(ErrorCode::encrypt_then_mac_missing);
    // "If a server receives an encrypt-then-MAC request extension from a client and then selects a stream or
    // [AEAD] ciphersuite, it MUST NOT send an encrypt-then-MAC response extension" (RFC 7366 §3)
    if (!cbc && answered) return fail(ErrorCode::encrypt_then_mac_misplaced);
    return {};
}

Status check_renegotiation_info(const ServerHello& message, const ClientConfig& config) {
    PAVISE_LET(const auto info, message.extensions.get<messages::RenegotiationInfo>());
    if (!info) {
        // "If the extension is not present, the server does not support secure renegotiation; … some clients
        // may want to terminate the handshake instead of continuing" (RFC 5746 §3.4, §4.1): what we send
        // could be spliced behind what an attacker sent.
        if (config.secure_renegotiation == SecureRenegotiation::required)
            return fail(ErrorCode::no_secure_renegotiation);
        return {};
    }
    // "The client MUST then verify that the length of the 'renegotiated_connection' field is zero, and if it
    // is not, MUST abort the handshake (by sending a fatal handshake_failure alert)" (RFC 5746 §3.4)
    if (!info->renegotiated_connection.empty()) return fail(ErrorCode::bad_renegotiation_info);
    return {};
}

Status accept_extensions(const ServerHello& message, const HelloInFlight& hello, Context& context) {
    PAVISE_TRY(messages::refuse_unsolicited(message.extensions, MessageKind::server_hello12, hello.offered));
    PAVISE_TRY(messages::check_allowed(message.extensions, MessageKind::server_hello12));
    PAVISE_TRY(check_renegotiation_info(message, *context.config));
    PAVISE_TRY(message.extensions.get<messages::ServerNameAck>());
    PAVISE_LET(const auto formats, message.extensions.get<messages::EcPointFormats>());
    // RFC 8422 §5.1.2: a list that lacks uncompressed is a reason to abort with illegal_parameter.
    if (formats && !formats->values.contains(EcPointFormat::uncompressed))
        return fail(ErrorCode::no_uncompressed_points);
    PAVISE_TRY(accept_record_sizes(message.extensions, context));
    PAVISE_TRY(message.extensions.get<messages::StatusRequestAck>());
    PAVISE_TRY(message.extensions.get<messages::SctList>());
    return accept_alpn(message.extensions, context);
}

// The staples that come in the ServerHello, or are announced by it. Those of a session stay what they were.
void accept_staples(const ServerHello& message, Handshake12& handshake, Context& context) {
    if (message.extensions.contains(ExtensionType::status_request)) handshake.status = StatusPromise::given;
    const auto timestamps = message.extensions.find(ExtensionType::signed_certificate_timestamp);
    if (timestamps)
        context.exchange.negotiated().certificate_timestamps.assign(timestamps->begin(), timestamps->end());
}

Status check_resumption(const Handshake12& handshake, const SessionData& session) {
    // "If the session_id … is the same …, the server … is resuming the session: … cipher_suite: For resumed
    // sessions, this field is the value from the state of the session being resumed." (RFC 5246 §7.4.1.3)
    if (handshake.suite.id != session.cipher_suite)
        return fail(ErrorCode::session_suite_changed, static_cast<std::uint16_t>(handshake.suite.id));
    // "If the original session used the 'extended_master_secret' extension but the new ServerHello does not
    // contain the extension, the client MUST abort the handshake." (RFC 7627 §5.3) We offer no others.
    if (handshake.extended_master_secret == ExtendedMasterSecret::absent)
        return fail(ErrorCode::extended_master_secret_missing);
    return {};
}

// Who vouches for the server, a certificate or a pre-shared key, decides what comes next.
Result<AfterServerHello12> begin_full_handshake(const ServerHello& message, Handshake12 handshake,
                                                Context& context) {
    if (handshake.suite.authentication != crypto::Authentication12::psk) {
        PAVISE_TRY(accept_certificate_types(message.extensions, context));
        accept_staples(message, handshake, context);
        if (context.exchange.negotiated().peer_certificate_type == CertificateType::raw_public_key)
            return ExpectRawPublicKey12{std::move(handshake)};
        return ExpectCertificate12{std::move(handshake)};
    }
    handshake.transcript.forget_messages();
    if (handshake.suite.key_exchange == crypto::KeyExchange12::psk)
        return ExpectPskKeyExchangeOrDone12{std::move(handshake)};
    return ExpectPskKeyExchange12{std::move(handshake)};
}

} // namespace

Status refuse_downgrade(const ServerHello& message) {
    if (messages::ends_with(message.random, messages::downgrade_to_tls12) ||
        messages::ends_with(message.random, messages::downgrade_to_tls11))
        return fail(ErrorCode::downgrade_detected);
    return {};
}

Result<AfterServerHello12> accept_server_hello12(const ServerHello& message, const HelloInFlight& hello,
                                                 Context& context) {
    Exchange& exchange = context.exchange;
    if (enables(*context.config, ProtocolVersion::tls_1_3)) PAVISE_TRY(refuse_downgrade(message));
    // "A client that attempts to send 0-RTT data MUST fail a connection if it receives a ServerHello with TLS
    // 1.2 or older." (RFC 8446 §D.3)
    if (hello.early_data != EarlyDataStatus::not_offered) return fail(ErrorCode::early_data_in_tls12);
    if (message.legacy_compression_method != 0)
        return fail(ErrorCode::compression_selected, message.legacy_compression_method);
    PAVISE_LET(const crypto::Suite12 suite, check_suite(message, *context.config));
    PAVISE_TRY(accept_extensions(message, hello, context));
    PAVISE_TRY(check_encrypt_then_mac(message, suite));
    // A server that sends our session ID back resumes a session (RFC 5246 §7.4.1.3, RFC 5077 §3.4). The one
    // that TLS 1.3's compatibility made up stands for none.
    const Bytes session_id = message.legacy_session_id_echo;
    const bool resumes = !session_id.empty() && std::ranges::equal(session_id, hello.session_id.view());
    if (resumes && hello.session12 == nullptr) return fail(ErrorCode::session_not_offered);
    const auto extended_master_secret = message.extensions.contains(ExtensionType::extended_master_secret)
                                            ? ExtendedMasterSecret::present
                                            : ExtendedMasterSecret::absent;
    PAVISE_LET(Handshake12 handshake,
               begin_handshake12(exchange, suite, extended_master_secret, message.random));
    handshake.transcript.add(hello.message);
    handshake.transcript.add(exchange.message());
    if (!handshake.session_id.assign(session_id)) return fail(ErrorCode::internal);
    if (message.extensions.contains(ExtensionType::session_ticket)) {
        PAVISE_TRY(message.extensions.get<messages::SessionTicketAck>());
        handshake.ticket = TicketPromise::given;
    }
    if (!resumes) return begin_full_handshake(message, std::move(handshake), context);
    PAVISE_TRY(check_resumption(handshake, *hello.session12));
    remember_session(exchange, *hello.session12);
    PAVISE_LET(Keyed12 keyed, resume_keys12(exchange, std::move(handshake), *hello.session12));
    if (keyed.handshake.ticket == TicketPromise::given) return ExpectNewSessionTicket12{std::move(keyed)};
    return ExpectChangeCipherSpec12{std::move(keyed), std::nullopt};
}

} // namespace pavise::handshake::client
