#include "engine/peer_verification.hpp"

#include "base/try.hpp"
#include "handshake/credential.hpp"
#include "trust/verify.hpp"
#include "wire/writer.hpp"

#include <algorithm>

namespace pavise::engine {

namespace {

Result<handshake::CertificateVerdict> verdict_by(const trust::VerifyOptions& options,
                                                 const crypto::Provider& provider, Negotiated& negotiated) {
    std::vector<Bytes> presented(negotiated.peer_chain.begin(), negotiated.peer_chain.end());
    auto chain = trust::verify_chain(presented, options);
    if (!chain) return handshake::CertificateVerdict{chain.error(), nullptr};
    negotiated.verified_chain.clear();
    for (const trust::CertificatePtr& certificate : chain->certificates)
        negotiated.verified_chain.emplace_back(certificate->der().begin(), certificate->der().end());
    auto key = provider.public_key(chain->leaf()->subject_public_key_info());
    if (!key) return handshake::CertificateVerdict{key.error(), nullptr};
    Timestamp valid_until = Timestamp::max();
    for (const trust::CertificatePtr& certificate : chain->certificates)
        valid_until = std::min(valid_until, certificate->not_after());
    return handshake::CertificateVerdict{std::nullopt, *std::move(key), valid_until};
}

const trust::TrustStore& store_of(const TrustStore& store) {
    static const trust::TrustStore nobody;
    return store.data() != nullptr ? *store.data() : nobody;
}

Result<ByteVector> digest_of(Bytes written) {
    PAVISE_LET(const auto hash, crypto::botan_provider().hash(crypto::HashId::sha256));
    hash->update(written);
    PAVISE_LET(const crypto::Digest digest, hash->digest());
    return ByteVector(digest.begin(), digest.end());
}

// A raw key is believed where the config names it.
Result<handshake::CertificateVerdict> verdict_on_raw_key(const std::vector<ByteVector>& trusted,
                                                         const crypto::Provider& provider,
                                                         const Negotiated& negotiated) {
    if (std::ranges::find(trusted, negotiated.peer_chain.front()) == trusted.end())
        return handshake::CertificateVerdict{Error{ErrorCode::raw_key_not_trusted}, nullptr};
    auto key = leaf_key(provider, negotiated);
    if (!key) return handshake::CertificateVerdict{key.error(), nullptr};
    return handshake::CertificateVerdict{std::nullopt, *std::move(key)};
}

void write_keys(wire::Writer& writer, const std::vector<ByteVector>& keys) {
    writer.u16(static_cast<std::uint16_t>(keys.size()));
    for (const ByteVector& key : keys) writer.vector16(key);
}

} // namespace

Result<ByteVector> session_binding(const ClientConfig& config) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.vector8(as_bytes("client"));
    writer.u8(static_cast<std::uint8_t>(config.verification));
    writer.u8(static_cast<std::uint8_t>(config.common_name));
    writer.u8(config.deferred.certificate ? 1 : 0);
    writer.vector8(store_of(config.trust).fingerprint());
    write_keys(writer, config.trusted_keys);
    // Who we are to the server: with other credentials we would be somebody else's session (CVE-2016-5419).
    for (const Credential& credential : config.credentials)
        if (credential.data() != nullptr) writer.vector24(credential.data()->chain.front());
    return digest_of(bytes);
}

Result<ByteVector> session_binding(const ServerConfig& config) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.vector8(as_bytes("server"));
    writer.u8(static_cast<std::uint8_t>(config.client_verification));
    writer.u8(config.deferred.certificate ? 1 : 0);
    writer.vector8(store_of(config.client_trust).fingerprint());
    writer.vector24(config.session_context);
    write_keys(writer, config.trusted_client_keys);
    return digest_of(bytes);
}

Result<std::shared_ptr<const crypto::PublicKey>> leaf_key(const crypto::Provider& provider,
                                                          const Negotiated& negotiated) {
    if (negotiated.peer_chain.empty()) return fail(ErrorCode::internal);
    if (negotiated.peer_certificate_type == CertificateType::raw_public_key)
        return provider.public_key(negotiated.peer_chain.front());
    PAVISE_LET(const trust::CertificatePtr leaf, trust::Certificate::parse(negotiated.peer_chain.front()));
    // "the digitalSignature bit MUST be set if the Key Usage extension is present" (RFC 8446 §4.4.2.2),
    // whoever judges the chain
    if (!leaf->allows(trust::KeyUsage::digital_signature)) return fail(ErrorCode::key_usage_not_allowed);
    return provider.public_key(leaf->subject_public_key_info());
}

Result<handshake::CertificateVerdict> verify_server(const ClientConfig& config,
                                                    const std::optional<trust::ReferenceName>& name,
                                                    const crypto::Provider& provider,
                                                    Negotiated& negotiated) {
    if (config.verification == PeerVerification::none) {
        auto key = leaf_key(provider, negotiated);
        if (!key) return handshake::CertificateVerdict{key.error(), nullptr};
        return handshake::CertificateVerdict{std::nullopt, *std::move(key)};
    }
    if (negotiated.peer_certificate_type == CertificateType::raw_public_key)
        return verdict_on_raw_key(config.trusted_keys, provider, negotiated);
    trust::VerifyOptions options;
    options.store = &store_of(config.trust);
    options.time = config.clock->now();
    options.purpose = trust::Purpose::server_auth;
    options.name = name;
    options.common_name = config.common_name == CommonName::fallback
                              ? trust::CommonNamePolicy::when_no_dns_name
                              : trust::CommonNamePolicy::ignore;
    return verdict_by(options, provider, negotiated);
}

Result<handshake::CertificateVerdict>
verify_client(const ServerConfig& config, const crypto::Provider& provider, Negotiated& negotiated) {
    if (negotiated.peer_certificate_type == CertificateType::raw_public_key)
        return verdict_on_raw_key(config.trusted_client_keys, provider, negotiated);
    trust::VerifyOptions options;
    options.store = &store_of(config.client_trust);
    options.time = config.clock->now();
    options.purpose = trust::Purpose::client_auth;
    return verdict_by(options, provider, negotiated);
}

} // namespace pavise::engine
