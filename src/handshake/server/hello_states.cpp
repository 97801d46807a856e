// From the ClientHello to our Finished (RFC 8446 §4.1, §4.3, §4.4).
#include "handshake/server/flight13.hpp"
#include "messages/message.hpp"

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

Result<ClientHello> parse_kept(Bytes message) {
    return messages::parse_body<ClientHello>(message.subspan(messages::handshake_header_size));
}

} // namespace

Result<Next<AwaitConfig>> ExpectClientHello::on(const ClientHello& hello, Context& context) && {
    const Bytes message = context.exchange.message();
    context.exchange.client_random = hello.random;
    context.client_hello.assign(message.begin(), message.end());
    return AwaitConfig{};
}

Result<Next<ExpectSecondClientHello, AwaitSignature>> AwaitConfig::on(const ConfigChosen& choice,
                                                                      Context& context) && {
    if (choice.config == nullptr) return fail(ErrorCode::bad_config);
    context.config = choice.config;
    ByteVector message = std::exchange(context.client_hello, {});
    PAVISE_LET(const ClientHello hello, parse_kept(message));
    PAVISE_TRY(choose_version(hello, *context.config));
    PAVISE_TRY(check_hello13(hello));
    PAVISE_LET(const crypto::Suite13 suite, choose_suite13(hello, *context.config));
    PAVISE_LET(const ChosenGroup group, choose_group(hello, *context.config));
    PAVISE_LET(auto transcript, schedule::Transcript::start(context.exchange.provider(), suite.hash));
    transcript.add(message);
    if (group.client_share) {
        PAVISE_LET(auto next, send_flight(hello, suite, group, std::move(transcript), context));
        return next;
    }
    PAVISE_TRY(transcript.restart_with_message_hash());
    PAVISE_LET(ByteVector cookie, send_hello_retry_request(hello, suite, group.group, transcript, context));
    context.exchange.negotiated().hello_retry = true;
    return ExpectSecondClientHello{std::move(message), suite, group.group, std::move(cookie),
                                   std::move(transcript)};
}

Result<Next<AwaitSignature>> ExpectSecondClientHello::on(const ClientHello& hello, Context& context) && {
    PAVISE_LET(const ClientHello first, parse_kept(first_hello));
    PAVISE_TRY(choose_version(hello, *context.config));
    PAVISE_TRY(check_hello13(hello));
    PAVISE_TRY(check_second_hello(first, hello, group, cookie));
    PAVISE_LET(const auto chosen, choose_group(hello, *context.config));
    if (chosen.group != group || !chosen.client_share) return fail(ErrorCode::retry_not_answered);
    transcript.add(context.exchange.message());
    PAVISE_LET(auto next, send_flight(hello, suite, chosen, std::move(transcript), context));
    return next;
}

Result<Next<ExpectClientCertificate, ExpectClientFinished>> AwaitSignature::on(const Signature& signature,
                                                                               Context& context) && {
    Exchange& exchange = context.exchange;
    const SignatureScheme scheme = context.signature->scheme;
    PAVISE_TRY(exchange.send(messages::CertificateVerify{scheme, signature.value}, &handshake.transcript));
    exchange.negotiated().local_signature = scheme;
    context.signature.reset();
    PAVISE_TRY(send_finished(exchange, handshake.stage.hmac(), handshake.secrets.server.view(),
                             handshake.transcript));
    PAVISE_LET(ApplicationSecrets application,
               begin_application13(exchange, std::move(handshake.stage), handshake.transcript));
    PAVISE_TRY(exchange.transport().install_write_secret(
        Level::application, handshake.suite, application.traffic.server.view(), application.stage.hmac()));
    Finishing13 finishing{handshake.suite, std::move(handshake.transcript),
                          std::move(handshake.secrets.client), std::move(application)};
    if (context.config->client_verification != PeerVerification::none)
        return ExpectClientCertificate{std::move(finishing)};
    return ExpectClientFinished{std::move(finishing), std::nullopt};
}

} // namespace pavise::handshake::server
