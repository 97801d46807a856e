// The server's NewSessionTicket, ChangeCipherSpec and Finished, and what may come after them (RFC 5246 §7.1,
// §7.4.9; RFC 5077 §3.3).
#include "handshake/client/ech_answer.hpp"
#include "handshake/renegotiation.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

// RFC 5246 §F.1.4: "an upper limit of 24 hours is suggested for session ID lifetimes"; and for tickets whose
// server does not say.
constexpr std::chrono::seconds default_session_lifetime = std::chrono::hours(24);

// Hands the session to the transport, where it can be resumed at all.
void keep_session(const Keyed12& keyed, std::optional<Ticket12> ticket, Context& context) {
    const Handshake12& handshake = keyed.handshake;
    const bool has_ticket = ticket && !ticket->ticket.empty();
    const bool has_id = keyed.flow == Flow12::full && !handshake.session_id.empty();
    if (handshake.extended_master_secret == ExtendedMasterSecret::absent ||
        handshake.suite.authentication == crypto::Authentication12::psk || // the key is there again
        context.config->psk_modes.empty() || !(has_ticket || has_id))
        return;
    SessionData session = session_data12(context.exchange, keyed);
    session.lifetime = default_session_lifetime;
    if (has_ticket) {
        if (ticket->lifetime_hint != 0)
            session.lifetime = std::min(std::chrono::seconds(ticket->lifetime_hint), max_ticket_lifetime);
        session.ticket = std::move(ticket->ticket);
    } else {
        session.session_id.assign(handshake.session_id.begin(), handshake.session_id.end());
    }
    session.server_name = context.reference_name;
    session.binding = context.binding;
    context.exchange.transport().keep_session(
        Session(std::make_shared<const SessionData>(std::move(session))));
}

} // namespace

Result<Next<ExpectChangeCipherSpec12>>
ExpectNewSessionTicket12::on(const messages::NewSessionTicket12& message, Context& context) && {
    keyed.handshake.transcript.add(context.exchange.message());
    return ExpectChangeCipherSpec12{
        std::move(keyed),
        Ticket12{message.ticket_lifetime_hint, ByteVector(message.ticket.begin(), message.ticket.end())}};
}

Result<Next<ExpectFinished12>> ExpectChangeCipherSpec12::on(const ChangeCipherSpec&, Context& context) && {
    PAVISE_TRY(accept_change_cipher_spec(context.exchange, keyed, Signer::server));
    return ExpectFinished12{std::move(keyed), std::move(ticket)};
}

Result<Next<Connected12>> ExpectFinished12::on(const messages::Finished& message, Context& context) && {
    PAVISE_LET(const FinishedVerified verified,
               accept_finished12(context.exchange, keyed, Signer::server, message));
    // It "MUST ignore all session tickets and session IDs presented by the server" (RFC 9849 §6.1.7).
    PAVISE_TRY(end_rejected_ech(context));
    if (keyed.flow == Flow12::resumed) PAVISE_TRY(send_finished12(context.exchange, keyed, Signer::client));
    keep_session(keyed, std::move(ticket), context);
    return Connected12{establish12(verified, std::move(keyed))};
}

Result<Next<Connected12>> Connected12::on(const messages::HelloRequest&, Context& context) && {
    PAVISE_TRY(refuse_renegotiation(context.exchange, context.config->renegotiation));
    return std::move(*this);
}

} // namespace pavise::handshake::client
