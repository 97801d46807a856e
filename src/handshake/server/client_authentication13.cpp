// The client's second flight: its certificate, where we asked for one, and its Finished (RFC 8446 §4.4).
#include "handshake/certificate13.hpp"
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

Result<Next<AwaitClientCertificateVerdict, ExpectClientFinished>>
ExpectClientCertificate::on(const messages::Certificate& message, Context& context) && {
    // The context echoes that of our CertificateRequest, which is empty during the handshake (§4.3.2,
    // §4.4.2).
    if (!message.certificate_request_context.empty()) return fail(ErrorCode::certificate_request_context);
    // We asked for no extension in CertificateRequest that a Certificate could answer.
    PAVISE_TRY(accept_chain(context.exchange, message, {}));
    finishing.transcript.add(context.exchange.message());
    if (message.certificate_list.empty()) {
        // "… if [client authentication is] required, … the server MUST abort the handshake with a
        // 'certificate_required' alert" (§4.4.2.4)
        if (context.config->client_verification == PeerVerification::required)
            return fail(ErrorCode::certificate_required);
        return ExpectClientFinished{std::move(finishing), std::nullopt};
    }
    return AwaitClientCertificateVerdict{std::move(finishing)};
}

Result<Next<ExpectClientCertificateVerify>>
AwaitClientCertificateVerdict::on(const CertificateVerdict& verdict, Context& context) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    context.exchange.valid_until = verdict.valid_until;
    return ExpectClientCertificateVerify{std::move(finishing), verdict.key};
}

Result<Next<ExpectClientFinished>>
ExpectClientCertificateVerify::on(const messages::CertificateVerify& message, Context& context) && {
    PAVISE_LET(const crypto::Digest hash, finishing.transcript.hash());
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_certificate_verify(message, *client_key, Signer::client,
                                         context.config->signature_schemes, hash.view()));
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
    return Connected{verified,
                     finishing.suite,
                     std::move(stage).release_hmac(),
                     std::move(finishing.application.traffic.client),
                     std::move(finishing.application.exporter_master_secret),
                     std::move(resumption)};
}

} // namespace pavise::handshake::server
