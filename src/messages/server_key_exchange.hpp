// ServerKeyExchange of TLS 1.2 (RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2–3, RFC 5489 §2). Its form follows
// from the cipher suite: the message keeps the body, and the handshake reads it in the form that it
// negotiated.
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct ServerKeyExchange {
    static constexpr HandshakeType type = HandshakeType::server_key_exchange;
    // Group, prime and share of 8,192 bits are 3 KiB, a signature at most 2 KiB; the rest is for a PSK
    // identity hint.
    static constexpr std::size_t max_size = 16384;

    Bytes body; // one of the forms below

    static Result<ServerKeyExchange> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// ServerECDHParams with a named curve, the only kind of curve there is (RFC 8422 §5.4).
struct ServerEcdhParams {
    NamedGroup named_curve{};
    Bytes point;

    static Result<ServerEcdhParams> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// ServerDHParams (RFC 5246 §7.4.3). Numbers big-endian, as they came.
struct ServerDhParams {
    Bytes dh_p;
    Bytes dh_g;
    Bytes dh_ys;

    static Result<ServerDhParams> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// digitally-signed (RFC 5246 §4.7).
struct DigitallySigned {
    SignatureScheme algorithm{};
    Bytes signature;

    static Result<DigitallySigned> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// ECDHE_* and DHE_* with a certificate.
template <class Params> struct SignedServerKeyExchange {
    Params params;
    Bytes signed_params; // the bytes of params, which the signature covers; not used to write
    DigitallySigned signature;

    static Result<SignedServerKeyExchange> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const Params params, Params::parse(reader));
        const Bytes signed_params = body.first(body.size() - reader.remaining());
        PAVISE_LET(const DigitallySigned signature, DigitallySigned::parse(reader));
        PAVISE_TRY(reader.finish());
        return SignedServerKeyExchange{params, signed_params, signature};
    }
    void write(wire::Writer& writer) const {
        params.write(writer);
        signature.write(writer);
    }
};
using EcdheServerKeyExchange = SignedServerKeyExchange<ServerEcdhParams>;
using DheServerKeyExchange = SignedServerKeyExchange<ServerDhParams>;

// PSK (RFC 4279 §2). The message is left out where there is no hint.
struct PskServerKeyExchange {
    Bytes psk_identity_hint;

    static Result<PskServerKeyExchange> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// ECDHE_PSK and DHE_PSK (RFC 5489 §2, RFC 4279 §3): a hint, which may be empty, then unsigned parameters.
template <class Params> struct PskParamsServerKeyExchange {
    Bytes psk_identity_hint;
    Params params;

    static Result<PskParamsServerKeyExchange> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const Bytes hint, reader.vector16());
        PAVISE_LET(const Params params, Params::parse(reader));
        PAVISE_TRY(reader.finish());
        return PskParamsServerKeyExchange{hint, params};
    }
    void write(wire::Writer& writer) const {
        writer.vector16(psk_identity_hint);
        params.write(writer);
    }
};
using EcdhePskServerKeyExchange = PskParamsServerKeyExchange<ServerEcdhParams>;
using DhePskServerKeyExchange = PskParamsServerKeyExchange<ServerDhParams>;

} // namespace pavise::messages
