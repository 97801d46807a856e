// KeyUpdate (RFC 8446 §4.6.3).
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct KeyUpdate {
    static constexpr HandshakeType type = HandshakeType::key_update;
    static constexpr std::size_t max_size = 1;

    KeyUpdateRequest request_update = KeyUpdateRequest::update_not_requested;

    static Result<KeyUpdate> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
