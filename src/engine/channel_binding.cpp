// What protocols above TLS tie themselves to: exported keys and channel bindings.
#include "engine/handshake_engine.hpp"
#include "handshake/credential.hpp"
#include "schedule/traffic_keys.hpp"
#include "trust/certificate.hpp"
#include "trust/signature_hash.hpp"

namespace pavise::engine {

namespace {

// RFC 5929 §4.1: the hash of the certificate's signature algorithm, with SHA-256 in the place of MD5 and
// SHA-1. Where that algorithm has no single hash (Ed25519 and its like) the binding is not defined.
Result<ByteVector> end_point_binding(const crypto::Provider& provider, Bytes certificate) {
    PAVISE_LET(const trust::CertificatePtr parsed, trust::Certificate::parse(certificate));
    PAVISE_LET(const crypto::HashId id, trust::signature_hash(*parsed));
    PAVISE_LET(const auto hash, provider.hash(id));
    hash->update(certificate);
    PAVISE_LET(const crypto::Digest digest, hash->digest());
    return ByteVector(digest.begin(), digest.end());
}

} // namespace

Status HandshakeEngine::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                               MutableBytes out) const {
    PAVISE_LET(const auto exporter, handshake_->exporter());
    if (exporter.randoms) {
        PAVISE_LET(const auto hmac, hooks_.provider->hmac(exporter.hash));
        return schedule::export_keying_material12(*hmac, exporter.secret, *exporter.randoms, label, context,
                                                  out);
    }
    return schedule::export_keying_material(*hooks_.provider, exporter.hash, exporter.secret, label,
                                            context.value_or(Bytes()), out);
}

Result<ByteVector> HandshakeEngine::channel_binding(std::string_view type) const {
    if (!handshake_->complete()) return fail(ErrorCode::handshake_not_done);
    if (type == "tls-exporter") {
        ByteVector binding(32); // RFC 9266 §2
        PAVISE_TRY(export_keying_material("EXPORTER-Channel-Binding", Bytes(), binding));
        return binding;
    }
    if (type == "tls-unique") {
        const auto first_finished = handshake_->tls_unique();
        if (!first_finished) return fail(ErrorCode::no_channel_binding);
        return ByteVector(first_finished->begin(), first_finished->end());
    }
    if (type == "tls-server-end-point") {
        Bytes certificate;
        if (role_ == Role::client && !negotiated_.peer_chain.empty())
            certificate = negotiated_.peer_chain.front();
        if (role_ == Role::server) certificate = negotiated_.local_credential.certificate();
        if (certificate.empty()) return fail(ErrorCode::no_channel_binding);
        return end_point_binding(*hooks_.provider, certificate);
    }
    return fail(ErrorCode::no_channel_binding);
}

} // namespace pavise::engine
