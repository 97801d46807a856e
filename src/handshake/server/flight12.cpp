#include "handshake/server/flight12.hpp"

#include "crypto/signature_scheme.hpp"
#include "handshake/certificate13.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/proof12.hpp"
#include "handshake/server/key_exchange12.hpp"
#include "handshake/server/negotiation.hpp"
#include "handshake/server/negotiation12.hpp"
#include "handshake/server/resumption12.hpp"
#include "messages/certificate_request12.hpp"
#include "messages/certificate_status.hpp"
#include "messages/empty_messages.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/status_request.hpp"
#include "messages/server_hello.hpp"
#include "messages/server_key_exchange.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

// "TLS 1.3 servers which negotiate TLS 1.2 or below in response to a ClientHello MUST set the last 8 bytes of
// their Random value specially" (RFC 8446 §4.1.3)
Result<Random> draw_random(Context& context) {
    Random random{};
    PAVISE_TRY(context.exchange.rng().fill(random));
    if (enables(*context.config, ProtocolVersion::tls_1_3))
        std::ranges::copy(messages::downgrade_to_tls12, random.end() - messages::downgrade_to_tls12.size());
    return random;
}

// What of the credential's staples the client asked for; nothing with a PSK or in a resumption.
struct Staples12 {
    Bytes ocsp_response;
    Bytes certificate_timestamps;
};

Result<Staples12> staples_for(const ClientHello& hello, const CredentialData& credential) {
    PAVISE_LET(const messages::ExtensionSet asked, staples_asked_for(hello.extensions));
    Staples12 staples;
    if (asked.contains(ExtensionType::status_request) && !credential.ocsp_responses.empty())
        staples.ocsp_response = credential.ocsp_responses.front();
    if (asked.contains(ExtensionType::signed_certificate_timestamp))
        staples.certificate_timestamps = credential.certificate_timestamps;
    return staples;
}

Result<ByteVector> answer_extensions(const ClientHello& hello, const Handshake12& handshake, Flow12 flow,
                                     const Staples12& staples, Context& context) {
    const Negotiated& negotiated = context.exchange.negotiated();
    ByteVector block;
    block.reserve(usual_extensions_size);
    wire::Writer writer(block);
    PAVISE_TRY(answer_record_sizes(hello, *context.config, context.exchange, writer));
    if (signals_secure_renegotiation(hello))
        messages::write_extension(writer, messages::RenegotiationInfo{}); // RFC 5746 §3.6
    if (handshake.extended_master_secret == ExtendedMasterSecret::present)
        messages::write_extension(writer, messages::ExtendedMasterSecret{});
    // RFC 6066 §3: the acknowledgement of a server_name "SHALL" be sent by a server that used it, but not
    // "when resuming a session".
    if (hello.extensions.contains(ExtensionType::server_name) && flow == Flow12::full &&
        context.config->server_name_ack == ServerNameAck::on)
        messages::write_extension(writer, messages::ServerNameAck{});
    // RFC 8422 §5.2: the answer of a server that chose an ECC suite.
    constexpr std::array formats{EcPointFormat::uncompressed};
    if (hello.extensions.contains(ExtensionType::ec_point_formats) &&
        crypto::uses_curves(handshake.suite.key_exchange))
        messages::write_extension(writer, messages::EcPointFormats{formats});
    if (std::holds_alternative<crypto::CbcMac>(handshake.suite.protection))
        messages::write_extension(writer, messages::EncryptThenMac{});
    if (!negotiated.alpn_protocol.empty())
        messages::write_extension(writer, messages::AlpnSelected{as_bytes(negotiated.alpn_protocol)});
    if (handshake.ticket == TicketPromise::given)
        messages::write_extension(writer, messages::SessionTicketAck{}); // RFC 5077 §3.2
    if (flow == Flow12::full && handshake.suite.authentication != crypto::Authentication12::psk)
        write_certificate_types(writer, hello, *context.config, negotiated);
    if (flow == Flow12::resumed) PAVISE_TRY(repeat_certificate_type(writer, hello, negotiated));
    if (!staples.ocsp_response.empty())
        messages::write_extension(writer, messages::StatusRequestAck{}); // RFC 6066 §8
    if (!staples.certificate_timestamps.empty())
        messages::Extension{ExtensionType::signed_certificate_timestamp, staples.certificate_timestamps}
            .write(writer); // RFC 6962 §3.3.1
    PAVISE_TRY(writer.status());
    return block;
}

