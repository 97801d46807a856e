// The negotiation: from our hello to the ServerHello that both sides agree on (RFC 8446 §4.1).
#include "crypto/cipher_suite.hpp"
#include "handshake/client/ech_answer.hpp"
#include "handshake/client/hello12.hpp"
#include "handshake/client/states.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/quic.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "schedule/key_log.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

using messages::MessageKind;
using messages::ServerHello;

bool offers(const std::vector<NamedGroup>& groups, NamedGroup group) {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

// The version that the ServerHello chose, if it is one of ours.
Result<ProtocolVersion> chosen_version(const ServerHello& hello, const ClientConfig& config) {
    PAVISE_LET(const auto selected, hello.extensions.get<messages::SelectedVersion>());
    if (selected) {
        // "if the 'supported_versions' extension … contains a version not offered by the client or contains a
        // version prior to TLS 1.3, the client MUST abort the handshake with an 'illegal_parameter' alert"
        // (§4.2.1)
        if (selected->value != ProtocolVersion::tls_1_3 || !enables(config, ProtocolVersion::tls_1_3))
            return fail(ErrorCode::version_not_offered, static_cast<std::uint16_t>(selected->value));
        // §4.1.3: "In TLS 1.3, … the legacy_version field MUST be set to 0x0303"
        if (hello.legacy_version != ProtocolVersion::tls_1_2)
            return fail(ErrorCode::bad_legacy_version, static_cast<std::uint16_t>(hello.legacy_version));
        return ProtocolVersion::tls_1_3;
    }
    if (hello.is_hello_retry_request()) return fail(ErrorCode::missing_supported_versions);
    if (hello.legacy_version == ProtocolVersion::tls_1_2 && enables(config, ProtocolVersion::tls_1_2))
        return ProtocolVersion::tls_1_2;
    if (enables(config, ProtocolVersion::tls_1_3)) PAVISE_TRY(refuse_downgrade(hello));
    return fail(ErrorCode::unsupported_version, static_cast<std::uint16_t>(hello.legacy_version));
}

// What ServerHello and HelloRetryRequest of TLS 1.3 have in common (§4.1.3, §4.1.4).
Result<crypto::Suite13> check_common(const ServerHello& message, const HelloInFlight& hello,
                                     const ClientConfig& config) {
    const MessageKind kind =
        message.is_hello_retry_request() ? MessageKind::hello_retry_request : MessageKind::server_hello;
    PAVISE_TRY(messages::refuse_unsolicited(message.extensions, kind, hello.offered));
    PAVISE_TRY(messages::check_allowed(message.extensions, kind));
    // "A client which receives a legacy_session_id_echo field that does not match … MUST abort" (§4.1.3)
    if (!std::ranges::equal(message.legacy_session_id_echo, hello.session_id.view()))
        return fail(ErrorCode::session_id_not_echoed);
    if (message.legacy_compression_method != 0)
        return fail(ErrorCode::compression_selected, message.legacy_compression_method);
    const auto suite = crypto::suite13(message.cipher_suite);
    const bool offered = std::find(config.cipher_suites.begin(), config.cipher_suites.end(),
                                   message.cipher_suite) != config.cipher_suites.end();
    if (!suite || !offered)
        return fail(ErrorCode::suite_not_offered, static_cast<std::uint16_t>(message.cipher_suite));
    return *suite;
}

// The (EC)DHE secret of the share that the server answered.
Result<SecretVector> agree(const messages::KeyShareEntry& server_share, HelloInFlight& hello,
                           Context& context) {
    const NamedGroup group = server_share.group;
    // "… the client MUST verify that the selected NamedGroup … is the same" (§4.2.8): one that we sent a
    // share for.
    const auto ours =
        std::ranges::find_if(hello.key_shares, [&](const auto& s) { return s->group() == group; });
    if (ours == hello.key_shares.end())
        return fail(ErrorCode::group_not_offered, static_cast<std::uint16_t>(group));
    context.exchange.negotiated().group = group;
    return (*ours)->agree(server_share.key_exchange);
}

struct SelectedKey {
    std::uint16_t index;
    const Psk& psk;
};

// "Clients MUST verify that the server's selected_identity is within the range supplied by the client, that
// the server selected a cipher suite indicating a Hash associated with the PSK, and that a server 'key_share'
// extension is present if required by the ClientHello 'psk_key_exchange_modes' extension. If these values are
// not consistent, the client MUST abort the handshake with an 'illegal_parameter' alert" (§4.2.11)
Result<std::optional<SelectedKey>> selected_psk(const ServerHello& message, const HelloInFlight& hello,
                                                const crypto::Suite13& suite, const ClientConfig& config) {
    PAVISE_LET(const auto selected, message.extensions.get<messages::SelectedPsk>());
    if (!selected) return std::optional<SelectedKey>();
    if (selected->value >= hello.psks.size()) return fail(ErrorCode::psk_out_of_range, selected->value);
    const Psk& psk = hello.psks[selected->value];
    if (psk.hash != suite.hash) return fail(ErrorCode::psk_of_other_hash);
    const PskKeyExchangeMode mode = message.extensions.contains(ExtensionType::key_share)
                                        ? PskKeyExchangeMode::psk_dhe_ke
                                        : PskKeyExchangeMode::psk_ke;
    if (std::ranges::find(config.psk_modes, mode) == config.psk_modes.end())
        return fail(ErrorCode::psk_mode_not_offered);
    return std::optional<SelectedKey>({selected->value, psk});
}

Result<Handshake13> begin(const ServerHello& message, HelloInFlight& hello, const crypto::Suite13& suite,
                          const std::optional<SelectedKey>& key, schedule::Transcript transcript,
                          Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_LET(const auto share, message.extensions.get<messages::KeyShareServerHello>());
    if (!share && !key) return fail(ErrorCode::missing_key_share);
    SecretVector secret(schedule::hash_length_zeros(suite.hash)); // psk_ke: no key exchange (§7.1)
    if (share) {
        PAVISE_LET(secret, agree(share->server_share, hello, context));
    }
    transcript.add(exchange.message());
    PAVISE_LET(schedule::EarlyStage early,
               key ? schedule::EarlyStage::start(exchange.provider(), suite.hash, key->psk.secret.view())
                   : schedule::EarlyStage::start(exchange.provider(), suite.hash));
    return begin_handshake13(exchange, suite, std::move(early), secret.view(), std::move(transcript));
}

// Our write keys change now, with nothing left to be sent in the clear; the compatibility record goes before
// our second flight (§D.4), which began already where there was a retry or early data. While early data may
// still be accepted, its keys stay, since records come in one order: EncryptedExtensions tells. QUIC's
// packets have keys of each level side by side.
Status begin_writing(const Handshake13& handshake, const HelloInFlight& hello, Context& context) {
    if (context.exchange.negotiated().early_data == EarlyDataStatus::pending && !over_quic(context.exchange))
        return {};
    Transport& transport = context.exchange.transport();
    const bool first_of_flight = !hello.retried && hello.early_data == EarlyDataStatus::not_offered;
    if (context.config->middlebox_compatibility == MiddleboxCompatibility::on && first_of_flight)
        PAVISE_TRY(transport.send_change_cipher_spec());
    return transport.install_write_secret(Level::handshake, handshake.suite, handshake.secrets.client.view(),
                                          handshake.stage.hmac());
}

void reject_early_data(Context& context) {
    if (context.exchange.negotiated().early_data != EarlyDataStatus::pending) return;
    context.exchange.negotiated().early_data = EarlyDataStatus::rejected;
    context.exchange.transport().allow_early_data(0);
}

// What a session says of its server, which proved it in an earlier connection.
void show_peer(const SessionData& session, Negotiated& negotiated) {
    negotiated.peer_certificate_type = session.peer_certificate_type;
    negotiated.peer_chain = session.peer_chain;
    negotiated.verified_chain = session.verified_chain;
    negotiated.ocsp_response = session.ocsp_response;
    negotiated.certificate_timestamps = session.certificate_timestamps;
}

// What resuming a session, or an external PSK, says about the peer.
void remember_psk(const Psk& psk, Exchange& exchange) {
    Negotiated& negotiated = exchange.negotiated();
    if (psk.session) {
        exchange.authenticated_at = psk.session->authenticated_at;
        exchange.valid_until = psk.session->valid_until;
        negotiated.resumed = true;
        negotiated.local_certificate_type = psk.session->local_certificate_type;
        show_peer(*psk.session, negotiated);
    } else {
        exchange.authenticated_at = exchange.clock().now();
        negotiated.psk_identity = psk.external_identity;
    }
}

// The negotiation is over: the key schedule begins, and what the server sends next is protected.
template <class Successors>
Result<Successors> accept_server_hello(const ServerHello& message, HelloInFlight& hello,
                                       const crypto::Suite13& suite, schedule::Transcript transcript,
                                       Context& context) {
    Exchange& exchange = context.exchange;
    PAVISE_LET(const auto key, selected_psk(message, hello, suite, *context.config));
    PAVISE_LET(Handshake13 handshake, begin(message, hello, suite, key, std::move(transcript), context));
    PAVISE_TRY(exchange.change_read_keys(Level::handshake, suite, handshake.secrets.server.view(),
                                         handshake.stage.hmac()));
    if (!key) reject_early_data(context); // only the first PSK can carry it (§4.2.10)
    PAVISE_TRY(begin_writing(handshake, hello, context));
    exchange.negotiated().version = ProtocolVersion::tls_1_3;
    exchange.negotiated().cipher_suite = suite.id;
    if (!key) return Successors(ExpectEncryptedExtensions{std::move(handshake), hello.offered});
    remember_psk(key->psk, exchange);
    return Successors(ExpectEncryptedExtensionsWithPsk{
        std::move(handshake), hello.offered, authenticated_by_psk(key->psk), key->psk.session, key->index});
}

// Sends the hello again as the server asked (§4.1.2, §4.1.4).
Status answer_retry(const ServerHello& message, HelloInFlight& hello, const schedule::Transcript& transcript,
                    Context& context) {
    PAVISE_TRY(context.exchange.take_turn());
    PAVISE_LET(const auto selected, message.extensions.get<messages::KeyShareHelloRetryRequest>());
    PAVISE_LET(const auto cookie, message.extensions.get<messages::Cookie>());
    // "Clients MUST abort the handshake … if the HelloRetryRequest would not result in any change in the
    // ClientHello" (§4.1.4)
    if (!selected && !cookie) return fail(ErrorCode::retry_changes_nothing);
    if (selected) {
        const NamedGroup group = selected->value;
        // "(1) the selected_group field corresponds to a group which was provided in the 'supported_groups'
        // extension in the original ClientHello and (2) … does not correspond to a group which was provided
        // in the 'key_share' extension in the original ClientHello" (§4.2.8)
        const bool shared =
            std::ranges::any_of(hello.key_shares, [&](const auto& s) { return s->group() == group; });
        if (!offers(context.config->groups, group) || shared)
            return fail(ErrorCode::retry_group, static_cast<std::uint16_t>(group));
        PAVISE_LET(auto share, context.exchange.provider().generate_key_share(group, context.exchange.rng()));
        hello.key_shares.clear();
        hello.key_shares.push_back(std::move(share));
        hello.share_selected = true;
    }
    if (cookie) hello.cookie.assign(cookie->cookie.begin(), cookie->cookie.end());
    hello.retried = true;
    const bool compatibility = context.config->middlebox_compatibility == MiddleboxCompatibility::on;
    if (compatibility && hello.early_data == EarlyDataStatus::not_offered)
        PAVISE_TRY(context.exchange.transport().send_change_cipher_spec());
    if (hello.early_data == EarlyDataStatus::pending) {
        // "Removing the 'early_data' extension if one was present" (§4.1.2); what was sent of it is lost.
        reject_early_data(context);
        hello.early_data = EarlyDataStatus::rejected;
        context.exchange.transport().drop_write_keys();
    }
    // "… and removing any PSKs which are incompatible with the server's indicated cipher suite" (§4.1.4)
    std::erase_if(hello.psks, [&](const Psk& psk) { return psk.hash != transcript.hash_id(); });
    return send_hello(context.exchange, context.hello_inputs(), hello, &transcript);
}

} // namespace

