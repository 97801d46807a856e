#include "handshake/server/flight13.hpp"

#include "handshake/certificate13.hpp"
#include "handshake/quic.hpp"
#include "handshake/server/certificate_request.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/server_hello.hpp"
#include "schedule/key_log.hpp"

namespace pavise::handshake::server {

namespace {

// Of a HelloRetryRequest as it was really sent, should a Tap have rewritten it.
ByteVector cookie_in(Bytes message) {
    const auto sent =
        messages::parse_body<messages::ServerHello>(message.subspan(messages::handshake_header_size));
    if (!sent) return {};
    const auto cookie = sent->extensions.get<messages::Cookie>();
    if (!cookie || !*cookie) return {};
    return {(*cookie)->cookie.begin(), (*cookie)->cookie.end()};
}

messages::ServerHello answer_to(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                const messages::Random& random, Bytes extensions) {
    messages::ServerHello answer;
    answer.random = random;
    answer.legacy_session_id_echo = hello.legacy_session_id;
    answer.cipher_suite = suite.id;
    answer.extensions = messages::Extensions::from_block(extensions);
    return answer;
}

// How much early data we drop: what we would take ourselves, or what the client's ticket let it send.
std::size_t skippable(const Context& context) {
    return max_skipped_early_data +
           std::max<std::size_t>(context.config->max_early_data, context.skippable_early_data);
}

// Writes a ServerHello or HelloRetryRequest into Exchange::outgoing().
Status write_answer(const messages::ServerHello& answer, Exchange& exchange) {
    exchange.outgoing().clear();
    wire::Writer writer(exchange.outgoing());
    messages::write_message(writer, answer);
    return writer.status();
}

// The record that quiets middleboxes follows our first message, ServerHello or HelloRetryRequest (§D.4), when
// the client wants the compatibility: it then sent a session id.
Status send_compatibility_record(const messages::ClientHello& hello, Context& context) {
    if (context.config->middlebox_compatibility == MiddleboxCompatibility::off ||
        hello.legacy_session_id.empty())
        return {};
    return context.exchange.transport().send_change_cipher_spec();
}

// `share`: nothing in psk_ke. `psk`: the index of the one that was chosen.
Status send_server_hello(Agreement& agreement, const std::optional<messages::KeyShareEntry>& share,
                         std::optional<std::uint16_t> psk, Context& context) {
    messages::Random random{};
    PAVISE_TRY(context.exchange.rng().fill(random));
    ByteVector block;
    block.reserve(usual_extensions_size);
    wire::Writer writer(block);
    if (share) messages::write_extension(writer, messages::KeyShareServerHello{*share});
    messages::write_extension(writer, messages::SelectedVersion{ProtocolVersion::tls_1_3});
    if (psk) messages::write_extension(writer, messages::SelectedPsk{*psk});
    PAVISE_TRY(write_answer(answer_to(agreement.hello, agreement.suite, random, block), context.exchange));
    PAVISE_TRY(confirm_server_hello(agreement.transcript, context));
    PAVISE_TRY(context.exchange.send_written(HandshakeType::server_hello, &agreement.transcript));
    if (context.exchange.negotiated().hello_retry) return {};
    return send_compatibility_record(agreement.hello, context);
}

Status send_encrypted_extensions(const messages::ClientHello& hello, schedule::Transcript& transcript,
                                 Context& context) {
    const Negotiated& negotiated = context.exchange.negotiated();
    const bool answers_psk = negotiated.resumed || !negotiated.psk_identity.empty();
    ByteVector block;
    block.reserve(usual_extensions_size);
    wire::Writer writer(block);
    PAVISE_TRY(answer_record_sizes(hello, *context.config, context.exchange, writer));
    // RFC 6066 §3: the acknowledgement of a server_name "SHALL" be sent by a server that used it; "when
    // resuming a session, the server MUST NOT include a server_name extension".
    if (hello.extensions.contains(ExtensionType::server_name) && !negotiated.resumed &&
        context.config->server_name_ack == ServerNameAck::on)
        messages::write_extension(writer, messages::ServerNameAck{});
    if (const auto quic = context.exchange.transport().quic_parameters())
        messages::write_extension(writer, messages::QuicTransportParameters{*quic});
    write_retry_configs(writer, context);
    if (!negotiated.alpn_protocol.empty())
        messages::write_extension(writer, messages::AlpnSelected{as_bytes(negotiated.alpn_protocol)});
    if (negotiated.early_data == EarlyDataStatus::accepted)
        messages::write_extension(writer, messages::EarlyData{});
    if (negotiated.resumed)
        PAVISE_TRY(repeat_certificate_type(writer, hello, negotiated));
    else if (!answers_psk)
        write_certificate_types(writer, hello, *context.config, negotiated);
    PAVISE_TRY(writer.status());
    return context.exchange.send(messages::EncryptedExtensions{messages::Extensions::from_block(block)},
                                 &transcript);
}

} // namespace

Result<ByteVector> send_hello_retry_request(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                            NamedGroup group, schedule::Transcript& transcript,
                                            Context& context) {
    ByteVector block;
    block.reserve(usual_extensions_size);
    wire::Writer writer(block);
    messages::write_extension(writer, messages::SelectedVersion{ProtocolVersion::tls_1_3});
    messages::write_extension(writer, messages::KeyShareHelloRetryRequest{group});
    PAVISE_TRY(write_retry_ech(writer, context));
    PAVISE_TRY(
        write_answer(answer_to(hello, suite, messages::hello_retry_request_random, block), context.exchange));
    PAVISE_TRY(confirm_retry(transcript, context));
    PAVISE_TRY(context.exchange.send_written(HandshakeType::server_hello, &transcript));
    ByteVector cookie = cookie_in(context.exchange.outgoing());
    // Early data that is already under way is dropped (§4.2.10).
    if (hello.extensions.contains(ExtensionType::early_data)) {
        context.exchange.negotiated().early_data = EarlyDataStatus::rejected;
        context.exchange.transport().skip_early_data(skippable(context));
    }
    PAVISE_TRY(send_compatibility_record(hello, context));
    return cookie;
}

namespace {

// ServerHello and the keys that it brings. `psk`: null for none.
Result<Handshake13> begin_flight(Agreement& agreement, const AcceptedPsk* psk, Context& context) {
    Exchange& exchange = context.exchange;
    Negotiated& negotiated = exchange.negotiated();
    negotiated.version = ProtocolVersion::tls_1_3;
    negotiated.cipher_suite = agreement.suite.id;
    std::optional<std::uint16_t> index;
    if (psk != nullptr) index = psk->index;

    std::optional<messages::KeyShareEntry> share;
    crypto::KeyShareAnswer answer{{}, SecretVector(schedule::hash_length_zeros(agreement.suite.hash))};
    if (agreement.group.client_share) {
        PAVISE_LET(answer, exchange.provider().answer_key_share(
                               agreement.group.group, *agreement.group.client_share, exchange.rng()));
        share = {agreement.group.group, answer.public_value};
        negotiated.group = agreement.group.group;
    }
    PAVISE_TRY(send_server_hello(agreement, share, index, context));
    PAVISE_LET(schedule::EarlyStage early,
               psk != nullptr ? schedule::EarlyStage::start(exchange.provider(), agreement.suite.hash,
                                                            psk->psk.secret.view())
                              : schedule::EarlyStage::start(exchange.provider(), agreement.suite.hash));
    PAVISE_LET(Handshake13 handshake,
               begin_handshake13(exchange, agreement.suite, std::move(early), answer.secret.view(),
                                 std::move(agreement.transcript)));
    PAVISE_TRY(exchange.transport().install_write_secret(
        Level::handshake, agreement.suite, handshake.secrets.server.view(), handshake.stage.hmac()));
    return handshake;
}

// What comes next from a client that sends no early data, or whose early data we cannot or will not read.
Status read_handshake(const messages::ClientHello& hello, const Handshake13& handshake, Context& context) {
    PAVISE_TRY(context.exchange.change_read_keys(Level::handshake, handshake.suite,
                                                 handshake.secrets.client.view(), handshake.stage.hmac()));
    Negotiated& negotiated = context.exchange.negotiated();
    if (hello.extensions.contains(ExtensionType::early_data) &&
        negotiated.early_data != EarlyDataStatus::accepted) {
        negotiated.early_data = EarlyDataStatus::rejected;
        context.exchange.transport().skip_early_data(skippable(context));
    }
    return {};
}

// The keys of the early data: from the PSK and the ClientHello alone (§4.2.10, §7.1).
Status read_early_data(const Agreement& agreement, const Psk& psk, Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_LET(const auto early,
               schedule::EarlyStage::start(exchange.provider(), agreement.suite.hash, psk.secret.view()));
    PAVISE_LET(const crypto::Digest hash, agreement.transcript.hash());
    PAVISE_LET(const HashSecret secret, early.client_early_traffic_secret(hash.view()));
    exchange.log_secret(schedule::key_log_label::client_early_traffic_secret, secret.view());
    exchange.negotiated().early_data = EarlyDataStatus::accepted;
    exchange.transport().expect_early_data(psk.session->max_early_data);
    return exchange.change_read_keys(Level::early_data, agreement.suite, secret.view(), early.hmac());
}

} // namespace

Result<AwaitSignature> send_certificate_flight(Agreement agreement, Context& context) {
    if (!agreement.group.client_share) return fail(ErrorCode::missing_key_share);
    PAVISE_LET(ChosenCredential chosen, choose_server_credential(agreement.hello, *context.config));
    Negotiated& negotiated = context.exchange.negotiated();
    PAVISE_TRY(
        negotiate_certificate_types(agreement.hello, *chosen.credential.data(), *context.config, negotiated));
    PAVISE_LET(const CertificateForm form,
               CertificateForm::in_client_hello(agreement.hello.extensions,
                                                context.config->certificate_compression));
    PAVISE_LET(Handshake13 handshake, begin_flight(agreement, nullptr, context));
    PAVISE_TRY(read_handshake(agreement.hello, handshake, context));
    PAVISE_TRY(send_encrypted_extensions(agreement.hello, handshake.transcript, context));
    if (context.config->client_verification != PeerVerification::none)
        PAVISE_TRY(send_certificate_request({}, handshake.transcript, context));
    PAVISE_TRY(send_certificate(context.exchange, chosen.credential.data(), form, handshake.transcript));
    PAVISE_LET(const crypto::Digest hash, handshake.transcript.hash());
    context.signature = PendingSignature{std::move(chosen.credential), chosen.scheme,
                                         certificate_verify_content(Signer::server, hash.view())};
    return AwaitSignature{std::move(handshake)};
}

Result<Finishing13> send_psk_flight(Agreement agreement, const AcceptedPsk& accepted, Context& context) {
    if (accepted.early_data == EarlyDataStatus::accepted)
        PAVISE_TRY(read_early_data(agreement, accepted.psk, context));
    PAVISE_LET(Handshake13 handshake, begin_flight(agreement, &accepted, context));
    if (accepted.early_data != EarlyDataStatus::accepted || over_quic(context.exchange))
        PAVISE_TRY(read_handshake(agreement.hello, handshake, context));
    PAVISE_TRY(send_encrypted_extensions(agreement.hello, handshake.transcript, context));
    return finish_flight(std::move(handshake), context);
}

Result<Finishing13> finish_flight(Handshake13 handshake, Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(send_finished(exchange, handshake.stage.hmac(), handshake.secrets.server.view(),
                             handshake.transcript));
    PAVISE_LET(ApplicationSecrets application,
               begin_application13(exchange, std::move(handshake.stage), handshake.transcript));
    PAVISE_TRY(exchange.transport().install_write_secret(
        Level::application, handshake.suite, application.traffic.server.view(), application.stage.hmac()));
    return Finishing13{handshake.suite, std::move(handshake.transcript), std::move(handshake.secrets.client),
                       std::move(application)};
}

} // namespace pavise::handshake::server
