// From EncryptedExtensions to the end of the handshake: the server proves who it is, and so do we where it
// asks (RFC 8446 §4.3, §4.4).
#include "handshake/certificate13.hpp"
#include "handshake/client/answers.hpp"
#include "handshake/client/certificate_wishes.hpp"
#include "handshake/client/ech_answer.hpp"
#include "handshake/client/states.hpp"
#include "handshake/quic.hpp"
#include "messages/empty_messages.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/server_name.hpp"

namespace pavise::handshake::client {

namespace {

using messages::MessageKind;

Status accept_extensions(const messages::EncryptedExtensions& message, const messages::ExtensionSet& offered,
                         Context& context) {
    PAVISE_TRY(messages::refuse_unsolicited(message.extensions, MessageKind::encrypted_extensions, offered));
    PAVISE_TRY(messages::check_allowed(message.extensions, MessageKind::encrypted_extensions));
    PAVISE_TRY(message.extensions.get<messages::ServerNameAck>());
    PAVISE_TRY(message.extensions.get<messages::SupportedGroups>()); // for a later connection; must parse
    PAVISE_TRY(accept_record_sizes(message.extensions, context));
    PAVISE_TRY(accept_quic_parameters(message.extensions, context.exchange));
    PAVISE_TRY(accept_ech_retry_configs(message.extensions, context));
    PAVISE_TRY(accept_alpn(message.extensions, context));
    // "When using ALPN, endpoints MUST immediately close a connection … if an application protocol is not
    // negotiated" (RFC 9001 §8.1)
    if (over_quic(context.exchange) && context.exchange.negotiated().alpn_protocol.empty())
        return fail(ErrorCode::no_common_protocol);
    return {};
}

// Ends the early data that the server took: what follows is under the handshake's keys (§4.5).
Status end_early_data(Handshake13& handshake, crypto::Hmac& hmac, Context& context) {
    Exchange& exchange = context.exchange;
    if (exchange.negotiated().early_data != EarlyDataStatus::accepted) return {};
    exchange.transport().allow_early_data(0);
    // "Clients MUST NOT send the EndOfEarlyData message" in QUIC (RFC 9001 §8.3).
    if (over_quic(exchange)) return {};
    PAVISE_TRY(exchange.send(messages::EndOfEarlyData{}, &handshake.transcript));
    return exchange.transport().install_write_secret(Level::handshake, handshake.suite,
                                                     handshake.secrets.client.view(), hmac);
}

Result<AwaitCertificateVerdict> accept_certificate(const messages::Certificate& message,
                                                   Handshake13 handshake,
                                                   const messages::ExtensionSet& offered,
                                                   std::optional<ClientAuthentication> authentication,
                                                   Context& context) {
    // "certificate_request_context: … in the case of server authentication, this field SHALL be zero length"
    // (§4.4.2)
    if (!message.certificate_request_context.empty()) return fail(ErrorCode::certificate_request_context);
    // "If the server supplies an empty Certificate message, the client MUST abort the handshake with a
    // 'decode_error' alert" (§4.4.2.4)
    if (message.certificate_list.empty()) return fail(ErrorCode::empty_certificate_list);
    PAVISE_TRY(accept_chain(message, offered, context.exchange.negotiated()));
    handshake.transcript.add(context.exchange.message());
    return AwaitCertificateVerdict{std::move(handshake), std::move(authentication)};
}

Result<AwaitCertificateVerdict> accept_compressed(const messages::CompressedCertificate& message,
                                                  Handshake13 handshake,
                                                  const messages::ExtensionSet& offered,
                                                  std::optional<ClientAuthentication> authentication,
                                                  Context& context) {
    PAVISE_LET(const ByteVector body, decompress(message, context.config->certificate_compression));
    PAVISE_LET(const auto certificate, messages::parse_body<messages::Certificate>(body));
    return accept_certificate(certificate, std::move(handshake), offered, std::move(authentication), context);
}

// Our Finished, the keys of the application, and what stays of the handshake.
Result<Connected> finish(FinishedVerified server_finished, const crypto::Suite13& suite,
                         schedule::Transcript transcript, Bytes client_handshake_traffic_secret,
                         ApplicationSecrets application, Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(
        send_finished(exchange, application.stage.hmac(), client_handshake_traffic_secret, transcript));
    PAVISE_TRY(exchange.transport().install_write_secret(
        Level::application, suite, application.traffic.client.view(), application.stage.hmac()));
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_LET(HashSecret resumption, application.stage.resumption_master_secret(hash.view()));
    std::unique_ptr<const schedule::Transcript> kept;
    if (context.config->post_handshake_auth == PostHandshakeAuth::offered && !over_quic(exchange))
        kept = std::make_unique<const schedule::Transcript>(std::move(transcript));
    const Negotiated& negotiated = exchange.negotiated();
    return Connected{server_finished,
                     suite,
                     std::move(application.stage).release_hmac(),
                     std::move(application.traffic.server),
                     std::move(application.exporter_master_secret),
                     std::move(resumption),
                     std::move(kept),
                     negotiated.local_certificate_type};
}

} // namespace

Result<Next<ExpectCertificateOrRequest>>
ExpectEncryptedExtensions::on(const messages::EncryptedExtensions& message, Context& context) && {
    PAVISE_TRY(accept_extensions(message, offered, context));
    PAVISE_TRY(accept_certificate_types(message.extensions, context));
    // "… the server MUST have accepted a PSK cipher suite and selected the first key offered" (§4.2.10)
    if (message.extensions.contains(ExtensionType::early_data))
        return fail(ErrorCode::early_data_without_psk);
    handshake.transcript.add(context.exchange.message());
    return ExpectCertificateOrRequest{std::move(handshake), offered};
}

Result<Next<ExpectServerFinished>>
ExpectEncryptedExtensionsWithPsk::on(const messages::EncryptedExtensions& message, Context& context) && {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(accept_extensions(message, offered, context));
    PAVISE_LET(const auto early_data, message.extensions.get<messages::EarlyData>());
    if (early_data) {
        // "If the server supplies an 'early_data' extension in its EncryptedExtensions message, the client
        // MUST verify that the server's selected_identity is set to 0"; suite and protocol are those of the
        // session (§4.2.10).
        if (exchange.negotiated().early_data != EarlyDataStatus::pending || selected_identity != 0 ||
            session == nullptr || session->cipher_suite != handshake.suite.id ||
            session->alpn_protocol != exchange.negotiated().alpn_protocol)
            return fail(ErrorCode::early_data_without_psk);
        exchange.negotiated().early_data = EarlyDataStatus::accepted;
    } else if (exchange.negotiated().early_data == EarlyDataStatus::pending) {
        exchange.negotiated().early_data = EarlyDataStatus::rejected;
        exchange.transport().allow_early_data(0);
        if (!over_quic(exchange))
            PAVISE_TRY(exchange.transport().install_write_secret(
                Level::handshake, handshake.suite, handshake.secrets.client.view(), handshake.stage.hmac()));
    }
    handshake.transcript.add(exchange.message());
    return ExpectServerFinished{std::move(handshake), std::nullopt, server_authenticated};
}

Result<ClientAuthentication> answer_to(const messages::CertificateRequest& request, CertificateType type,
                                       const ClientConfig& config) {
    PAVISE_TRY(messages::check_allowed(request.extensions, MessageKind::certificate_request));
    // "The 'signature_algorithms' extension MUST be specified" (§4.3.2)
    PAVISE_LET(const CredentialWishes wishes, CredentialWishes::in(request.extensions));
    ClientAuthentication authentication;
    PAVISE_LET(authentication.form, CertificateForm::in_request(request, config.certificate_compression));
    if (const auto ours = candidates(config.credentials, std::span(&type, 1), wishes,
                                     ChainSignatures::required, *config.clock))
        authentication.chosen = choose_credential13(*ours, config.signature_schemes, wishes);
    return authentication;
}

Result<Next<ExpectCertificate>> ExpectCertificateOrRequest::on(const messages::CertificateRequest& message,
                                                               Context& context) && {
    if (!message.certificate_request_context.empty()) return fail(ErrorCode::certificate_request_context);
    PAVISE_LET(ClientAuthentication authentication,
               answer_to(message, context.exchange.negotiated().local_certificate_type, *context.config));
    PAVISE_LET(context.exchange.negotiated().certificate_wishes, wishes_of(message.extensions));
    // "If the server requests a client certificate, the client MUST respond with an empty Certificate
    // message" (RFC 9849 §6.1.7)
    if (ech_was_rejected(context)) authentication.chosen.reset();
    handshake.transcript.add(context.exchange.message());
    return ExpectCertificate{std::move(handshake), offered, std::move(authentication)};
}

Result<Next<AwaitCertificateVerdict>> ExpectCertificateOrRequest::on(const messages::Certificate& message,
                                                                     Context& context) && {
    PAVISE_LET(auto next, accept_certificate(message, std::move(handshake), offered, std::nullopt, context));
    return next;
}

Result<Next<AwaitCertificateVerdict>>
ExpectCertificateOrRequest::on(const messages::CompressedCertificate& message, Context& context) && {
    PAVISE_LET(auto next, accept_compressed(message, std::move(handshake), offered, std::nullopt, context));
    return next;
}

Result<Next<AwaitCertificateVerdict>> ExpectCertificate::on(const messages::Certificate& message,
                                                            Context& context) && {
    PAVISE_LET(auto next, accept_certificate(message, std::move(handshake), offered,
                                             std::move(authentication), context));
    return next;
}

Result<Next<AwaitCertificateVerdict>> ExpectCertificate::on(const messages::CompressedCertificate& message,
                                                            Context& context) && {
    PAVISE_LET(auto next,
               accept_compressed(message, std::move(handshake), offered, std::move(authentication), context));
    return next;
}

Result<Next<ExpectCertificateVerify>> AwaitCertificateVerdict::on(const CertificateVerdict& verdict,
                                                                  Context& context) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    context.exchange.authenticated_at = context.exchange.clock().now();
    context.exchange.valid_until = verdict.valid_until;
    return ExpectCertificateVerify{
        std::move(handshake), std::move(authentication), {verdict.key, verdict.delegated_scheme}};
}

