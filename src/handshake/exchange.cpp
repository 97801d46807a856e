#include "handshake/exchange.hpp"

namespace pavise::handshake {

Status Exchange::send_written(HandshakeType type, schedule::Transcript* transcript) {
    if (around_.tap != nullptr) {
        around_.tap->rewrite_outgoing(type, outgoing_);
        around_.tap->on_message(wire::Direction::sent, outgoing_);
    }
    if (transcript != nullptr) transcript->add(outgoing_);
    return around_.transport.send(outgoing_);
}

} // namespace pavise::handshake