namespace {

// What is written from now on is early data, under keys that the first PSK gives (§4.2.10).
Status begin_early_data(const HelloInFlight& hello, Context& context) {
    Exchange& exchange = context.exchange;
    const Psk& psk = hello.psks.front();
    // Of an encrypted hello it is the inner one that begins the transcript (RFC 9849 §6.1.5).
    const Bytes message = hello.ech ? hello.ech->inner_message : hello.message;
    const auto suite = crypto::suite13(psk.session->cipher_suite);
    if (!suite) return fail(ErrorCode::internal);
    PAVISE_LET(const auto early,
               schedule::EarlyStage::start(exchange.provider(), psk.hash, psk.secret.view()));
    PAVISE_LET(auto transcript, schedule::Transcript::start(exchange.provider(), psk.hash));
    PAVISE_LET(const crypto::Digest hash, transcript.hash_with(message));
    PAVISE_LET(const HashSecret secret, early.client_early_traffic_secret(hash.view()));
    const Random sent_random = exchange.client_random;
    if (hello.ech) exchange.client_random = hello.ech->inner_random;
    exchange.log_secret(schedule::key_log_label::client_early_traffic_secret, secret.view());
    exchange.client_random = sent_random;
    if (context.config->middlebox_compatibility == MiddleboxCompatibility::on)
        PAVISE_TRY(exchange.transport().send_change_cipher_spec());
    PAVISE_TRY(
        exchange.transport().install_write_secret(Level::early_data, *suite, secret.view(), early.hmac()));
    exchange.transport().allow_early_data(psk.session->max_early_data);
    exchange.negotiated().early_data = EarlyDataStatus::pending;
    return {};
}

} // namespace

