// A server that asks for our certificate after the handshake (RFC 8446 §4.6.2).
#include "handshake/client/states.hpp"

namespace pavise::handshake::client {

Result<Next<AwaitPostHandshakeSignature, Connected>>
Connected::on(const messages::CertificateRequest& message, Context& context) && {
    Exchange& exchange = context.exchange;
    PAVISE_TRY(exchange.budget.draw());
    PAVISE_LET(ClientAuthentication authentication, answer_to(message, certificate_type, *context.config));
    // The handshake context of each request: the handshake and the request, but no other one (§4.4).
    PAVISE_LET(schedule::Transcript transcript, handshake_transcript->fork());
    transcript.add(exchange.message());

    const auto* credential = authentication.chosen ? authentication.chosen->credential.data() : nullptr;
    ByteVector flight;
    PAVISE_LET(const HandshakeType type,
               write_certificate(exchange.outgoing(), credential, authentication.form));
    exchange.gather_written(type, transcript, flight);
    exchange.outgoing() = ByteVector(); // as large as the chain: not kept
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    if (credential == nullptr) {
        PAVISE_TRY(exchange.transport().send_authentication(std::move(flight), hash));
        return std::move(*this);
    }
    context.signature = PendingSignature{authentication.chosen->credential, authentication.chosen->scheme,
                                         certificate_verify_content(Signer::client, hash.view())};
    return AwaitPostHandshakeSignature{std::move(*this), std::move(flight), std::move(transcript)};
}

Result<Next<Connected>> AwaitPostHandshakeSignature::on(const Signature& signature, Context& context) && {
    Exchange& exchange = context.exchange;
    const SignatureScheme scheme = context.signature->scheme;
    exchange.outgoing().clear();
    wire::Writer writer(exchange.outgoing());
    messages::write_message(writer, messages::CertificateVerify{scheme, signature.value});
    PAVISE_TRY(writer.status());
    exchange.gather_written(HandshakeType::certificate_verify, transcript, flight);
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_TRY(exchange.transport().send_authentication(std::move(flight), hash));
    exchange.negotiated().local_signature = scheme;
    exchange.negotiated().local_credential = context.signature->credential;
    context.signature.reset();
    return std::move(connected);
}

} // namespace pavise::handshake::client
