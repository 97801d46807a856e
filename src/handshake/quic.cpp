#include "handshake/quic.hpp"

#include "messages/extension/opaque.hpp"

namespace pavise::handshake {

Status accept_quic_parameters(const messages::Extensions& extensions, Exchange& exchange) {
    PAVISE_LET(const auto parameters, extensions.get<messages::QuicTransportParameters>());
    if (!over_quic(exchange)) {
        // "a fatal alert of type unsupported_extension MUST be sent by an implementation that supports this
        // extension if the extension is received when the transport is not QUIC" (RFC 9001 §8.2)
        return parameters ? fail(ErrorCode::quic_parameters_without_quic) : Status();
    }
    // "endpoints that receive ClientHello or EncryptedExtensions messages without the
    // quic_transport_parameters extension MUST close the connection with an error of type 0x016d" (RFC 9001
    // §8.2): missing_extension
    if (!parameters) return fail(ErrorCode::missing_quic_parameters);
    exchange.transport().keep_quic_parameters(parameters->body);
    return {};
}

Status refuse_compatibility(Bytes legacy_session_id, const Exchange& exchange) {
    if (!legacy_session_id.empty() && over_quic(exchange)) return fail(ErrorCode::quic_session_id);
    return {};
}

Status refuse_key_update(const Exchange& exchange) {
    return over_quic(exchange) ? fail(ErrorCode::quic_key_update) : Status();
}

Status check_max_early_data(std::uint32_t value, const Exchange& exchange) {
    if (over_quic(exchange) && value != quic_max_early_data) return fail(ErrorCode::quic_ticket_early_data);
    return {};
}

} // namespace pavise::handshake
