#include "handshake/client/key_exchange12.hpp"

#include "handshake/groups12.hpp"
#include "messages/client_key_exchange.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

bool offers(const ClientConfig& config, NamedGroup curve) {
    return is_curve12(curve) &&
           std::find(config.groups.begin(), config.groups.end(), curve) != config.groups.end();
}

} // namespace

Result<SignedShare12> read_server_share(Bytes body, const ClientConfig& config) {
    PAVISE_LET(const auto message, messages::EcdheServerKeyExchange::parse(body));
    // "the client's capabilities … are exceeded; cf. Section 5.1" (RFC 8422 §5.4): a curve that is not in our
    // supported_groups.
    if (!offers(config, message.params.named_curve))
        return fail(ErrorCode::curve_not_offered, static_cast<std::uint16_t>(message.params.named_curve));
    const Bytes point = message.params.point;
    return SignedShare12{{message.params.named_curve, ByteVector(point.begin(), point.end())},
                         message.signed_params,
                         message.signature};
}

Result<SecretVector> send_client_key_exchange(Exchange& exchange, const ServerShare12& server_share,
                                              Transcript12& transcript) {
    PAVISE_LET(crypto::KeyShareAnswer answer,
               exchange.provider().answer_key_share(server_share.curve, server_share.public_value,
                                                    exchange.rng()));
    ByteVector body;
    wire::Writer writer(body);
    messages::EcdheClientKeyExchange{answer.public_value}.write(writer);
    PAVISE_TRY(writer.status());
    PAVISE_TRY(send12(exchange, messages::ClientKeyExchange{body}, transcript));
    exchange.negotiated().group = server_share.curve;
    return std::move(answer.secret);
}

} // namespace pavise::handshake::client
