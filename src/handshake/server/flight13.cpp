#include "handshake/server/flight13.hpp"

#include "messages/certificate_request13.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/server_hello.hpp"

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

// The record that quiets middleboxes follows our first message, ServerHello or HelloRetryRequest (§D.4), when
// the client wants the compatibility: it then sent a session id.
Status send_compatibility_record(const messages::ClientHello& hello, Context& context) {
    if (context.config->middlebox_compatibility == MiddleboxCompatibility::off ||
        hello.legacy_session_id.empty())
        return {};
    return context.exchange.transport().send_change_cipher_spec();
}

Status send_server_hello(const messages::ClientHello& hello, const crypto::Suite13& suite,
                         const messages::KeyShareEntry& share, schedule::Transcript& transcript,
                         Context& context) {
    messages::Random random{};
    PAVISE_TRY(context.exchange.rng().fill(random));
    ByteVector block;
    wire::Writer writer(block);
    messages::write_extension(writer, messages::KeyShareServerHello{share});
    messages::write_extension(writer, messages::SelectedVersion{ProtocolVersion::tls_1_3});
    return context.exchange.send(answer_to(hello, suite, random, block), &transcript);
}

Status send_encrypted_extensions(const messages::ClientHello& hello, schedule::Transcript& transcript,
                                 Context& context) {
    const Negotiated& negotiated = context.exchange.negotiated();
    ByteVector block;
    wire::Writer writer(block);
    // RFC 6066 §3: the acknowledgement of a server_name "SHALL" be sent by a server that used it.
    if (hello.extensions.contains(ExtensionType::server_name))
        messages::write_extension(writer, messages::ServerNameAck{});
    if (!negotiated.alpn_protocol.empty())
        messages::write_extension(writer, messages::AlpnSelected{as_bytes(negotiated.alpn_protocol)});
    PAVISE_TRY(writer.status());
    return context.exchange.send(messages::EncryptedExtensions{messages::Extensions::from_block(block)},
                                 &transcript);
}

Status send_certificate_request(schedule::Transcript& transcript, Context& context) {
    ByteVector block;
    wire::Writer writer(block);
    messages::write_extension(writer, messages::SignatureAlgorithms{context.config->signature_schemes});
    PAVISE_TRY(writer.status());
    return context.exchange.send(messages::CertificateRequest{{}, messages::Extensions::from_block(block)},
                                 &transcript);
}

Status send_certificate(const Credential& credential, schedule::Transcript& transcript, Context& context) {
    std::vector<messages::CertificateEntry> entries;
    for (const ByteVector& certificate : credential.data()->chain) entries.push_back({certificate, {}});
    return context.exchange.send(messages::Certificate{{}, entries}, &transcript);
}

} // namespace

Result<ByteVector> send_hello_retry_request(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                            NamedGroup group, schedule::Transcript& transcript,
                                            Context& context) {
    ByteVector block;
    wire::Writer writer(block);
    messages::write_extension(writer, messages::SelectedVersion{ProtocolVersion::tls_1_3});
    messages::write_extension(writer, messages::KeyShareHelloRetryRequest{group});
    PAVISE_TRY(context.exchange.send(answer_to(hello, suite, messages::hello_retry_request_random, block),
                                     &transcript));
    ByteVector cookie = cookie_in(context.exchange.outgoing());
    PAVISE_TRY(send_compatibility_record(hello, context));
    return cookie;
}

Result<AwaitSignature> send_flight(const messages::ClientHello& hello, const crypto::Suite13& suite,
                                   const ChosenGroup& group, schedule::Transcript transcript,
                                   Context& context) {
    Exchange& exchange = context.exchange;
    Negotiated& negotiated = exchange.negotiated();
    PAVISE_TRY(negotiate_names(hello, *context.config, negotiated));
    PAVISE_LET(ChosenCredential chosen, choose_server_credential(hello, *context.config));
    PAVISE_LET(const crypto::KeyShareAnswer answer,
               exchange.provider().answer_key_share(group.group, group.client_share.value_or(Bytes()),
                                                    exchange.rng()));
    negotiated.version = ProtocolVersion::tls_1_3;
    negotiated.cipher_suite = suite.id;
    negotiated.group = group.group;

    PAVISE_TRY(send_server_hello(hello, suite, {group.group, answer.public_value}, transcript, context));
    if (!negotiated.hello_retry) PAVISE_TRY(send_compatibility_record(hello, context));
    PAVISE_LET(schedule::EarlyStage early, schedule::EarlyStage::start(exchange.provider(), suite.hash));
    PAVISE_LET(Handshake13 handshake, begin_handshake13(exchange, suite, std::move(early),
                                                        answer.secret.view(), std::move(transcript)));
    PAVISE_TRY(exchange.transport().install_write_secret(
        Level::handshake, suite, handshake.secrets.server.view(), handshake.stage.hmac()));
    PAVISE_TRY(exchange.change_read_keys(Level::handshake, suite, handshake.secrets.client.view(),
                                         handshake.stage.hmac()));

    PAVISE_TRY(send_encrypted_extensions(hello, handshake.transcript, context));
    if (context.config->client_verification != PeerVerification::none)
        PAVISE_TRY(send_certificate_request(handshake.transcript, context));
    PAVISE_TRY(send_certificate(chosen.credential, handshake.transcript, context));
    PAVISE_LET(const crypto::Digest hash, handshake.transcript.hash());
    context.signature = PendingSignature{std::move(chosen.credential), chosen.scheme,
                                         certificate_verify_content(Signer::server, hash.view())};
    return AwaitSignature{std::move(handshake)};
}

} // namespace pavise::handshake::server
