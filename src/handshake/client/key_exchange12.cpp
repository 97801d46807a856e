#include "handshake/client/key_exchange12.hpp"

#include "handshake/groups12.hpp"
#include "messages/client_key_exchange.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

using crypto::KeyExchange12;

ByteVector copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

Result<ServerShare12> share_of(const messages::ServerEcdhParams& params, const ClientConfig& config) {
    const auto& ours = config.groups;
    // "the client's capabilities … are exceeded; cf. Section 5.1" (RFC 8422 §5.4): a curve that is not in our
    // supported_groups.
    if (!is_curve12(params.named_curve) ||
        std::find(ours.begin(), ours.end(), params.named_curve) == ours.end())
        return fail(ErrorCode::curve_not_offered, static_cast<std::uint16_t>(params.named_curve));
    return ServerShare12{params.named_curve, {}, copy(params.point)};
}

Result<ServerShare12> share_of(const messages::ServerDhParams& params, const ClientConfig&) {
    return ServerShare12{NamedGroup{}, {copy(params.dh_p), copy(params.dh_g)}, copy(params.dh_ys)};
}

template <class Message> Result<SignedShare12> read_signed(Bytes body, const ClientConfig& config) {
    PAVISE_LET(const auto message, Message::parse(body));
    PAVISE_LET(ServerShare12 share, share_of(message.params, config));
    return SignedShare12{std::move(share), message.signed_params, message.signature};
}

template <class Message> Result<ServerShare12> read_unsigned(Bytes body, const ClientConfig& config) {
    PAVISE_LET(const auto message, Message::parse(body));
    return share_of(message.params, config);
}

// Our half, and the secret of both.
Result<crypto::KeyShareAnswer> answer(KeyExchange12 exchange, const ServerShare12& theirs, Context& context) {
    const crypto::Provider& provider = context.exchange.provider();
    if (exchange == KeyExchange12::psk) return crypto::KeyShareAnswer{};
    if (crypto::uses_curves(exchange)) {
        context.exchange.negotiated().group = theirs.curve;
        return provider.answer_key_share(theirs.curve, theirs.public_value, context.exchange.rng());
    }
    PAVISE_LET(const auto own, provider.generate_dhe_share(theirs.field, context.exchange.rng()));
    PAVISE_LET(SecretVector secret, own->agree(theirs.public_value));
    return crypto::KeyShareAnswer{copy(own->public_value()), std::move(secret)};
}

Result<ByteVector> body_of(KeyExchange12 exchange, Bytes public_value, Bytes identity) {
    using messages::DheClientKeyExchange;
    using messages::EcdheClientKeyExchange;
    ByteVector body;
    wire::Writer writer(body);
    switch (exchange) {
    case KeyExchange12::ecdhe: EcdheClientKeyExchange{public_value}.write(writer); break;
    case KeyExchange12::dhe: DheClientKeyExchange{public_value}.write(writer); break;
    case KeyExchange12::psk: messages::PskClientKeyExchange{identity}.write(writer); break;
    case KeyExchange12::ecdhe_psk:
        messages::EcdhePskClientKeyExchange{identity, {public_value}}.write(writer);
        break;
    case KeyExchange12::dhe_psk:
        messages::DhePskClientKeyExchange{identity, {public_value}}.write(writer);
        break;
    }
    PAVISE_TRY(writer.status());
    return body;
}

} // namespace

Result<SignedShare12> read_signed_share(Bytes body, const crypto::Suite12& suite,
                                        const ClientConfig& config) {
    if (crypto::uses_curves(suite.key_exchange))
        return read_signed<messages::EcdheServerKeyExchange>(body, config);
    return read_signed<messages::DheServerKeyExchange>(body, config);
}

Result<ServerShare12> read_psk_share(Bytes body, const crypto::Suite12& suite, const ClientConfig& config) {
    if (crypto::uses_curves(suite.key_exchange))
        return read_unsigned<messages::EcdhePskServerKeyExchange>(body, config);
    if (crypto::uses_finite_field(suite.key_exchange))
        return read_unsigned<messages::DhePskServerKeyExchange>(body, config);
    PAVISE_TRY(messages::PskServerKeyExchange::parse(body));
    return ServerShare12{};
}

const ExternalPsk* psk12(const ClientConfig& config) noexcept {
    const auto psk = std::ranges::find(config.external_psks, ExternalPsk::Kind::plain, &ExternalPsk::kind);
    return psk == config.external_psks.end() ? nullptr : &*psk;
}

Result<SecretVector> send_client_key_exchange(const crypto::Suite12& suite, const ServerShare12& server_share,
                                              Transcript12& transcript, Context& context) {
    const bool with_psk = suite.authentication == crypto::Authentication12::psk;
    const ExternalPsk* psk = with_psk ? psk12(*context.config) : nullptr;
    if (with_psk && psk == nullptr) return fail(ErrorCode::internal);
    PAVISE_LET(crypto::KeyShareAnswer own, answer(suite.key_exchange, server_share, context));
    PAVISE_LET(const ByteVector body,
               body_of(suite.key_exchange, own.public_value, with_psk ? Bytes(psk->identity) : Bytes()));
    PAVISE_TRY(send12(context.exchange, messages::ClientKeyExchange{body}, transcript));
    if (!with_psk) return std::move(own.secret);
    context.exchange.negotiated().psk_identity = psk->identity;
    return pre_master_secret_with_psk(suite, own.secret.view(), psk->key);
}

} // namespace pavise::handshake::client
