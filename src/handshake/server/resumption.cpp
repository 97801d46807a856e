#include "handshake/server/resumption.hpp"

#include "handshake/quic.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/new_session_ticket13.hpp"
#include "schedule/ticket_keys.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>
#include <chrono>

namespace pavise::handshake::server {

namespace {

// What the client calls a session: the sealed state, or a name in our store.
std::optional<SecretVector> session_state(const ServerConfig& config, Bytes identity, Bytes binding,
                                          Timestamp now) {
    if (config.session_store != nullptr) {
        auto state = config.session_store->get(identity, now);
        if (!state) return std::nullopt;
        SecretVector secret{Bytes(*state)};
        secure_wipe(*state);
        return secret;
    }
    if (!config.ticket_keys) return std::nullopt;
    auto opened = config.ticket_keys.ring()->open(identity, binding, now);
    return opened ? std::optional(std::move(opened->state)) : std::nullopt;
}

// Every external PSK of the config under all its names: made once for a hello, however many identities it
// offers.
Result<std::vector<Psk>> external_psks(const crypto::Provider& provider, const ServerConfig& config) {
    std::vector<Psk> all;
    for (const ExternalPsk& external : config.external_psks) {
        PAVISE_LET(std::vector<Psk> psks, psks_of(provider, external));
        for (Psk& psk : psks) all.push_back(std::move(psk));
    }
    return all;
}

// "… used once" (§C.4): of two connections that show the same stored session, one gets it. Only now, with its
// binder verified: a stranger who copied the identity cannot use it up.
bool still_unused(const PskChosen::Found& found, Bytes identity, const Context& context) {
    SessionStore* const store = context.config->session_store.get();
    if (store == nullptr || found.psk.session == nullptr) return true;
    auto state = store->take(identity, context.exchange.clock().now());
    if (!state) return false;
    secure_wipe(*state);
    return true;
}

bool session_fits(const SessionData& session, const Context& context) {
    const Timestamp now = context.exchange.clock().now();
    const bool alive = now < session.expires_at() && session.version == ProtocolVersion::tls_1_3;
    // A name, a policy or a set of trusted certificates that changed since: the peer has to prove itself
    // anew.
    const Negotiated& negotiated = context.exchange.negotiated();
    const bool same = session.binding == context.binding && session.server_name == negotiated.server_name &&
                      session.alpn_protocol == negotiated.alpn_protocol;
    const bool authenticated =
        context.config->client_verification != PeerVerification::required || !session.peer_chain.empty();
    return alive && same && authenticated;
}

// What can be taken in a suite of the right hash.
bool is_usable(const Psk& psk, const Context& context) {
    return psk.session == nullptr || session_fits(*psk.session, context);
}

// By how much the ticket is older to the client than to us.
Milliseconds ticket_age_skew(const messages::PskIdentity& identity, const SessionData& session,
                             Timestamp now) {
    const std::uint32_t claimed = identity.obfuscated_ticket_age - session.age_add;
    return Milliseconds(claimed) - (now - session.issued_at);
}

// §4.2.10: the ticket's age as the client sees it must be near the age that we see; §8: and shown for the
// first time.
bool early_data_is_fresh(const messages::PskIdentity& identity, Bytes binder, const SessionData& session,
                         const Context& context) {
    const Timestamp now = context.exchange.clock().now();
    const Milliseconds window = context.config->early_data_window;
    // Within the window, its edges not included: the register forgets a hello when the window has passed over
    // it.
    if (std::chrono::abs(ticket_age_skew(identity, session, now)) >= window) return false;
    // The binder is a MAC over this very ClientHello: a replay has the same one, and nothing else has.
    return context.config->replay_register->first_use(binder, now, now + 2 * window);
}

bool early_data_allowed(const PskChosen::Found& found, const messages::OfferedPsks& offered,
                        const messages::ClientHello& hello, const crypto::Suite13& suite,
                        const Context& context) {
    const ServerConfig& config = *context.config;
    const SessionData* session = found.psk.session.get();
    return hello.extensions.contains(ExtensionType::early_data) && config.max_early_data > 0 &&
           config.replay_register != nullptr && found.index == 0 && session != nullptr &&
           session->max_early_data > 0 && session->max_early_data <= config.max_early_data &&
           session->cipher_suite == suite.id && !context.exchange.negotiated().hello_retry &&
           early_data_is_fresh(*offered.identities.begin(), offered.binders.begin()->bytes, *session,
                               context);
}

void remember(const Psk& psk, const messages::PskIdentity& identity, Exchange& exchange) {
    Negotiated& negotiated = exchange.negotiated();
    if (psk.session != nullptr) {
        negotiated.ticket_age_skew = ticket_age_skew(identity, *psk.session, exchange.clock().now());
        exchange.authenticated_at = psk.session->authenticated_at;
        exchange.valid_until = psk.session->valid_until;
        negotiated.resumed = true;
        negotiated.peer_certificate_type = psk.session->peer_certificate_type;
        negotiated.local_certificate_type = psk.session->local_certificate_type;
        negotiated.peer_chain = psk.session->peer_chain;
        negotiated.verified_chain = psk.session->verified_chain;
    } else {
        negotiated.psk_identity = psk.external_identity;
    }
}

constexpr std::size_t stored_session_name_size = 32; // cannot be guessed

// The name of a stored session, or the sealed session itself. Empty where neither can be had (a ring whose
// keys were not rotated in time, a session too long to seal): a connection does not fail for want of a
// ticket.
Result<ByteVector> make_ticket(const SessionData& session, Context& context) {
    ByteVector state = serialise(session);
    ByteVector ticket;
    if (context.config->session_store != nullptr) {
        ticket.resize(stored_session_name_size);
        PAVISE_TRY(context.exchange.rng().fill(ticket));
        context.config->session_store->put(ticket, state, session.expires_at());
    } else {
        const auto& ring = context.config->ticket_keys.ring();
        auto sealed = ring->seal(state, context.binding, session.issued_at, context.exchange.rng());
        if (sealed) ticket = *std::move(sealed);
    }
    secure_wipe(state);
    return ticket;
}

Status send_ticket(const SessionData& session, Bytes ticket, Bytes nonce, Context& context) {
    ByteVector block;
    wire::Writer writer(block);
    if (session.max_early_data > 0) {
        const std::uint32_t most = over_quic(context.exchange) ? quic_max_early_data : session.max_early_data;
        messages::write_extension(writer, messages::MaxEarlyDataSize{most});
    }
    messages::NewSessionTicket message;
    message.ticket_lifetime = static_cast<std::uint32_t>(session.lifetime.count());
    message.ticket_age_add = session.age_add;
    message.ticket_nonce = nonce;
    message.ticket = ticket;
    message.extensions = messages::Extensions::from_block(block);
    return context.exchange.send(message, nullptr);
}

SessionData session_of(const crypto::Suite13& suite, const Context& context) {
    const Negotiated& negotiated = context.exchange.negotiated();
    const ServerConfig& config = *context.config;
    SessionData session;
    session.cipher_suite = suite.id;
    session.issued_at = context.exchange.clock().now();
    session.lifetime = std::min(config.ticket_lifetime, max_ticket_lifetime);
    session.max_early_data = config.replay_register != nullptr ? config.max_early_data : 0;
    session.authenticated_at = context.exchange.authenticated_at;
    session.valid_until = context.exchange.valid_until;
    session.server_name = negotiated.server_name;
    session.alpn_protocol = negotiated.alpn_protocol;
    session.binding = context.binding;
    session.peer_certificate_type = negotiated.peer_certificate_type;
    session.local_certificate_type = negotiated.local_certificate_type;
    session.peer_chain = negotiated.peer_chain;
    session.verified_chain = negotiated.verified_chain;
    session.group = negotiated.group;
    return session;
}

} // namespace

Result<PskChosen> find_psks(const crypto::Provider& provider, const ServerConfig& config, Bytes binding,
                            const PskOffer& offer, Timestamp now) {
    PskChosen choice;
    PAVISE_LET(const std::vector<Psk> externals, external_psks(provider, config));
    const auto count = static_cast<std::uint16_t>(offer.identities.size()); // at most max_examined_psks
    for (std::uint16_t index = 0; index < count; ++index) {
        const Bytes identity = offer.identities[index];
        const auto external = std::ranges::find_if(
            externals, [&](const Psk& psk) { return std::ranges::equal(psk.identity, identity); });
        if (external != externals.end()) {
            choice.found.push_back({index, external->clone()});
            continue;
        }
        const auto state = session_state(config, identity, binding, now);
        if (!state) continue;
        auto session = deserialise_session(state->view());
        if (!session) continue; // of a version of ours that we do not know
        auto psk = psk_of_session(std::make_shared<const SessionData>(*std::move(session)));
        if (psk) choice.found.push_back({index, *std::move(psk)});
    }
    return choice;
}

crypto::Suite13 suite_for_psks(const PskChosen& choice, const messages::ClientHello& hello,
                               const crypto::Suite13& chosen, const Context& context) {
    const auto takes_one = [&](const crypto::Suite13& suite) {
        return std::ranges::any_of(choice.found, [&](const PskChosen::Found& found) {
            return found.psk.hash == suite.hash && is_usable(found.psk, context);
        });
    };
    if (takes_one(chosen)) return chosen;
    for (const CipherSuite id : context.config->cipher_suites)
        if (const auto suite = crypto::suite13(id);
            suite && hello.cipher_suites.contains(id) && takes_one(*suite))
            return *suite;
    return chosen;
}

Result<std::optional<AcceptedPsk>> accept_psk(const PskChosen& choice, const messages::ClientHello& hello,
                                              Bytes message, const crypto::Suite13& suite,
                                              const schedule::Transcript& before, Context& context) {
    PAVISE_LET(const auto offered, hello.extensions.get<messages::OfferedPsks>());
    if (!offered) return fail(ErrorCode::internal);
    const auto fits = [&](const PskChosen::Found& found) {
        // "the server selected a cipher suite indicating a Hash associated with the PSK" (§4.2.11)
        return found.psk.hash == suite.hash && is_usable(found.psk, context);
    };
    // A client may send as much early data as its ticket allowed, whatever becomes of it (§4.2.10).
    for (const PskChosen::Found& known : choice.found)
        if (known.psk.session != nullptr)
            context.skippable_early_data =
                std::max<std::size_t>(context.skippable_early_data, known.psk.session->max_early_data);
    const auto found = std::ranges::find_if(choice.found, fits);
    if (found == choice.found.end()) return std::optional<AcceptedPsk>();

    // "Prior to accepting PSK key establishment, the server MUST validate the corresponding binder value"
    // (§4.2.11)
    auto theirs = offered->binders.begin();
    for (std::uint16_t i = 0; i < found->index && theirs != offered->binders.end(); ++i) ++theirs;
    if (theirs == offered->binders.end()) return fail(ErrorCode::internal);
    const Bytes truncated = message.first(message.size() - offered->binders_size());
    PAVISE_LET(const HashSecret expected,
               binder(context.exchange.provider(), found->psk, &before, truncated));
    if (!constant_time_equal(theirs->bytes, expected.view())) return fail(ErrorCode::bad_binder);
    auto identity = offered->identities.begin();
    for (std::uint16_t i = 0; i < found->index; ++i) ++identity;
    if (!still_unused(*found, identity->identity, context)) return std::optional<AcceptedPsk>();

    remember(found->psk, *identity, context.exchange);
    const EarlyDataStatus early = early_data_allowed(*found, *offered, hello, suite, context)
                                      ? EarlyDataStatus::accepted
                                      : EarlyDataStatus::rejected;
    return std::optional(AcceptedPsk{found->index, found->psk, early});
}

Status drop_key_share_unless_wanted(const messages::ClientHello& hello, ChosenGroup& group,
                                    const Context& context) {
    PAVISE_LET(const auto modes, hello.extensions.get<messages::PskKeyExchangeModes>());
    const auto& ours = context.config->psk_modes;
    const auto both = [&](PskKeyExchangeMode mode) {
        return modes && modes->values.contains(mode) && std::ranges::find(ours, mode) != ours.end();
    };
    if (!both(PskKeyExchangeMode::psk_dhe_ke)) group.client_share.reset();
    if (!group.client_share && !both(PskKeyExchangeMode::psk_ke)) return fail(ErrorCode::missing_key_share);
    return {};
}

Status send_tickets(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes resumption_master_secret,
                    Context& context) {
    const ServerConfig& config = *context.config;
    if (!context.client_resumes || (config.session_store == nullptr && !config.ticket_keys)) return {};
    for (std::size_t i = 0; i < config.tickets; ++i) {
        // "ticket_nonce: A per-ticket value that is unique across all tickets issued on this connection"
        // (§4.6.1)
        const std::array<std::uint8_t, 2> nonce{static_cast<std::uint8_t>(i >> 8),
                                                static_cast<std::uint8_t>(i)};
        std::array<std::uint8_t, 4> age_add{}; // "a securely generated, random 32-bit value" (§4.6.1)
        PAVISE_TRY(context.exchange.rng().fill(age_add));
        SessionData session = session_of(suite, context);
        // A ticket that would be dead on arrival is not sent; the others say how long they really last.
        session.lifetime = std::chrono::floor<std::chrono::seconds>(session.expires_at() - session.issued_at);
        if (session.lifetime <= std::chrono::seconds(0)) return {};
        PAVISE_LET(session.secret, schedule::resumption_psk(hmac, resumption_master_secret, nonce));
        for (const std::uint8_t byte : age_add) session.age_add = session.age_add << 8 | byte;
        PAVISE_LET(const ByteVector ticket, make_ticket(session, context));
        if (ticket.empty()) return {};
        PAVISE_TRY(send_ticket(session, ticket, nonce, context));
    }
    return {};
}

} // namespace pavise::handshake::server
