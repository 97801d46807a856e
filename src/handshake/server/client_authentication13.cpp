// The client's second flight: its certificate, where we asked for one, and its Finished (RFC 8446 §4.4).
#include "handshake/certificate13.hpp"
#include "handshake/server/certificate_request.hpp"
#include "handshake/server/resumption.hpp"
#include "messages/extension_table.hpp"

namespace pavise::handshake::server {

Result<Next<ExpectClientFinished>> ExpectEndOfEarlyData::on(const messages::EndOfEarlyData&,
                                                            Context& context) && {
    finishing.transcript.add(context.exchange.message());
    context.exchange.transport().expect_early_data(0);
    PAVISE_TRY(context.exchange.change_read_keys(Level::handshake, finishing.suite,
                                                 finishing.client_handshake_traffic_secret.view(),
                                                 finishing.application.stage.hmac()));
    return ExpectClientFinished{std::move(finishing), client_authenticated};
}

namespace {

using AfterCertificate = Next<AwaitClientCertificateVerdict, ExpectClientFinished>;

Result<AfterCertificate> accept_certificate(const messages::Certificate& message, Finishing13 finishing,
                                            Context& context) {
    // The context echoes that of our CertificateRequest, which is empty during the handshake (§4.3.2,
    // §4.4.2).
    if (!message.certificate_request_context.empty()) return fail(ErrorCode::certificate_request_context);
    PAVISE_TRY(accept_chain(message, answerable(*context.config), context.exchange.negotiated()));
    finishing.transcript.add(context.exchange.message());
    if (message.certificate_list.empty()) {
        // "… if [client authentication is] required, … the server MUST abort the handshake with a
        // 'certificate_required' alert" (§4.4.2.4)
        if (context.config->client_verification == PeerVerification::required)
            return fail(ErrorCode::certificate_required);
        return AfterCertificate(ExpectClientFinished{std::move(finishing), std::nullopt});
    }
    return AfterCertificate(AwaitClientCertificateVerdict{std::move(finishing)});
}

} // namespace

Result<AfterCertificate> ExpectClientCertificate::on(const messages::Certificate& message,
                                                     Context& context) && {
    return accept_certificate(message, std::move(finishing), context);
}

Result<AfterCertificate> ExpectClientCertificate::on(const messages::CompressedCertificate& message,
                                                     Context& context) && {
    PAVISE_LET(const ByteVector body, decompress(message, context.config->certificate_compression));
    PAVISE_LET(const auto certificate, messages::parse_body<messages::Certificate>(body));
    return accept_certificate(certificate, std::move(finishing), context);
}

Result<Next<ExpectClientCertificateVerify>>
AwaitClientCertificateVerdict::on(const CertificateVerdict& verdict, Context& context) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    context.exchange.valid_until = verdict.valid_until;
    return ExpectClientCertificateVerify{std::move(finishing), {verdict.key, verdict.delegated_scheme}};
}

Result<Next<ExpectClientFinished>>
ExpectClientCertificateVerify::on(const messages::CertificateVerify& message, Context& context) && {
    PAVISE_LET(const crypto::Digest hash, finishing.transcript.hash());
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_certificate_verify(message, *client_key.key, Signer::client,
                                         client_key.schemes(context.config->signature_schemes), hash.view()));
    context.exchange.negotiated().peer_signature = message.algorithm;
    finishing.transcript.add(context.exchange.message());
    return ExpectClientFinished{std::move(finishing), authenticated};
}

Result<Next<Connected>> ExpectClientFinished::on(const messages::Finished& message, Context& context) && {
    PAVISE_LET(const crypto::Digest hash, finishing.transcript.hash());
    schedule::MasterStage& stage = finishing.application.stage;
    PAVISE_LET(const FinishedVerified verified,
               verify_finished(message, stage.hmac(), finishing.client_handshake_traffic_secret.view(),
                               hash.view()));
    finishing.transcript.add(context.exchange.message());
    PAVISE_TRY(context.exchange.change_read_keys(Level::application, finishing.suite,
                                                 finishing.application.traffic.client.view(), stage.hmac()));
    PAVISE_LET(const crypto::Digest complete, finishing.transcript.hash());
    PAVISE_LET(HashSecret resumption, stage.resumption_master_secret(complete.view()));
    PAVISE_TRY(send_tickets(finishing.suite, stage.hmac(), resumption.view(), context));
    std::unique_ptr<const schedule::Transcript> kept;
    if (context.post_handshake_auth == PostHandshakeAuth::offered)
        kept = std::make_unique<const schedule::Transcript>(std::move(finishing.transcript));
    const Negotiated& negotiated = context.exchange.negotiated();
    return Connected{verified,
                     finishing.suite,
                     std::move(stage).release_hmac(),
                     std::move(finishing.application.traffic.client),
                     std::move(finishing.application.exporter_master_secret),
                     std::move(resumption),
                     std::move(kept),
                     negotiated.resumed ? CertificateType::x509 : negotiated.peer_certificate_type,
                     {}};
}

} // namespace pavise::handshake::server
