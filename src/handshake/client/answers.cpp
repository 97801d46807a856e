#include "handshake/client/answers.hpp"

#include "handshake/client/states.hpp"
#include "messages/extension/alpn.hpp"

#include <algorithm>

namespace pavise::handshake::client {

Status accept_alpn(const messages::Extensions& extensions, Context& context) {
    PAVISE_LET(const auto selected, extensions.get<messages::AlpnSelected>());
    if (!selected) return {};
    const std::string_view name = as_text(selected->name);
    // RFC 7301 §3.2: the server selects from what the client advertised.
    const auto& offered = context.config->alpn_protocols;
    if (std::find(offered.begin(), offered.end(), name) == offered.end())
        return fail(ErrorCode::alpn_not_offered);
    context.exchange.negotiated().alpn_protocol = name;
    return {};
}

} // namespace pavise::handshake::client
