#include "messages/extension/cookie.hpp"

namespace pavise::messages {

Result<Cookie> Cookie::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes cookie, reader.vector16({.least = 1}));
    PAVISE_TRY(reader.finish());
    return Cookie{cookie};
}

void Cookie::write(wire::Writer& writer) const {
    writer.vector16(cookie);
}

} // namespace pavise::messages
