#include "engine/peer_verification.hpp"

#include "base/try.hpp"
#include "engine/certificate_facts.hpp"
#include "handshake/credential.hpp"
#include "trust/chain_cache.hpp"
#include "trust/ocsp.hpp"
#include "wire/writer.hpp"

#include <algorithm>

namespace pavise::engine {

namespace {

using handshake::CertificateVerdict;

CertificateVerdict refusal(Error why) {
    return {why, nullptr};
}

// The responses in the order of the verified chain, which need not be that of the certificates as they came.
std::vector<Bytes> staples_along(const trust::VerifiedChain& chain, const Negotiated& negotiated) {
    std::vector<Bytes> staples{negotiated.ocsp_response};
    for (std::size_t place = 1; place < chain.certificates.size(); ++place) {
        const Bytes der = chain.certificates[place]->der();
        Bytes found;
        for (std::size_t i = 1; i < negotiated.peer_chain.size(); ++i)
            if (i <= negotiated.issuer_ocsp_responses.size() &&
                std::ranges::equal(negotiated.peer_chain[i], der))
                found = negotiated.issuer_ocsp_responses[i - 1];
        staples.push_back(found);
    }
    return staples;
}

CertificateVerdict verdict_of(Result<handshake::PeerKey> key, Timestamp valid_until) {
    if (!key) return refusal(key.error());
    return {std::nullopt, std::move(key->key), valid_until, key->delegated_scheme};
}

// Each certificate is kept once, however often it is shown.
void remember(const trust::VerifiedChain& chain, Negotiated& negotiated) {
    negotiated.verified_chain.clear();
    negotiated.verified_chain.reserve(chain.certificates.size());
    for (const trust::CertificatePtr& certificate : chain.certificates)
        negotiated.verified_chain.emplace_back(certificate, certificate->der());
    for (SharedBytes& presented : negotiated.peer_chain)
        for (const SharedBytes& verified : negotiated.verified_chain)
            if (presented == verified) presented = verified;
}

Timestamp end_of(const trust::VerifiedChain& chain) {
    Timestamp valid_until = Timestamp::max();
    for (const trust::CertificatePtr& certificate : chain.certificates)
        valid_until = std::min(valid_until, certificate->not_after());
    return valid_until;
}

// The store remembers what it has verified; its keys are Botan's.
Result<trust::VerifiedPeer> verified(const trust::VerifyOptions& options, const crypto::Provider& provider,
                                     const Negotiated& negotiated) {
    const std::vector<Bytes> presented(negotiated.peer_chain.begin(), negotiated.peer_chain.end());
    trust::VerifiedChainCache* const memory = options.store->verified_chains();
    if (memory != nullptr && &provider == &crypto::botan_provider())
        return memory->verify(presented, options, provider);
    return trust::verify_peer(presented, options, provider);
}

// The key that stands for a peer with this leaf, whose own key `leaf_key` is.
Result<handshake::PeerKey> key_of(const trust::Certificate& leaf,
                                  std::shared_ptr<const crypto::PublicKey> leaf_key,
                                  const crypto::Provider& provider, const Negotiated& negotiated,
                                  const DelegationPolicy& policy) {
    // "the digitalSignature bit MUST be set if the Key Usage extension is present" (RFC 8446 §4.4.2.2),
    // whoever judges the chain
    if (!leaf.allows(trust::KeyUsage::digital_signature)) return fail(ErrorCode::key_usage_not_allowed);
    if (negotiated.peer_delegated_credential.empty())
        return handshake::PeerKey{std::move(leaf_key), std::nullopt};
    PAVISE_LET(DelegatedKey delegated,
               delegated_key(provider, leaf, negotiated.peer_delegated_credential, policy));
    return handshake::PeerKey{std::move(delegated.key), delegated.scheme};
}

Result<trust::CertificatePtr> leaf_of(const Negotiated& negotiated) {
    if (negotiated.peer_chain.empty()) return fail(ErrorCode::internal);
    return trust::Certificate::parse(negotiated.peer_chain.front());
}

bool is_raw_key(const Negotiated& negotiated) {
    return negotiated.peer_certificate_type == CertificateType::raw_public_key;
}

// The key of the peer's own certificate, which must be allowed to sign, or of the delegated credential that
// came with it; the chain is not looked at.
Result<handshake::PeerKey> leaf_key(const crypto::Provider& provider, const Negotiated& negotiated,
                                    const DelegationPolicy& policy) {
    if (is_raw_key(negotiated)) {
        if (negotiated.peer_chain.empty()) return fail(ErrorCode::internal);
        PAVISE_LET(auto key, provider.public_key(negotiated.peer_chain.front()));
        return handshake::PeerKey{std::move(key), std::nullopt};
    }
    PAVISE_LET(const trust::CertificatePtr leaf, leaf_of(negotiated));
    PAVISE_LET(auto own, provider.public_key(leaf->subject_public_key_info()));
    return key_of(*leaf, std::move(own), provider, negotiated, policy);
}

DelegationPolicy delegation_by(const ClientConfig& config) {
    return {Role::server, config.delegated_credential_schemes, config.signature_schemes, config.clock->now()};
}
DelegationPolicy delegation_by(const ServerConfig& config) {
    return {Role::client, config.delegated_credential_schemes, config.signature_schemes, config.clock->now()};
}

CertificateVerdict verdict_of(const trust::VerifiedPeer& peer, const crypto::Provider& provider,
                              const Negotiated& negotiated, const DelegationPolicy& policy) {
    return verdict_of(key_of(*peer.chain->leaf(), peer.key, provider, negotiated, policy),
                      end_of(*peer.chain));
}

// The verdict on a peer whose chain somebody else believes. Its sessions end with its own certificate, unless
// that was believed past its end.
CertificateVerdict accept_peer(const crypto::Provider& provider, const Negotiated& negotiated,
                               const DelegationPolicy& policy) {
    if (is_raw_key(negotiated)) return verdict_of(leaf_key(provider, negotiated, policy), Timestamp::max());
    const auto leaf = leaf_of(negotiated);
    if (!leaf) return refusal(leaf.error());
    auto own = provider.public_key((*leaf)->subject_public_key_info());
    if (!own) return refusal(own.error());
    const Timestamp end = (*leaf)->not_after() > policy.time ? (*leaf)->not_after() : Timestamp::max();
    return verdict_of(key_of(**leaf, std::move(*own), provider, negotiated, policy), end);
}

// What our own filters ask for (RFC 8446 §4.2.5). They are ours: checked when the config was.
Status check_filters(const ServerConfig& config, const trust::Certificate& leaf) {
    const std::vector<messages::OidFilter> filters = handshake::filters_of(config);
    PAVISE_LET(const auto asked, handshake::UseFilters::in({filters}));
    if (!asked.pass(uses_of(leaf))) return fail(ErrorCode::oid_filter_not_met);
    return {};
}

const trust::TrustStore& store_of(const TrustStore& store) {
    static const trust::TrustStore nobody;
    return store.data() != nullptr ? *store.data() : nobody;
}

Result<SharedBytes> digest_of(Bytes written) {
    PAVISE_LET(const auto hash, crypto::botan_provider().hash(crypto::HashId::sha256));
    hash->update(written);
    PAVISE_LET(const crypto::Digest digest, hash->digest());
    return SharedBytes(digest.view());
}

// A raw key is believed where the config names it.
Result<CertificateVerdict> verdict_on_raw_key(const std::vector<ByteVector>& trusted,
                                              const crypto::Provider& provider,
                                              const Negotiated& negotiated) {
    const SharedBytes& shown = negotiated.peer_chain.front();
    if (std::ranges::none_of(trusted, [&](const ByteVector& key) { return shown == key; }))
        return CertificateVerdict{Error{ErrorCode::raw_key_not_trusted}, nullptr};
    return verdict_of(leaf_key(provider, negotiated, {}), Timestamp::max());
}

void write_keys(wire::Writer& writer, const std::vector<ByteVector>& keys) {
    writer.u16(static_cast<std::uint16_t>(keys.size()));
    for (const ByteVector& key : keys) writer.vector16(key);
}

} // namespace

Status check_staples(const ClientConfig& config, const trust::VerifiedChain& chain,
                     const Negotiated& negotiated, Timestamp time) {
    if (config.ocsp_response == Staple::not_requested || config.ocsp_policy == OcspPolicy::ignored) return {};
    // A certificate that is trusted as it stands needs nobody's word.
    if (config.ocsp_policy == OcspPolicy::required && chain.certificates.size() > 1 &&
        negotiated.ocsp_response.empty())
        return fail(ErrorCode::staple_missing);
    return trust::check_stapled_responses(staples_along(chain, negotiated), chain, time);
}

Result<SharedBytes> session_binding(const ClientConfig& config) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.vector8(as_bytes("client"));
    writer.u8(static_cast<std::uint8_t>(config.verification));
    writer.u8(static_cast<std::uint8_t>(config.common_name));
    writer.u8(static_cast<std::uint8_t>(config.ocsp_response));
    writer.u8(static_cast<std::uint8_t>(config.ocsp_policy));
    writer.u8(config.deferred.certificate ? 1 : 0);
    writer.vector8(store_of(config.trust).fingerprint());
    write_keys(writer, config.trusted_keys);
    // Who we are to the server: with other credentials we would be somebody else's session (CVE-2016-5419).
    for (const Credential& credential : config.credentials)
        if (credential.data() != nullptr) writer.vector24(credential.data()->chain.front());
    return digest_of(bytes);
}

