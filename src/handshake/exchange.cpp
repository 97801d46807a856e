#include "handshake/exchange.hpp"

#include "schedule/key_log.hpp"

namespace pavise::handshake {

Status Exchange::send_written(HandshakeType type, schedule::Transcript* transcript) {
    if (around_.tap != nullptr) {
        around_.tap->rewrite_outgoing(type, outgoing_);
        around_.tap->on_message(wire::Direction::sent, outgoing_);
    }
    if (transcript != nullptr) transcript->add(outgoing_);
    return around_.transport.send(outgoing_);
}

void Exchange::log_secret(std::string_view label, Bytes secret) const noexcept {
    if (around_.tap != nullptr) around_.tap->on_secret(label, client_random, secret);
    if (around_.key_log != nullptr) schedule::log_secret(*around_.key_log, label, client_random, secret);
}

} // namespace pavise::handshake