Status send_server_hello(const ClientHello& hello, Handshake12& handshake, Flow12 flow,
                         const Staples12& staples, Context& context) {
    PAVISE_LET(const ByteVector block, answer_extensions(hello, handshake, flow, staples, context));
    messages::ServerHello answer;
    answer.random = handshake.server_random;
    answer.legacy_session_id_echo = handshake.session_id.view();
    answer.cipher_suite = handshake.suite.id;
    // A hello without extensions may come from a client that knows none (RFC 5246 §7.4.1.4).
    answer.extensions =
        block.empty() ? messages::Extensions::absent() : messages::Extensions::from_block(block);
    return send12(context.exchange, answer, handshake.transcript);
}

// "Servers return a certificate response along with their certificate by sending a 'CertificateStatus'
// message immediately after the 'Certificate' message" (RFC 6066 §8)
Status send_certificate(const CredentialData& credential, const Staples12& staples, Handshake12& handshake,
                        Context& context) {
    PAVISE_TRY(send_certificate12(context.exchange, &credential, handshake.transcript));
    if (staples.ocsp_response.empty()) return {};
    return send12(context.exchange, messages::CertificateStatus{staples.ocsp_response}, handshake.transcript);
}

Status send_certificate_request(Handshake12& handshake, Context& context) {
    using Type = messages::ClientCertificateType;
    constexpr std::array types{Type::ecdsa_sign, Type::rsa_sign};
    // TLS 1.2 can verify no others (RFC 5246 §7.4.4).
    std::vector<SignatureScheme> schemes;
    for (const SignatureScheme scheme : context.config->signature_schemes)
        if (const auto traits = crypto::traits_of(scheme); traits && traits->tls12_handshake)
            schemes.push_back(scheme);
    std::vector<messages::DistinguishedName> authorities;
    for (const ByteVector& name : context.config->client_authorities) authorities.push_back({name});
    return send12(context.exchange, messages::CertificateRequest12{types, schemes, authorities},
                  handshake.transcript);
}

// Without a signature; not sent where it would say nothing (RFC 4279 §2: plain PSK without a hint).
Status send_psk_key_exchange(const OwnShare12& share, Handshake12& handshake, Context& context) {
    const std::string& hint = context.config->psk_identity_hint;
    if (share.params.empty() && hint.empty()) return {};
    ByteVector body;
    wire::Writer writer(body);
    writer.vector16(as_bytes(hint));
    writer.bytes(share.params);
    PAVISE_TRY(writer.status());
    return send12(context.exchange, messages::ServerKeyExchange{body}, handshake.transcript);
}

// The handshake that both flows begin with.
Result<Handshake12> begin(const ClientHello& hello, const crypto::Suite12& suite, Context& context) {
    PAVISE_LET(const Random random, draw_random(context));
    const auto extended_master_secret = hello.extensions.contains(ExtensionType::extended_master_secret)
                                            ? ExtendedMasterSecret::present
                                            : ExtendedMasterSecret::absent;
    return begin_handshake12(context.exchange, suite, extended_master_secret, random);
}

// Abbreviated (RFC 5246 §7.3, figure 2): ServerHello with the client's session ID, then our Finished at once.
Result<ExpectChangeCipherSpec12> resume(const ClientHello& hello, Bytes message, const SessionData& session,
                                        Context& context) {
    Exchange& exchange = context.exchange;
    const auto suite = crypto::suite12(session.cipher_suite);
    if (!suite) return fail(ErrorCode::internal);
    PAVISE_LET(Handshake12 handshake, begin(hello, *suite, context));
    handshake.transcript.add(message);
    // For a ticket too: "the server … [includes] the Session ID …, to indicate that the ticket was accepted"
    // (RFC 5077 §3.4)
    if (!handshake.session_id.assign(hello.legacy_session_id)) return fail(ErrorCode::internal);
    if (context.config->session_store != nullptr)
        context.stored_session.assign(hello.legacy_session_id.begin(), hello.legacy_session_id.end());
    remember_session(exchange, session);
    PAVISE_TRY(send_server_hello(hello, handshake, Flow12::resumed, {}, context));
    PAVISE_LET(Keyed12 keyed, resume_keys12(exchange, std::move(handshake), session));
    PAVISE_TRY(send_finished12(exchange, keyed, Signer::server));
    return ExpectChangeCipherSpec12{std::move(keyed), std::nullopt};
}

