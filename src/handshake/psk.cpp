#include "handshake/psk.hpp"

#include "base/try.hpp"
#include "crypto/cipher_suite.hpp"
#include "schedule/psk_importer.hpp"
#include "schedule/traffic_keys.hpp"

namespace pavise::handshake {

Psk Psk::clone() const {
    return {kind, identity, secret.clone(), hash, session, external_identity};
}

Result<Psk> psk_of_session(const std::shared_ptr<const SessionData>& session) {
    const auto suite = crypto::suite13(session->cipher_suite);
    if (!suite) return fail(ErrorCode::bad_session);
    return Psk{schedule::PskKind::resumption,
               session->ticket,
               SecretVector(session->secret.view()),
               suite->hash,
               session,
               {}};
}

Result<std::vector<Psk>> psks_of(const crypto::Provider& provider, const ExternalPsk& external) {
    std::vector<Psk> psks;
    if (external.kind == ExternalPsk::Kind::plain) {
        const auto suite = crypto::suite13(external.suite_hash);
        if (!suite) return fail(ErrorCode::bad_config);
        psks.push_back({schedule::PskKind::external, external.identity, SecretVector(Bytes(external.key)),
                        suite->hash, nullptr, external.identity});
        return psks;
    }
    const auto suite = crypto::suite13(external.suite_hash);
    if (!suite) return fail(ErrorCode::bad_config);
    const schedule::ExternalPsk imported{external.identity, external.context, external.key, suite->hash};
    for (const crypto::HashId hash : {crypto::HashId::sha256, crypto::HashId::sha384}) {
        PAVISE_LET(schedule::ImportedPsk psk,
                   schedule::import_psk(provider, imported, ProtocolVersion::tls_1_3, hash));
        psks.push_back({schedule::PskKind::imported, std::move(psk.identity), SecretVector(psk.key.view()),
                        hash, nullptr, external.identity});
    }
    return psks;
}

std::uint32_t obfuscated_ticket_age(const SessionData& session, Timestamp now) noexcept {
    return static_cast<std::uint32_t>((now - session.issued_at).count()) + session.age_add;
}

Result<HashSecret> binder(const crypto::Provider& provider, const Psk& psk,
                          const schedule::Transcript* before, Bytes truncated_hello) {
    PAVISE_LET(const auto early, schedule::EarlyStage::start(provider, psk.hash, psk.secret.view()));
    PAVISE_LET(const HashSecret binder_key, early.binder_key(psk.kind));
    if (before != nullptr) {
        PAVISE_LET(const crypto::Digest hash, before->hash_with(truncated_hello));
        return schedule::finished_mac(early.hmac(), binder_key.view(), hash.view());
    }
    PAVISE_LET(const auto transcript, schedule::Transcript::start(provider, psk.hash));
    PAVISE_LET(const crypto::Digest hash, transcript.hash_with(truncated_hello));
    return schedule::finished_mac(early.hmac(), binder_key.view(), hash.view());
}

} // namespace pavise::handshake
