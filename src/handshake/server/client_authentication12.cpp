// The client's second flight up to its CertificateVerify (RFC 5246 §7.4.6–§7.4.8).
#include "handshake/proof12.hpp"
#include "handshake/server/key_exchange12.hpp"
#include "handshake/server/states.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

// The message is the one being handled.
Result<Keyed12> accept_client_key_exchange(const messages::ClientKeyExchange& message, Handshake12 handshake,
                                           const OwnShare12& own, Context& context) {
    PAVISE_LET(const ClientShare12 theirs, read_client_share(message, handshake.suite.key_exchange));
    PAVISE_LET(const SecretVector pre_master_secret, agree12(own, theirs.public_value));
    handshake.transcript.add(context.exchange.message());
    return derive_keys12(context.exchange, std::move(handshake), pre_master_secret.view());
}

ByteVector copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

} // namespace

using AfterCertificate12 = Next<AwaitClientCertificateVerdict12, ExpectClientKeyExchange12>;

namespace {

// "If the client does not send any certificates, the server MAY at its discretion either continue the
// handshake without client authentication, or respond with a fatal handshake_failure alert." (RFC 5246
// §7.4.6)
Result<AfterCertificate12> accept_anonymous(Handshake12 handshake, OwnShare12 share, const Context& context) {
    if (context.config->client_verification == PeerVerification::required)
        return fail(ErrorCode::certificate_required12);
    handshake.transcript.forget_messages();
    return AfterCertificate12(ExpectClientKeyExchange12{std::move(handshake), std::move(share)});
}

} // namespace

Result<AfterCertificate12> ExpectClientCertificate12::on(const messages::Certificate12& message,
                                                         Context& context) && {
    handshake.transcript.add(context.exchange.message());
    if (message.certificate_list.empty())
        return accept_anonymous(std::move(handshake), std::move(share), context);
    remember_peer_chain(context.exchange, message);
    return AwaitClientCertificateVerdict12{std::move(handshake), std::move(share)};
}

Result<AfterCertificate12> ExpectClientRawPublicKey12::on(const messages::RawPublicKeyCertificate12& message,
                                                          Context& context) && {
    handshake.transcript.add(context.exchange.message());
    if (message.subject_public_key_info.empty())
        return accept_anonymous(std::move(handshake), std::move(share), context);
    PAVISE_TRY(remember_peer_key(context.exchange, message));
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
    PAVISE_LET(Keyed12 keyed, accept_client_key_exchange(message, std::move(handshake), share, context));
    return ExpectChangeCipherSpec12{std::move(keyed), std::nullopt};
}

Result<Next<ExpectClientCertificateVerify12>>
ExpectClientKeyExchangeWithCertificate12::on(const messages::ClientKeyExchange& message,
                                             Context& context) && {
    PAVISE_LET(Keyed12 keyed, accept_client_key_exchange(message, std::move(handshake), share, context));
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

Result<Next<AwaitPsk12>> ExpectPskClientKeyExchange12::on(const messages::ClientKeyExchange& message,
                                                          Context& context) && {
    PAVISE_LET(const ClientShare12 theirs, read_client_share(message, handshake.suite.key_exchange));
    handshake.transcript.add(context.exchange.message());
    AwaitPsk12 next{std::move(handshake), std::move(share), copy(theirs.psk_identity),
                    copy(theirs.public_value)};
    context.psk_offer.identities = {next.identity}; // whose bytes stay where they are when the state moves
    return next;
}

Result<Next<ExpectChangeCipherSpec12>> AwaitPsk12::on(const PskChosen& choice, Context& context) && {
    context.psk_offer.identities.clear();
    // A key as it is: neither one for import nor a session of TLS 1.3, whatever it is called.
    const auto found = std::ranges::find_if(choice.found, [](const PskChosen::Found& candidate) {
        return candidate.psk.kind == schedule::PskKind::external && candidate.psk.session == nullptr;
    });
    // "If the server does not recognize the PSK identity, it MAY respond with an 'unknown_psk_identity' alert
    // message." (RFC 4279 §2)
    if (found == choice.found.end()) return fail(ErrorCode::unknown_psk_identity);
    PAVISE_LET(const SecretVector other_secret, agree12(share, client_value));
    PAVISE_LET(const SecretVector pre_master_secret,
               pre_master_secret_with_psk(handshake.suite, other_secret.view(), found->psk.secret.view()));
    context.exchange.negotiated().psk_identity = found->psk.external_identity;
    PAVISE_LET(Keyed12 keyed,
               derive_keys12(context.exchange, std::move(handshake), pre_master_secret.view()));
    return ExpectChangeCipherSpec12{std::move(keyed), authenticated_by_psk(found->psk)};
}

} // namespace pavise::handshake::server