namespace {

Result<ExpectServerHello> begin(Context& context) {
    PAVISE_LET(auto hello, prepare_hello(context.exchange, context.hello_inputs()));
    note_ech_offer(*hello, context);
    PAVISE_TRY(send_hello(context.exchange, context.hello_inputs(), *hello, nullptr));
    if (!hello->ech && !hello->ech_extension.empty()) context.exchange.negotiated().ech = EchStatus::greased;
    if (hello->early_data == EarlyDataStatus::pending) PAVISE_TRY(begin_early_data(*hello, context));
    return ExpectServerHello{std::move(hello)};
}

} // namespace

Result<Next<AwaitSessionVerdict, ExpectServerHello>> start(Context& context) {
    using First = Next<AwaitSessionVerdict, ExpectServerHello>;
    const auto& session = context.session.data();
    if (context.config->session_peer == SessionPeer::verified_again && session != nullptr &&
        !session->peer_chain.empty()) {
        show_peer(*session, context.exchange.negotiated());
        return First(AwaitSessionVerdict{});
    }
    PAVISE_LET(auto expecting, begin(context));
    return First(std::move(expecting));
}

Result<Next<ExpectServerHello>> AwaitSessionVerdict::on(const CertificateVerdict& verdict,
                                                        Context& context) && {
    if (verdict.refusal) context.session = Session();
    show_peer(SessionData(), context.exchange.negotiated()); // who it is now, this handshake tells
    PAVISE_LET(auto expecting, begin(context));
    return expecting;
}

