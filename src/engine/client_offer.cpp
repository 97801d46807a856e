#include "engine/client_offer.hpp"

#include "messages/client_hello.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/message.hpp"

namespace pavise::engine {

Result<ClientOffer> read_offer(Bytes client_hello) {
    PAVISE_LET(const auto hello, messages::parse_body<messages::ClientHello>(
                                     client_hello.subspan(messages::handshake_header_size)));
    PAVISE_LET(const auto name, hello.extensions.get<messages::ServerName>());
    PAVISE_LET(const auto protocols, hello.extensions.get<messages::AlpnProtocols>());
    ClientOffer offer;
    if (name) offer.server_name = as_text(name->host_name);
    if (protocols)
        for (const messages::ProtocolName& protocol : protocols->names)
            offer.alpn_protocols.push_back(as_text(protocol.bytes));
    return offer;
}

} // namespace pavise::engine
