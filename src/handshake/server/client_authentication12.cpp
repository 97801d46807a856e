// The client's second flight up to its CertificateVerify (RFC 5246 §7.4.6–§7.4.8).
#include "handshake/proof12.hpp"
#include "handshake/server/states.hpp"

namespace pavise::handshake::server {

namespace {

// The message is the one being handled. A public value that is no point of the curve is bad_key_share (RFC
// 8422 §5.7, §5.11).
Result<Keyed12> accept_client_key_exchange(const messages::ClientKeyExchange& message, Handshake12 handshake,
                                           crypto::KeyShare& share, Context& context) {
    PAVISE_LET(const auto exchange, messages::EcdheClientKeyExchange::parse(message.body));
    PAVISE_LET(const SecretVector pre_master_secret, share.agree(exchange.value));
    handshake.transcript.add(context.exchange.message());
    return derive_keys12(context.exchange, std::move(handshake), pre_master_secret.view());
}

} // namespace

Result<Next<AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>>
ExpectClientCertificate12::on(const messages::Certificate12& message, Context& context) && {
    handshake.transcript.add(context.exchange.message());
    if (message.certificate_list.empty()) {
        // "If the client does not send any certificates, the server MAY at its discretion either continue the
        // handshake without client authentication, or respond with a fatal handshake_failure alert." (RFC
        // 5246 §7.4.6)
        if (context.config->client_verification == PeerVerification::required)
            return fail(ErrorCode::certificate_required12);
        handshake.transcript.forget_messages();
        return ExpectClientKeyExchange12{std::move(handshake), std::move(share)};
    }
    remember_peer_chain(context.exchange, message);
    return AwaitClientCertificateVerdict12{std::move(handshake), std::move(share)};
}

Result<Next<ExpectClientKeyExchangeWithCertificate12>>
AwaitClientCertificateVerdict12::on(const CertificateVerdict& verdict, Context& context) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    context.exchange.valid_until = verdict.valid_until;
    return ExpectClientKeyExchangeWithCertificate12{std::move(handshake), std::move(share), verdict.key};
}

Result<Next<ExpectChangeCipherSpec12>>
ExpectClientKeyExchange12::on(const messages::ClientKeyExchange& message, Context& context) && {
    PAVISE_LET(Keyed12 keyed, accept_client_key_exchange(message, std::move(handshake), *share, context));
    return ExpectChangeCipherSpec12{std::move(keyed), std::nullopt};
}

Result<Next<ExpectClientCertificateVerify12>>
ExpectClientKeyExchangeWithCertificate12::on(const messages::ClientKeyExchange& message,
                                             Context& context) && {
    PAVISE_LET(Keyed12 keyed, accept_client_key_exchange(message, std::move(handshake), *share, context));
    return ExpectClientCertificateVerify12{std::move(keyed), std::move(client_key)};
}

Result<Next<ExpectChangeCipherSpec12>>
ExpectClientCertificateVerify12::on(const messages::CertificateVerify& message, Context& context) && {
    Transcript12& transcript = keyed.handshake.transcript;
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_signature12({message.algorithm, message.signature}, *client_key,
                                  context.config->signature_schemes, transcript.messages()));
    context.exchange.negotiated().peer_signature = message.algorithm;
    transcript.forget_messages();
    transcript.add(context.exchange.message());
    return ExpectChangeCipherSpec12{std::move(keyed), authenticated};
}

} // namespace pavise::handshake::server
