#include "messages/key_update.hpp"

namespace pavise::messages {

Result<KeyUpdate> KeyUpdate::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint8_t request, reader.u8());
    // RFC 8446 §4.6.3: 'If an implementation receives any other value, it MUST terminate the connection with
    // an "illegal_parameter" alert.'
    if (request > static_cast<std::uint8_t>(KeyUpdateRequest::update_requested))
        return fail(ErrorCode::bad_key_update, request);
    return KeyUpdate{static_cast<KeyUpdateRequest>(request)};
}

void KeyUpdate::write(wire::Writer& writer) const {
    writer.u8(static_cast<std::uint8_t>(request_update));
}

} // namespace pavise::messages
