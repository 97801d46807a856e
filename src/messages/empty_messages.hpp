// Messages without a body: EndOfEarlyData (RFC 8446 §4.5), and TLS 1.2's HelloRequest (RFC 5246 §7.4.1.1) and
// ServerHelloDone (§7.4.5).
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

template <HandshakeType Type> struct EmptyMessage {
    static constexpr HandshakeType type = Type;
    static constexpr std::size_t max_size = 0;

    static Result<EmptyMessage> parse(wire::Reader&) { return EmptyMessage{}; }
    void write(wire::Writer&) const {}
};

using EndOfEarlyData = EmptyMessage<HandshakeType::end_of_early_data>;
using HelloRequest = EmptyMessage<HandshakeType::hello_request>;
using ServerHelloDone = EmptyMessage<HandshakeType::server_hello_done>;

} // namespace pavise::messages
