// The server's ChangeCipherSpec and Finished, and what may come after them (RFC 5246 §7.1, §7.4.9).
#include "handshake/client/states.hpp"
#include "handshake/renegotiation.hpp"

namespace pavise::handshake::client {

Result<Next<ExpectFinished12>> ExpectChangeCipherSpec12::on(const ChangeCipherSpec&, Context& context) && {
    PAVISE_TRY(accept_change_cipher_spec(context.exchange, keyed, Signer::server));
    return ExpectFinished12{std::move(keyed)};
}

Result<Next<Connected12>> ExpectFinished12::on(const messages::Finished& message, Context& context) && {
    PAVISE_LET(const FinishedVerified verified,
               accept_finished12(context.exchange, keyed, Signer::server, message));
    return Connected12{establish12(verified, std::move(keyed))};
}

Result<Next<Connected12>> Connected12::on(const messages::HelloRequest&, Context& context) && {
    PAVISE_TRY(refuse_renegotiation(context.exchange, context.config->renegotiation));
    return std::move(*this);
}

} // namespace pavise::handshake::client