Result<Next<ExpectServerFinished>> ExpectCertificateVerify::on(const messages::CertificateVerify& message,
                                                               Context& context) && {
    PAVISE_LET(const crypto::Digest hash, handshake.transcript.hash());
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_certificate_verify(message, *server_key.key, Signer::server,
                                         server_key.schemes(context.config->signature_schemes), hash.view()));
    context.exchange.negotiated().peer_signature = message.algorithm;
    handshake.transcript.add(context.exchange.message());
    return ExpectServerFinished{std::move(handshake), std::move(authentication), authenticated};
}

Result<Next<AwaitSignature, Connected>> ExpectServerFinished::on(const messages::Finished& message,
                                                                 Context& context) && {
    Exchange& exchange = context.exchange;
    PAVISE_LET(const crypto::Digest hash, handshake.transcript.hash());
    PAVISE_LET(
        const FinishedVerified verified,
        verify_finished(message, handshake.stage.hmac(), handshake.secrets.server.view(), hash.view()));
    handshake.transcript.add(exchange.message());
    PAVISE_LET(ApplicationSecrets application,
               begin_application13(exchange, std::move(handshake.stage), handshake.transcript));
    PAVISE_TRY(exchange.change_read_keys(Level::application, handshake.suite,
                                         application.traffic.server.view(), application.stage.hmac()));
    PAVISE_TRY(end_early_data(handshake, application.stage.hmac(), context));
    // Without a certificate that fits we send an empty Certificate (§4.4.2).
    if (authentication) {
        const auto* chosen = authentication->chosen ? authentication->chosen->credential.data() : nullptr;
        PAVISE_TRY(send_certificate(exchange, chosen, authentication->form, handshake.transcript));
    }
    if (!authentication || !authentication->chosen) {
        PAVISE_LET(auto connected, finish(verified, handshake.suite, std::move(handshake.transcript),
                                          handshake.secrets.client.view(), std::move(application), context));
        PAVISE_TRY(end_rejected_ech(context));
        return connected;
    }
    PAVISE_LET(const crypto::Digest signed_hash, handshake.transcript.hash());
    context.signature = PendingSignature{authentication->chosen->credential, authentication->chosen->scheme,
                                         certificate_verify_content(Signer::client, signed_hash.view())};
    return AwaitSignature{verified, handshake.suite, std::move(handshake.transcript),
                          std::move(handshake.secrets.client), std::move(application)};
}

Result<Next<Connected>> AwaitSignature::on(const Signature& signature, Context& context) && {
    const SignatureScheme scheme = context.signature->scheme;
    PAVISE_TRY(context.exchange.send(messages::CertificateVerify{scheme, signature.value}, &transcript));
    context.exchange.negotiated().local_signature = scheme;
    context.exchange.negotiated().local_credential = context.signature->credential;
    context.signature.reset();
    PAVISE_LET(auto connected,
               finish(server_finished, suite, std::move(transcript), client_handshake_traffic_secret.view(),
                      std::move(application), context));
    return connected;
}

} // namespace pavise::handshake::client