using AfterFirstHello =
    Next<ExpectServerHelloAfterRetry, ExpectEncryptedExtensions, ExpectEncryptedExtensionsWithPsk,
         ExpectCertificate12, ExpectRawPublicKey12, ExpectPskKeyExchange12, ExpectPskKeyExchangeOrDone12,
         ExpectNewSessionTicket12, ExpectChangeCipherSpec12>;
using AfterSecondHello = Next<ExpectEncryptedExtensions, ExpectEncryptedExtensionsWithPsk>;

Result<AfterFirstHello> ExpectServerHello::on(const ServerHello& message, Context& context) && {
    PAVISE_LET(const ProtocolVersion version, chosen_version(message, *context.config));
    if (version == ProtocolVersion::tls_1_2) {
        // "If the message does not negotiate TLS 1.3 or higher, the server has rejected ECH." (RFC 9849
        // §6.1.4)
        if (hello->ech) reject_ech(*hello, context);
        PAVISE_LET(auto next, accept_server_hello12(message, *hello, context));
        return next;
    }
    if (context.exchange.dropped_hello_request()) return fail(ErrorCode::unexpected_message);
    PAVISE_LET(const crypto::Suite13 suite, check_common(message, *hello, *context.config));
    PAVISE_TRY(settle_ech(message, suite, *hello, context));
    PAVISE_LET(auto transcript, schedule::Transcript::start(context.exchange.provider(), suite.hash));
    transcript.add(hello->message);
    if (!message.is_hello_retry_request())
        return accept_server_hello<AfterFirstHello>(message, *hello, suite, std::move(transcript), context);
    PAVISE_TRY(transcript.restart_with_message_hash());
    transcript.add(context.exchange.message());
    PAVISE_TRY(answer_retry(message, *hello, transcript, context));
    transcript.add(hello->message);
    context.exchange.negotiated().hello_retry = true;
    return ExpectServerHelloAfterRetry{std::move(hello), suite, std::move(transcript)};
}

Result<AfterSecondHello> ExpectServerHelloAfterRetry::on(const ServerHello& message, Context& context) && {
    // "If a client receives a second HelloRetryRequest in the same connection …, it MUST abort the handshake
    // with an 'unexpected_message' alert" (§4.1.4)
    if (message.is_hello_retry_request()) return fail(ErrorCode::second_retry);
    // "The value of selected_version in the HelloRetryRequest 'supported_versions' extension MUST be retained
    // in the ServerHello, and a client MUST abort the handshake with an 'illegal_parameter' alert if the
    // value changes" (§4.1.4)
    PAVISE_LET(const ProtocolVersion version, chosen_version(message, *context.config));
    if (version != ProtocolVersion::tls_1_3)
        return fail(ErrorCode::version_changed, static_cast<std::uint16_t>(version));
    PAVISE_LET(const crypto::Suite13 chosen, check_common(message, *hello, *context.config));
    // "Upon receiving the ServerHello, clients MUST check that the cipher suite supplied in the ServerHello
    // is the same as that in the HelloRetryRequest" (§4.1.4)
    if (chosen.id != suite.id) return fail(ErrorCode::suite_changed, static_cast<std::uint16_t>(chosen.id));
    PAVISE_TRY(check_ech_confirmation(message, *hello, transcript, context));
    return accept_server_hello<AfterSecondHello>(message, *hello, suite, std::move(transcript), context);
}

} // namespace pavise::handshake::client
