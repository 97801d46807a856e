#include "handshake/server/resumption12.hpp"

#include "messages/extension/opaque.hpp"
#include "messages/new_session_ticket12.hpp"
#include "schedule/ticket_keys.hpp"

#include <algorithm>
#include <chrono>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

// "If both session ID and ticket are presented …, the server … MUST use the ticket" (RFC 5077 §3.4); a store,
// where the config has one, knows sessions by their IDs.
std::optional<SecretVector> session_state(const ClientHello& hello, Bytes ticket, const Context& context) {
    const Timestamp now = context.exchange.clock().now();
    const ServerConfig& config = *context.config;
    if (config.session_store != nullptr) {
        if (hello.legacy_session_id.empty()) return std::nullopt;
        auto state = config.session_store->get(hello.legacy_session_id, now);
        if (!state) return std::nullopt;
        SecretVector secret{Bytes(*state)};
        secure_wipe(*state);
        return secret;
    }
    if (!config.ticket_keys || ticket.empty()) return std::nullopt;
    auto opened = config.ticket_keys.ring()->open(ticket, context.binding, now);
    return opened ? std::optional(std::move(opened->state)) : std::nullopt;
}

bool uses_cbc(CipherSuite id) {
    const auto suite = crypto::suite12(id);
    return suite && std::holds_alternative<crypto::CbcMac>(suite->protection);
}

// Name, protocol, policy, trusted certificates and suite must be those of the session (CVE-2025-23419,
// CVE-2025-68121).
bool session_fits(const SessionData& session, const ClientHello& hello, const Context& context) {
    const ServerConfig& config = *context.config;
    const Timestamp now = context.exchange.clock().now();
    const bool alive =
        session.version == ProtocolVersion::tls_1_2 && now >= session.issued_at && now < session.expires_at();
    const Negotiated& negotiated = context.exchange.negotiated();
    const bool same = session.binding == context.binding && session.server_name == negotiated.server_name &&
                      session.alpn_protocol == negotiated.alpn_protocol;
    const bool authenticated =
        config.client_verification != PeerVerification::required || !session.peer_chain.empty();
    // "If the session_id field is not empty (implying a session resumption request), this vector MUST include
    // at least the cipher_suite from that session" (RFC 5246 §7.4.1.2)
    const bool suite_enabled =
        crypto::suite12(session.cipher_suite) &&
        std::ranges::find(config.cipher_suites, session.cipher_suite) != config.cipher_suites.end() &&
        hello.cipher_suites.contains(session.cipher_suite);
    const bool protectable =
        hello.extensions.contains(ExtensionType::encrypt_then_mac) || !uses_cbc(session.cipher_suite);
    return alive && same && authenticated && suite_enabled && protectable &&
           session.extended_master_secret == ExtendedMasterSecret::present;
}

SessionData session_of(const Keyed12& keyed, const Context& context) {
    SessionData session = session_data12(context.exchange, keyed);
    session.lifetime = std::min(context.config->ticket_lifetime, max_ticket_lifetime);
    session.server_name = context.exchange.negotiated().server_name;
    session.binding = context.binding;
    return session;
}

} // namespace

Result<std::shared_ptr<const SessionData>> find_session12(const ClientHello& hello, const Context& context) {
    PAVISE_LET(const auto ticket, hello.extensions.get<messages::SessionTicketExtension>());
    if (context.config->psk_modes.empty()) return nullptr;
    const auto state = session_state(hello, ticket ? ticket->body : Bytes(), context);
    if (!state) return nullptr;
    auto session = deserialise_session(state->view());
    if (!session || !session_fits(*session, hello, context)) return nullptr;
    // "If the original session used the 'extended_master_secret' extension but the new ClientHello does not
    // contain it, the server MUST abort the abbreviated handshake." (RFC 7627 §5.3)
    if (!hello.extensions.contains(ExtensionType::extended_master_secret))
        return fail(ErrorCode::extended_master_secret_missing);
    return std::make_shared<const SessionData>(*std::move(session));
}

Status promise_session12(const ClientHello& hello, Handshake12& handshake, Context& context) {
    const ServerConfig& config = *context.config;
    if (config.psk_modes.empty() || handshake.extended_master_secret == ExtendedMasterSecret::absent ||
        handshake.suite.authentication == crypto::Authentication12::psk) // the key is there again
        return {};
    if (config.session_store != nullptr) {
        std::array<std::uint8_t, messages::max_session_id_size> id{}; // cannot be guessed
        PAVISE_TRY(context.exchange.rng().fill(id));
        return handshake.session_id.assign(id) ? Status() : fail(ErrorCode::internal);
    }
    if (config.ticket_keys && hello.extensions.contains(ExtensionType::session_ticket))
        handshake.ticket = TicketPromise::given;
    return {};
}

Status give_session12(Keyed12& keyed, Context& context) {
    const Handshake12& handshake = keyed.handshake;
    if (handshake.ticket == TicketPromise::none && handshake.session_id.empty()) return {};
    SessionData session = session_of(keyed, context);
    // It says how long it really lasts.
    session.lifetime = std::chrono::floor<std::chrono::seconds>(session.expires_at() - session.issued_at);
    const bool alive = session.lifetime > std::chrono::seconds(0);
    ByteVector state = serialise(session);
    if (handshake.ticket == TicketPromise::none) {
        if (alive) {
            context.config->session_store->put(handshake.session_id.view(), state, session.expires_at());
            context.stored_session.assign(handshake.session_id.begin(), handshake.session_id.end());
        }
        secure_wipe(state);
        return {};
    }
    const auto sealed = context.config->ticket_keys.ring()->seal(state, context.binding, session.issued_at,
                                                                 context.exchange.rng());
    secure_wipe(state);
    // "If the server determines that it does not want to include a ticket after it has included the
    // SessionTicket extension in the ServerHello, then it sends a zero-length ticket" (RFC 5077 §3.3)
    messages::NewSessionTicket12 message;
    if (sealed && alive) {
        message.ticket_lifetime_hint = static_cast<std::uint32_t>(session.lifetime.count());
        message.ticket = *sealed;
    }
    return send12(context.exchange, message, keyed.handshake.transcript);
}

} // namespace pavise::handshake::server