Result<SharedBytes> session_binding(const ServerConfig& config) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.vector8(as_bytes("server"));
    writer.u8(static_cast<std::uint8_t>(config.client_verification));
    writer.u8(config.deferred.certificate ? 1 : 0);
    writer.vector8(store_of(config.client_trust).fingerprint());
    writer.vector24(config.session_context);
    write_keys(writer, config.trusted_client_keys);
    for (const CertificateFilter& filter : config.client_certificate_filters) {
        writer.vector8(filter.extension);
        writer.vector16(filter.values);
    }
    return digest_of(bytes);
}

CertificateVerdict accept_server(const ClientConfig& config, const crypto::Provider& provider,
                                 const Negotiated& negotiated) {
    return accept_peer(provider, negotiated, delegation_by(config));
}

CertificateVerdict accept_client(const ServerConfig& config, const crypto::Provider& provider,
                                 const Negotiated& negotiated) {
    if (!config.client_certificate_filters.empty() && !is_raw_key(negotiated)) {
        const auto leaf = leaf_of(negotiated);
        if (!leaf) return refusal(leaf.error());
        if (const auto status = check_filters(config, **leaf); !status) return refusal(status.error());
    }
    return accept_peer(provider, negotiated, delegation_by(config));
}

Result<CertificateVerdict> verify_server(const ClientConfig& config,
                                         const std::optional<trust::ReferenceName>& name,
                                         const crypto::Provider& provider, Negotiated& negotiated) {
    const DelegationPolicy delegation = delegation_by(config);
    if (config.verification == PeerVerification::none)
        return verdict_of(leaf_key(provider, negotiated, delegation), Timestamp::max());
    if (is_raw_key(negotiated)) return verdict_on_raw_key(config.trusted_keys, provider, negotiated);
    trust::VerifyOptions options;
    options.store = &store_of(config.trust);
    options.time = delegation.time;
    options.purpose = trust::Purpose::server_auth;
    options.name = name;
    options.common_name = config.common_name == CommonName::fallback
                              ? trust::CommonNamePolicy::when_no_dns_name
                              : trust::CommonNamePolicy::ignore;
    const auto peer = verified(options, provider, negotiated);
    if (!peer) return refusal(peer.error());
    if (const auto status = check_staples(config, *peer->chain, negotiated, options.time); !status)
        return refusal(status.error());
    remember(*peer->chain, negotiated);
    return verdict_of(*peer, provider, negotiated, delegation);
}

Result<CertificateVerdict> verify_client(const ServerConfig& config, const crypto::Provider& provider,
                                         Negotiated& negotiated) {
    if (is_raw_key(negotiated)) return verdict_on_raw_key(config.trusted_client_keys, provider, negotiated);
    const DelegationPolicy delegation = delegation_by(config);
    trust::VerifyOptions options;
    options.store = &store_of(config.client_trust);
    options.time = delegation.time;
    options.purpose = trust::Purpose::client_auth;
    const auto peer = verified(options, provider, negotiated);
    if (!peer) return refusal(peer.error());
    if (const auto status = check_filters(config, *peer->chain->leaf()); !status)
        return refusal(status.error());
    remember(*peer->chain, negotiated);
    return verdict_of(*peer, provider, negotiated, delegation);
}

} // namespace pavise::engine
