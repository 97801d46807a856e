#include "handshake/server/key_exchange12.hpp"

#include "messages/server_key_exchange.hpp"

namespace pavise::handshake::server {

namespace {

using crypto::KeyExchange12;

// A curve's point with its signature behind it: memory is asked for once.
constexpr std::size_t usual_key_exchange_size = 512;

template <class Params> Result<ByteVector> written(const Params& params) {
    ByteVector bytes;
    bytes.reserve(usual_key_exchange_size);
    wire::Writer writer(bytes);
    params.write(writer);
    PAVISE_TRY(writer.status());
    return bytes;
}

} // namespace

Result<OwnShare12> make_share12(const Negotiation12& negotiation, Exchange& exchange) {
    const KeyExchange12 kind = negotiation.suite.key_exchange;
    OwnShare12 own;
    if (crypto::uses_curves(kind)) {
        PAVISE_LET(own.share, exchange.provider().generate_key_share(negotiation.group, exchange.rng()));
        PAVISE_LET(own.params,
                   written(messages::ServerEcdhParams{negotiation.group, own.share->public_value()}));
    } else if (crypto::uses_finite_field(kind)) {
        const crypto::FiniteFieldGroup& field = negotiation.field;
        PAVISE_LET(own.share, exchange.provider().generate_dhe_share(field, exchange.rng()));
        PAVISE_LET(own.params, written(messages::ServerDhParams{field.prime, field.generator,
                                                                own.share->public_value()}));
    }
    if (negotiation.group != NamedGroup{}) exchange.negotiated().group = negotiation.group;
    return own;
}

Result<ClientShare12> read_client_share(const messages::ClientKeyExchange& message, KeyExchange12 exchange) {
    switch (exchange) {
    case KeyExchange12::ecdhe: {
        PAVISE_LET(const auto share, messages::EcdheClientKeyExchange::parse(message.body));
        return ClientShare12{{}, share.value};
    }
    case KeyExchange12::dhe: {
        PAVISE_LET(const auto share, messages::DheClientKeyExchange::parse(message.body));
        return ClientShare12{{}, share.value};
    }
    case KeyExchange12::psk: {
        PAVISE_LET(const auto share, messages::PskClientKeyExchange::parse(message.body));
        return ClientShare12{share.value, {}};
    }
    case KeyExchange12::ecdhe_psk: {
        PAVISE_LET(const auto share, messages::EcdhePskClientKeyExchange::parse(message.body));
        return ClientShare12{share.psk_identity, share.share.value};
    }
    case KeyExchange12::dhe_psk: {
        PAVISE_LET(const auto share, messages::DhePskClientKeyExchange::parse(message.body));
        return ClientShare12{share.psk_identity, share.share.value};
    }
    }
    return fail(ErrorCode::internal);
}

Result<SecretVector> agree12(const OwnShare12& own, Bytes client_value) {
    if (own.share == nullptr) return SecretVector();
    return own.share->agree(client_value);
}

} // namespace pavise::handshake::server
