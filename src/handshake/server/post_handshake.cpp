// A client that is asked for a certificate after the handshake (RFC 8446 §4.6.2).
#include "handshake/certificate13.hpp"
#include "handshake/server/certificate_request.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

// Each keeps a hash of the handshake until it is answered.
constexpr std::size_t max_open_requests = 8;
// "unpredictable to the client (e.g., by randomly generating it)" (§4.3.2), and unique.
constexpr std::size_t request_context_size = 32;

using AfterCertificate = Next<AwaitPostHandshakeVerdict, ExpectPostHandshakeFinished>;

// "a client which receives multiple CertificateRequest messages in close succession MAY respond to them in a
// different order than they were received" (§4.6.2)
Result<OpenRequest> take_request(Connected& connected, Bytes context) {
    const auto request = std::ranges::find_if(connected.requests, [&](const OpenRequest& open) {
        return std::ranges::equal(open.context, context);
    });
    if (request == connected.requests.end()) return fail(ErrorCode::certificate_request_context);
    OpenRequest taken = std::move(*request);
    connected.requests.erase(request);
    return taken;
}

Result<AfterCertificate> accept_certificate(const messages::Certificate& message, Connected connected,
                                            Context& context) {
    PAVISE_LET(OpenRequest request, take_request(connected, message.certificate_request_context));
    auto answer = std::make_unique<Answer>(Answer{std::move(request), {}});
    answer->shown.peer_certificate_type = connected.client_certificate_type;
    PAVISE_TRY(accept_chain(message, answerable(*context.config), answer->shown));
    answer->request.transcript.add(context.exchange.message());
    if (!message.certificate_list.empty())
        return AfterCertificate(AwaitPostHandshakeVerdict{std::move(connected), std::move(answer)});
    // "Clients which choose not to authenticate … MUST respond with a Certificate message containing no
    // certificates, followed by Finished" (§4.6.2); what that means is ours to say (§4.4.2.4).
    if (answer->request.how == PeerVerification::required) return fail(ErrorCode::certificate_required);
    return AfterCertificate(
        ExpectPostHandshakeFinished{std::move(connected), std::move(answer), std::nullopt});
}

} // namespace

Status request_certificate(Connected& connected, PeerVerification how, Context& context) {
    // "When the client has sent the 'post_handshake_auth' extension …, a server MAY request certificate-based
    // client authentication at any time after the handshake has completed" (§4.6.2)
    if (connected.handshake_transcript == nullptr) return fail(ErrorCode::post_handshake_auth_not_offered);
    if (connected.requests.size() == max_open_requests) return fail(ErrorCode::too_many_certificate_requests);
    PAVISE_LET(schedule::Transcript transcript, connected.handshake_transcript->fork());
    ByteVector request_context(request_context_size);
    PAVISE_TRY(context.exchange.rng().fill(request_context));
    PAVISE_TRY(send_certificate_request(request_context, transcript, context));
    connected.requests.push_back({std::move(request_context), std::move(transcript), how});
    return {};
}

Result<AfterCertificate> Connected::on(const messages::Certificate& message, Context& context) && {
    return accept_certificate(message, std::move(*this), context);
}

Result<AfterCertificate> Connected::on(const messages::CompressedCertificate& message, Context& context) && {
    PAVISE_LET(const ByteVector body, decompress(message, context.config->certificate_compression));
    PAVISE_LET(const auto certificate, messages::parse_body<messages::Certificate>(body));
    return accept_certificate(certificate, std::move(*this), context);
}

Result<Next<ExpectPostHandshakeCertificateVerify>>
AwaitPostHandshakeVerdict::on(const CertificateVerdict& verdict, Context&) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    return ExpectPostHandshakeCertificateVerify{
        std::move(connected), std::move(answer), {verdict.key, verdict.delegated_scheme}};
}

Result<Next<ExpectPostHandshakeFinished>>
ExpectPostHandshakeCertificateVerify::on(const messages::CertificateVerify& message, Context& context) && {
    schedule::Transcript& transcript = answer->request.transcript;
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_certificate_verify(message, *client_key.key, Signer::client,
                                         client_key.schemes(context.config->signature_schemes), hash.view()));
    answer->shown.peer_signature = message.algorithm;
    transcript.add(context.exchange.message());
    return ExpectPostHandshakeFinished{std::move(connected), std::move(answer), authenticated};
}

Result<Next<Connected>> ExpectPostHandshakeFinished::on(const messages::Finished& message,
                                                        Context& context) && {
    PAVISE_LET(const crypto::Digest hash, answer->request.transcript.hash());
    // "Post-Handshake … Base Key: client_application_traffic_secret_N" (§4.4)
    PAVISE_TRY(verify_finished(message, *connected.hmac, connected.client_application_traffic_secret.view(),
                               hash.view()));
    if (client_authenticated) {
        Negotiated& negotiated = context.exchange.negotiated();
        Negotiated& shown = answer->shown;
        negotiated.peer_certificate_type = shown.peer_certificate_type;
        negotiated.peer_signature = shown.peer_signature;
        negotiated.peer_chain = std::move(shown.peer_chain);
        negotiated.verified_chain = std::move(shown.verified_chain);
        negotiated.ocsp_response = std::move(shown.ocsp_response);
        negotiated.issuer_ocsp_responses = std::move(shown.issuer_ocsp_responses);
        negotiated.certificate_timestamps = std::move(shown.certificate_timestamps);
        negotiated.peer_delegated_credential = std::move(shown.peer_delegated_credential);
    }
    return std::move(connected);
}

} // namespace pavise::handshake::server
