// From the server's Certificate to our CertificateVerify: the server proves who it is, and so do we where it
// asks (RFC 5246 §7.4.2–§7.4.8).
#include "crypto/signature_scheme.hpp"
#include "handshake/client/certificate_wishes.hpp"
#include "handshake/client/ech_answer.hpp"
#include "handshake/client/key_exchange12.hpp"
#include "handshake/client/states.hpp"
#include "handshake/groups12.hpp"
#include "handshake/proof12.hpp"

#include <algorithm>
#include <array>

namespace pavise::handshake::client {

namespace {

// The certificate must be of the kind that the suite names, and an ECDSA key on a curve that we offered: "the
// client … checks that the key type is appropriate for the negotiated key exchange algorithm. (A possible
// reason for a fatal handshake failure is that the client's capabilities for handling elliptic curves … are
// exceeded)" (RFC 8422 §5.3)
Status check_server_key(const crypto::PublicKey& key, const crypto::Suite12& suite,
                        const ClientConfig& config) {
    if (!crypto::can_authenticate(key.type(), suite.authentication))
        return fail(ErrorCode::certificate_does_not_fit_suite);
    const auto curve = ecdsa_curve(key.type());
    if (curve && std::find(config.groups.begin(), config.groups.end(), *curve) == config.groups.end())
        return fail(ErrorCode::curve_not_offered, static_cast<std::uint16_t>(*curve));
    return {};
}

// RFC 5246 §7.4.4: the types of certificate that the server takes, the authorities that it knows, and the
// schemes that it verifies.
std::optional<ChosenCredential> choose_credential(const messages::CertificateRequest12& request,
                                                  CertificateType ours, const ClientConfig& config) {
    CredentialWishes wishes;
    wishes.schemes = request.supported_signature_algorithms; // of the chain as well (RFC 5246 §7.4.4)
    if (!request.certificate_authorities.empty())
        wishes.authorities = messages::CertificateAuthorities{request.certificate_authorities};
    const auto certificates =
        candidates(config.credentials, std::array{ours}, wishes, ChainSignatures::preferred, *config.clock);
    if (!certificates) return std::nullopt;
    KeyFilter12 filter;
    using Type = messages::ClientCertificateType;
    for (const Type type : request.certificate_types) {
        if (type == Type::ecdsa_sign) filter.allow(crypto::Authentication12::ecdsa);
        if (type == Type::rsa_sign) filter.allow(crypto::Authentication12::rsa);
    }
    return choose_credential12(*certificates, config.signature_schemes,
                               request.supported_signature_algorithms, filter);
}

// ClientKeyExchange and the keys that follow from it.
Result<Keyed12> exchange_keys(Handshake12 handshake, const ServerShare12& server_share, Context& context) {
    PAVISE_LET(const SecretVector pre_master_secret,
               send_client_key_exchange(handshake.suite, server_share, handshake.transcript, context));
    return derive_keys12(context.exchange, std::move(handshake), pre_master_secret.view());
}

using AfterOurFinished = Next<ExpectNewSessionTicket12, ExpectChangeCipherSpec12>;
Result<AfterOurFinished> finish_flight(Exchange& exchange, Keyed12 keyed) {
    PAVISE_TRY(send_finished12(exchange, keyed, Signer::client));
    if (keyed.handshake.ticket == TicketPromise::given) return ExpectNewSessionTicket12{std::move(keyed)};
    return ExpectChangeCipherSpec12{std::move(keyed), std::nullopt};
}

// The message is ServerHelloDone, and no certificate of ours is wanted.
Result<AfterOurFinished> answer_anonymously(Handshake12 handshake, const ServerShare12& server_share,
                                            Context& context) {
    PAVISE_TRY(context.exchange.take_turn());
    handshake.transcript.add(context.exchange.message());
    handshake.transcript.forget_messages();
    PAVISE_LET(Keyed12 keyed, exchange_keys(std::move(handshake), server_share, context));
    return finish_flight(context.exchange, std::move(keyed));
}

} // namespace

Result<Next<ExpectCertificateStatusOrKeyExchange12, ExpectServerKeyExchange12>>
ExpectCertificate12::on(const messages::Certificate12& message, Context& context) && {
    // RFC 5246 §7.4.2: "The sender's certificate MUST come first in the list": a server has one.
    if (message.certificate_list.empty()) return fail(ErrorCode::empty_certificate_list);
    remember_peer_chain(context.exchange, message);
    handshake.transcript.add(context.exchange.message());
    if (handshake.status == StatusPromise::given)
        return ExpectCertificateStatusOrKeyExchange12{std::move(handshake)};
    return ExpectServerKeyExchange12{std::move(handshake)};
}

Result<Next<ExpectServerKeyExchange12>>
ExpectRawPublicKey12::on(const messages::RawPublicKeyCertificate12& message, Context& context) && {
    PAVISE_TRY(remember_peer_key(context.exchange, message));
    handshake.transcript.add(context.exchange.message());
    return ExpectServerKeyExchange12{std::move(handshake)};
}

Result<Next<ExpectServerKeyExchange12>>
ExpectCertificateStatusOrKeyExchange12::on(const messages::CertificateStatus& message, Context& context) && {
    context.exchange.negotiated().ocsp_response.assign(message.ocsp_response.begin(),
                                                       message.ocsp_response.end());
    handshake.transcript.add(context.exchange.message());
    return ExpectServerKeyExchange12{std::move(handshake)};
}

Result<Next<AwaitCertificateVerdict12>>
ExpectCertificateStatusOrKeyExchange12::on(const messages::ServerKeyExchange& message, Context& context) && {
    return ExpectServerKeyExchange12{std::move(handshake)}.on(message, context);
}

Result<Next<AwaitCertificateVerdict12>>
ExpectServerKeyExchange12::on(const messages::ServerKeyExchange& message, Context& context) && {
    handshake.transcript.add(context.exchange.message());
    return AwaitCertificateVerdict12{std::move(handshake),
                                     ByteVector(message.body.begin(), message.body.end())};
}

Result<Next<ExpectCertificateRequestOrDone12>>
AwaitCertificateVerdict12::on(const CertificateVerdict& verdict, Context& context) && {
    if (verdict.refusal) return Unexpected(*verdict.refusal);
    if (verdict.key == nullptr) return fail(ErrorCode::internal);
    context.exchange.authenticated_at = context.exchange.clock().now();
    context.exchange.valid_until = verdict.valid_until;
    PAVISE_TRY(check_server_key(*verdict.key, handshake.suite, *context.config));
    PAVISE_LET(SignedShare12 share, read_signed_share(server_key_exchange, handshake.suite, *context.config));
    const ByteVector content = server_key_exchange_content(context.exchange.client_random,
                                                           handshake.server_random, share.signed_params);
    PAVISE_LET(const PeerAuthenticated authenticated,
               verify_signature12(share.signature, *verdict.key, context.config->signature_schemes, content));
    context.exchange.negotiated().peer_signature = share.signature.algorithm;
    return ExpectCertificateRequestOrDone12{std::move(handshake), std::move(share.share), authenticated};
}

Result<Next<ExpectServerHelloDone12>>
ExpectCertificateRequestOrDone12::on(const messages::CertificateRequest12& message, Context& context) && {
    handshake.transcript.add(context.exchange.message());
    context.exchange.negotiated().certificate_wishes = wishes_of(message);
    std::optional<ChosenCredential> chosen;
    // "If the server requests a client certificate, the client MUST respond with an empty Certificate
    // message" where it has rejected ECH (RFC 9849 §6.1.7).
    if (!ech_was_rejected(context))
        chosen =
            choose_credential(message, context.exchange.negotiated().local_certificate_type, *context.config);
    return ExpectServerHelloDone12{std::move(handshake), std::move(server_share), server_authenticated,
                                   std::move(chosen)};
}

Result<AfterOurFinished> ExpectCertificateRequestOrDone12::on(const messages::ServerHelloDone&,
                                                              Context& context) && {
    return answer_anonymously(std::move(handshake), server_share, context);
}

Result<Next<ExpectPskServerHelloDone12>>
ExpectPskKeyExchange12::on(const messages::ServerKeyExchange& message, Context& context) && {
    PAVISE_LET(ServerShare12 share, read_psk_share(message.body, handshake.suite, *context.config));
    handshake.transcript.add(context.exchange.message());
    return ExpectPskServerHelloDone12{std::move(handshake), std::move(share)};
}

Result<Next<ExpectPskServerHelloDone12>>
ExpectPskKeyExchangeOrDone12::on(const messages::ServerKeyExchange& message, Context& context) && {
    PAVISE_LET(ServerShare12 share, read_psk_share(message.body, handshake.suite, *context.config));
    handshake.transcript.add(context.exchange.message());
    return ExpectPskServerHelloDone12{std::move(handshake), std::move(share)};
}

Result<AfterOurFinished> ExpectPskKeyExchangeOrDone12::on(const messages::ServerHelloDone&,
                                                          Context& context) && {
    return answer_anonymously(std::move(handshake), {}, context);
}

Result<AfterOurFinished> ExpectPskServerHelloDone12::on(const messages::ServerHelloDone&,
                                                        Context& context) && {
    return answer_anonymously(std::move(handshake), server_share, context);
}

Result<Next<AwaitSignature12, ExpectNewSessionTicket12, ExpectChangeCipherSpec12>>
ExpectServerHelloDone12::on(const messages::ServerHelloDone&, Context& context) && {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(exchange.take_turn());
    handshake.transcript.add(exchange.message());
    PAVISE_TRY(
        send_certificate12(exchange, chosen ? chosen->credential.data() : nullptr, handshake.transcript));
    PAVISE_LET(Keyed12 keyed, exchange_keys(std::move(handshake), server_share, context));
    if (!chosen) {
        keyed.handshake.transcript.forget_messages();
        PAVISE_LET(auto next, finish_flight(exchange, std::move(keyed)));
        return next;
    }
    context.signature =
        PendingSignature{chosen->credential, chosen->scheme, keyed.handshake.transcript.messages()};
    keyed.handshake.transcript.forget_messages();
    return AwaitSignature12{std::move(keyed)};
}

Result<AfterOurFinished> AwaitSignature12::on(const Signature& signature, Context& context) && {
    Exchange& exchange = context.exchange;
    const SignatureScheme scheme = context.signature->scheme;
    PAVISE_TRY(
        send12(exchange, messages::CertificateVerify{scheme, signature.value}, keyed.handshake.transcript));
    exchange.negotiated().local_signature = scheme;
    exchange.negotiated().local_credential = context.signature->credential;
    context.signature.reset();
    return finish_flight(exchange, std::move(keyed));
}

} // namespace pavise::handshake::client
