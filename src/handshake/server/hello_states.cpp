// From the ClientHello to our Finished (RFC 8446 §4.1, §4.3, §4.4).
#include "handshake/quic.hpp"
#include "handshake/server/flight12.hpp"
#include "handshake/server/flight13.hpp"
#include "handshake/server/resumption.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/message.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

Result<ClientHello> parse_kept(Bytes message) {
    return messages::parse_body<ClientHello>(message.subspan(messages::handshake_header_size));
}

} // namespace

Result<Next<AwaitConfig>> ExpectClientHello::on(const ClientHello& hello, Context& context) && {
    PAVISE_TRY(accept_client_hello(hello, context));
    return AwaitConfig{};
}

namespace {

// Whether the client offers PSKs in a way that we may take up.
Result<bool> offers_psks(const ClientHello& hello, Context& context) {
    PAVISE_LET(const auto modes, hello.extensions.get<messages::PskKeyExchangeModes>());
    PAVISE_LET(const auto offered, hello.extensions.get<messages::OfferedPsks>());
    // "If clients offer 'pre_shared_key' without a 'psk_key_exchange_modes' extension, servers MUST abort the
    // handshake" (§4.2.9)
    if (offered && !modes) return fail(ErrorCode::missing_psk_modes);
    context.client_resumes =
        modes && std::ranges::any_of(context.config->psk_modes,
                                     [&](PskKeyExchangeMode mode) { return modes->values.contains(mode); });
    if (!offered || !context.client_resumes) return false;
    context.psk_offer.identities.clear();
    for (const messages::PskIdentity& psk : offered->identities) {
        if (context.psk_offer.identities.size() == max_examined_psks) break;
        context.psk_offer.identities.push_back(psk.identity);
    }
    return true;
}

// `message` is kept for as long as views into it are used; `transcript` does not contain it yet.
template <class Successors>
Result<Successors> answer_hello(ByteVector message, const crypto::Suite13& suite, const ChosenGroup& group,
                                schedule::Transcript transcript, Context& context) {
    context.client_hello = std::move(message);
    PAVISE_LET(const ClientHello hello, parse_kept(context.client_hello));
    PAVISE_TRY(negotiate_names(hello, *context.config, context.exchange.negotiated()));
    // RFC 9001 §8.1: no application protocol, no connection.
    if (over_quic(context.exchange) && context.exchange.negotiated().alpn_protocol.empty())
        return fail(ErrorCode::no_common_protocol);
    PAVISE_LET(const auto post_handshake_auth, hello.extensions.get<messages::PostHandshakeAuth>());
    if (post_handshake_auth && !over_quic(context.exchange)) // RFC 9001 §4.4
        context.post_handshake_auth = PostHandshakeAuth::offered;
    PAVISE_LET(const bool psks, offers_psks(hello, context));
    if (psks) return Successors(AwaitPsk{suite, group.group, std::move(transcript)});
    transcript.add(context.client_hello);
    PAVISE_LET(auto next, send_certificate_flight({hello, suite, group, std::move(transcript)}, context));
    context.client_hello = ByteVector();
    return Successors(std::move(next));
}

} // namespace

using AfterConfig = Next<ExpectSecondClientHello, AwaitPsk, AwaitSignature, AwaitSignature12,
                         ExpectPskClientKeyExchange12, ExpectChangeCipherSpec12>;
using AfterSecondHello = Next<AwaitPsk, AwaitSignature>;
using AfterPsk = Next<AwaitSignature, ExpectClientFinished, ExpectEndOfEarlyData>;

Result<AfterConfig> AwaitConfig::on(const ConfigChosen& choice, Context& context) && {
    if (choice.config == nullptr) return fail(ErrorCode::bad_config);
    context.config = choice.config;
    context.binding = choice.binding;
    context.exchange.authenticated_at = context.exchange.clock().now(); // unless a session says otherwise
    ByteVector message = std::exchange(context.client_hello, {});
    PAVISE_LET(const ClientHello hello, parse_kept(message));
    PAVISE_LET(const ProtocolVersion version, choose_version(hello, *context.config));
    PAVISE_TRY(accept_quic_parameters(hello.extensions, context.exchange));
    PAVISE_TRY(refuse_compatibility(hello.legacy_session_id, context.exchange));
    if (context.ech) context.ech->outer_hello = ByteVector();
    if (version == ProtocolVersion::tls_1_2) {
        // "The backend server MUST NOT perform this operation if it negotiated TLS 1.2 or below." (RFC 9849
        // §7.2)
        Negotiated& negotiated = context.exchange.negotiated();
        if (negotiated.ech == EchStatus::accepted) negotiated.ech = EchStatus::rejected;
        PAVISE_LET(auto next, begin_flight12(hello, message, context));
        return next;
    }
    PAVISE_TRY(check_hello13(hello));
    PAVISE_LET(const crypto::Suite13 suite, choose_suite13(hello, *context.config));
    PAVISE_LET(const ChosenGroup group, choose_group(hello, *context.config));
    PAVISE_LET(auto transcript, schedule::Transcript::start(context.exchange.provider(), suite.hash));
    if (group.client_share || !group.any())
        return answer_hello<AfterConfig>(std::move(message), suite, group, std::move(transcript), context);
    PAVISE_TRY(context.exchange.take_turn());
    transcript.add(message);
    PAVISE_TRY(transcript.restart_with_message_hash());
    PAVISE_LET(ByteVector cookie, send_hello_retry_request(hello, suite, group.group, transcript, context));
    context.exchange.negotiated().hello_retry = true;
    return ExpectSecondClientHello{std::move(message), suite, group.group, std::move(cookie),
                                   std::move(transcript)};
}

