// ClientKeyExchange of TLS 1.2 (RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2–3, RFC 5489 §2). As with
// ServerKeyExchange, the handshake reads the body in the form that it negotiated.
#pragma once

#include "messages/message.hpp"
#include "messages/vector.hpp"

namespace pavise::messages {

struct ClientKeyExchange {
    static constexpr HandshakeType type = HandshakeType::client_key_exchange;
    // A DH share of 8,192 bits is 1 KiB; the rest is for a PSK identity, of which 128 bytes must be
    // supported (RFC 4279 §5.3).
    static constexpr std::size_t max_size = 16384;

    Bytes body; // one of the forms below

    static Result<ClientKeyExchange> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// A form that is one vector: the client's public value, or its PSK identity.
template <std::size_t Width, std::size_t Least> struct SingleClientKeyExchange {
    Bytes value;

    static Result<SingleClientKeyExchange> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const Bytes value, read_vector<Width>(reader, {.least = Least}));
        PAVISE_TRY(reader.finish());
        return SingleClientKeyExchange{value};
    }
    void write(wire::Writer& writer) const {
        const auto scope = open_vector<Width>(writer);
        writer.bytes(value);
    }
};
using EcdheClientKeyExchange = SingleClientKeyExchange<1, 1>; // an ECPoint
using DheClientKeyExchange = SingleClientKeyExchange<2, 1>;   // dh_Yc
using PskClientKeyExchange = SingleClientKeyExchange<2, 0>;   // psk_identity

// A PSK identity, then the client's public value.
template <class Share> struct PskShareClientKeyExchange {
    Bytes psk_identity;
    Share share;

    static Result<PskShareClientKeyExchange> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const Bytes identity, reader.vector16());
        PAVISE_LET(const Share share, Share::parse(reader.take_rest()));
        return PskShareClientKeyExchange{identity, share};
    }
    void write(wire::Writer& writer) const {
        writer.vector16(psk_identity);
        share.write(writer);
    }
};
using EcdhePskClientKeyExchange = PskShareClientKeyExchange<EcdheClientKeyExchange>;
using DhePskClientKeyExchange = PskShareClientKeyExchange<DheClientKeyExchange>;

} // namespace pavise::messages
