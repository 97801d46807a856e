#include "messages/client_key_exchange.hpp"

namespace pavise::messages {

Result<ClientKeyExchange> ClientKeyExchange::parse(wire::Reader& reader) {
    return ClientKeyExchange{reader.take_rest()};
}

void ClientKeyExchange::write(wire::Writer& writer) const {
    writer.bytes(body);
}

} // namespace pavise::messages