Result<AfterSecondHello> ExpectSecondClientHello::on(const ClientHello& hello, Context& context) && {
    PAVISE_LET(const ClientHello first, parse_kept(first_hello));
    PAVISE_LET(ByteVector kept, accept_second_client_hello(hello, context));
    PAVISE_LET(const ClientHello second, parse_kept(kept));
    PAVISE_LET(const ProtocolVersion version, choose_version(second, *context.config));
    if (version != ProtocolVersion::tls_1_3) return fail(ErrorCode::hello_changed);
    PAVISE_TRY(check_hello13(second));
    PAVISE_TRY(check_second_hello(first, second, group, cookie));
    PAVISE_LET(const ChosenGroup chosen, choose_group(second, *context.config));
    if (chosen.group != group || !chosen.client_share) return fail(ErrorCode::retry_not_answered);
    return answer_hello<AfterSecondHello>(std::move(kept), suite, chosen, std::move(transcript), context);
}

Result<AfterPsk> AwaitPsk::on(const PskChosen& choice, Context& context) && {
    const ByteVector message = std::exchange(context.client_hello, {});
    context.psk_offer.identities.clear();
    PAVISE_LET(const ClientHello hello, parse_kept(message));
    PAVISE_LET(const ChosenGroup chosen, choose_group(hello, *context.config));
    // "Servers MUST ensure that they negotiate the same cipher suite when receiving a conformant updated
    // ClientHello" (§4.1.4)
    if (!context.exchange.negotiated().hello_retry) suite = suite_for_psks(choice, hello, suite, context);
    if (suite.hash != transcript.hash_id()) {
        PAVISE_LET(auto other, schedule::Transcript::start(context.exchange.provider(), suite.hash));
        transcript = std::move(other); // it was empty: this is the first hello
    }
    PAVISE_LET(const auto accepted, accept_psk(choice, hello, message, suite, transcript, context));
    transcript.add(message);
    Agreement agreement{hello, suite, chosen, std::move(transcript)};
    if (!accepted) {
        PAVISE_LET(auto next, send_certificate_flight(std::move(agreement), context));
        return AfterPsk(std::move(next));
    }
    PAVISE_TRY(drop_key_share_unless_wanted(hello, agreement.group, context));
    PAVISE_LET(Finishing13 finishing, send_psk_flight(std::move(agreement), *accepted, context));
    const PeerAuthenticated authenticated = authenticated_by_psk(accepted->psk);
    // QUIC's 0-RTT packets need no message to end them (RFC 9001 §8.3).
    if (accepted->early_data == EarlyDataStatus::accepted && !over_quic(context.exchange))
        return AfterPsk(ExpectEndOfEarlyData{std::move(finishing), authenticated});
    return AfterPsk(ExpectClientFinished{std::move(finishing), authenticated});
}

Result<Next<ExpectClientCertificate, ExpectClientFinished>> AwaitSignature::on(const Signature& signature,
                                                                               Context& context) && {
    const SignatureScheme scheme = context.signature->scheme;
    PAVISE_TRY(
        context.exchange.send(messages::CertificateVerify{scheme, signature.value}, &handshake.transcript));
    context.exchange.negotiated().local_signature = scheme;
    context.exchange.negotiated().local_credential = context.signature->credential;
    context.signature.reset();
    PAVISE_LET(Finishing13 finishing, finish_flight(std::move(handshake), context));
    if (context.config->client_verification != PeerVerification::none)
        return ExpectClientCertificate{std::move(finishing)};
    return ExpectClientFinished{std::move(finishing), std::nullopt};
}

} // namespace pavise::handshake::server