using AfterServerHello = Next<AwaitSignature12, ExpectPskClientKeyExchange12>;

Result<AfterServerHello> begin_full_handshake(const ClientHello& hello, Bytes message, Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(exchange.take_turn());
    PAVISE_LET(Negotiation12 chosen, negotiate12(hello, *context.config));
    PAVISE_LET(Handshake12 handshake, begin(hello, chosen.suite, context));
    if (context.config->client_verification == PeerVerification::none || !chosen.credential)
        handshake.transcript.forget_messages();
    handshake.transcript.add(message);
    PAVISE_TRY(promise_session12(hello, handshake, context));
    Staples12 staples;
    if (chosen.credential) {
        const CredentialData& ours = *chosen.credential->credential.data();
        PAVISE_LET(staples, staples_for(hello, ours));
        PAVISE_TRY(negotiate_certificate_types(hello, ours, *context.config, exchange.negotiated()));
    }
    PAVISE_TRY(send_server_hello(hello, handshake, Flow12::full, staples, context));
    PAVISE_LET(OwnShare12 share, make_share12(chosen, exchange));
    if (!chosen.credential) {
        PAVISE_TRY(send_psk_key_exchange(share, handshake, context));
        PAVISE_TRY(send12(exchange, messages::ServerHelloDone{}, handshake.transcript));
        return ExpectPskClientKeyExchange12{std::move(handshake), std::move(share)};
    }
    PAVISE_TRY(send_certificate(*chosen.credential->credential.data(), staples, handshake, context));
    context.signature = PendingSignature{
        std::move(chosen.credential->credential), chosen.credential->scheme,
        server_key_exchange_content(exchange.client_random, handshake.server_random, share.params)};
    return AwaitSignature12{std::move(handshake), std::move(share)};
}

} // namespace

Result<AfterHello12> begin_flight12(const ClientHello& hello, Bytes message, Context& context) {
    PAVISE_TRY(check_hello12(hello));
    PAVISE_TRY(negotiate_names(hello, *context.config, context.exchange.negotiated()));
    PAVISE_LET(const auto session, find_session12(hello, context));
    if (session != nullptr) {
        PAVISE_LET(auto next, resume(hello, message, *session, context));
        return next;
    }
    PAVISE_LET(auto next, begin_full_handshake(hello, message, context));
    return next;
}

Result<Next<ExpectClientCertificate12, ExpectClientRawPublicKey12, ExpectClientKeyExchange12>>
AwaitSignature12::on(const Signature& signature, Context& context) && {
    Exchange& exchange = context.exchange;
    const SignatureScheme scheme = context.signature->scheme;
    ByteVector body = std::move(share.params);
    wire::Writer writer(body);
    messages::DigitallySigned{scheme, signature.value}.write(writer);
    PAVISE_TRY(writer.status());
    PAVISE_TRY(send12(exchange, messages::ServerKeyExchange{body}, handshake.transcript));
    exchange.negotiated().local_signature = scheme;
    exchange.negotiated().local_credential = context.signature->credential;
    context.signature.reset();
    const bool asks = context.config->client_verification != PeerVerification::none;
    if (asks) PAVISE_TRY(send_certificate_request(handshake, context));
    PAVISE_TRY(send12(exchange, messages::ServerHelloDone{}, handshake.transcript));
    if (asks && exchange.negotiated().peer_certificate_type == CertificateType::raw_public_key)
        return ExpectClientRawPublicKey12{std::move(handshake), std::move(share)};
    if (asks) return ExpectClientCertificate12{std::move(handshake), std::move(share)};
    return ExpectClientKeyExchange12{std::move(handshake), std::move(share)};
}

} // namespace pavise::handshake::server
