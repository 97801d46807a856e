// The client's ChangeCipherSpec and Finished, ours, and what may come after them (RFC 5246 §7.1, §7.4.9).
#include "handshake/renegotiation.hpp"
#include "handshake/server/resumption12.hpp"

namespace pavise::handshake::server {

Result<Next<ExpectClientFinished12>> ExpectChangeCipherSpec12::on(const ChangeCipherSpec&,
                                                                  Context& context) && {
    PAVISE_TRY(accept_change_cipher_spec(context.exchange, keyed, Signer::client));
    return ExpectClientFinished12{std::move(keyed), client_authenticated};
}

Result<Next<Connected12>> ExpectClientFinished12::on(const messages::Finished& message, Context& context) && {
    PAVISE_LET(const FinishedVerified verified,
               accept_finished12(context.exchange, keyed, Signer::client, message));
    if (keyed.flow == Flow12::full) {
        PAVISE_TRY(give_session12(keyed, context));
        PAVISE_TRY(send_finished12(context.exchange, keyed, Signer::server));
    }
    return Connected12{establish12(verified, std::move(keyed))};
}

Result<Next<Connected12>> Connected12::on(const messages::ClientHello&, Context& context) && {
    PAVISE_TRY(refuse_renegotiation(context.exchange, context.config->renegotiation));
    return std::move(*this);
}

} // namespace pavise::handshake::server
