#include "handshake/exchange.hpp"

#include "schedule/key_log.hpp"

namespace pavise::handshake {

void Exchange::show_to_tap(HandshakeType type) {
    if (around_.tap == nullptr) return;
    around_.tap->rewrite_outgoing(type, outgoing_);
    around_.tap->on_message(wire::Direction::sent, outgoing_);
}

Status Exchange::send_written(HandshakeType type, schedule::Transcript* transcript) {
    show_to_tap(type);
    if (transcript != nullptr) transcript->add(outgoing_);
    return around_.transport.send(outgoing_);
}

void Exchange::gather_written(HandshakeType type, schedule::Transcript& transcript, ByteVector& flight) {
    show_to_tap(type);
    transcript.add(outgoing_);
    flight.insert(flight.end(), outgoing_.begin(), outgoing_.end());
}

void Exchange::log_secret(std::string_view label, Bytes secret) const noexcept {
    if (around_.tap != nullptr) around_.tap->on_secret(label, client_random, secret);
    if (around_.key_log != nullptr) schedule::log_secret(*around_.key_log, label, client_random, secret);
}

} // namespace pavise::handshake
