#include "handshake/handshake12.hpp"

#include "handshake/certificate_types.hpp"
#include "handshake/credential.hpp"
#include "handshake/proof12.hpp"
#include "schedule/key_log.hpp"

namespace pavise::handshake {

namespace {

schedule::HelloRandoms randoms(const Exchange& exchange, const Handshake12& handshake) {
    return {exchange.client_random, handshake.server_random};
}

// What a suite takes from the key block. GCM and CCM have 4 bytes of salt (RFC 5288 §3, RFC 6655 §3),
// ChaCha20-Poly1305 a whole nonce (RFC 7905 §2); with CBC each record has an IV of its own (RFC 5246
// §6.2.3.2).
schedule::KeyBlockSizes key_block_sizes(const crypto::Suite12& suite) {
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite.protection))
        return {crypto::digest_size(cbc->mac), crypto::cbc_key_size(cbc->cipher), 0};
    constexpr std::size_t salt_size = 4;
    const auto aead = std::get<crypto::AeadId>(suite.protection);
    return {0, crypto::aead_key_size(aead),
            aead == crypto::AeadId::chacha20_poly1305 ? crypto::aead_nonce_size : salt_size};
}

const schedule::WriteKeys& keys_of(const Keyed12& keyed, Signer sender) {
    return sender == Signer::client ? keyed.keys.client : keyed.keys.server;
}

Result<Keyed12> expand_keys(Exchange& exchange, Handshake12 handshake, HashSecret master_secret,
                            Flow12 flow) {
    exchange.log_secret(schedule::key_log_label::client_random, master_secret.view());
    PAVISE_LET(schedule::KeyBlock keys,
               schedule::key_block(*handshake.hmac, master_secret.view(), randoms(exchange, handshake),
                                   key_block_sizes(handshake.suite)));
    return Keyed12{std::move(handshake), std::move(master_secret), std::move(keys), flow, std::nullopt};
}

} // namespace

Result<Handshake12> begin_handshake12(Exchange& exchange, const crypto::Suite12& suite,
                                      ExtendedMasterSecret extended_master_secret,
                                      const Random& server_random) {
    if (exchange.dropped_change_cipher_spec()) return fail(ErrorCode::unexpected_change_cipher_spec);
    PAVISE_LET(auto running, schedule::Transcript::start(exchange.provider(), suite.prf));
    PAVISE_LET(auto hmac, exchange.provider().hmac(suite.prf));
    exchange.negotiated().version = ProtocolVersion::tls_1_2;
    exchange.negotiated().cipher_suite = suite.id;
    return Handshake12{
        suite, extended_master_secret, server_random, Transcript12(std::move(running)), std::move(hmac), {}};
}

Result<Keyed12> derive_keys12(Exchange& exchange, Handshake12 handshake, Bytes pre_master_secret) {
    if (handshake.extended_master_secret == ExtendedMasterSecret::present) {
        PAVISE_LET(const crypto::Digest session_hash, handshake.transcript.hash());
        PAVISE_LET(HashSecret secret,
                   schedule::extended_master_secret(*handshake.hmac, pre_master_secret, session_hash.view()));
        return expand_keys(exchange, std::move(handshake), std::move(secret), Flow12::full);
    }
    PAVISE_LET(HashSecret secret,
               schedule::master_secret(*handshake.hmac, pre_master_secret, randoms(exchange, handshake)));
    return expand_keys(exchange, std::move(handshake), std::move(secret), Flow12::full);
}

Result<Keyed12> resume_keys12(Exchange& exchange, Handshake12 handshake, const SessionData& session) {
    handshake.transcript.forget_messages();
    return expand_keys(exchange, std::move(handshake), session.secret.clone(), Flow12::resumed);
}

Result<SecretVector> pre_master_secret_with_psk(const crypto::Suite12& suite, Bytes other_secret, Bytes psk) {
    if (suite.key_exchange == crypto::KeyExchange12::psk) return schedule::plain_psk_pre_master_secret(psk);
    return schedule::psk_pre_master_secret(other_secret, psk);
}

Status send_finished12(Exchange& exchange, Keyed12& keyed, Signer ours) {
    PAVISE_TRY(exchange.transport().send_change_cipher_spec());
    PAVISE_TRY(exchange.transport().install_write_keys12(keyed.handshake.suite, keys_of(keyed, ours)));
    PAVISE_LET(const schedule::VerifyData12 verify_data, verify_data12(keyed, ours));
    if (!keyed.first_finished) keyed.first_finished = verify_data;
    return send12(exchange, messages::Finished{verify_data}, keyed.handshake.transcript);
}

Status accept_change_cipher_spec(Exchange& exchange, const Keyed12& keyed, Signer theirs) {
    return exchange.change_read_keys(keyed.handshake.suite, keys_of(keyed, theirs));
}

Result<FinishedVerified> accept_finished12(Exchange& exchange, Keyed12& keyed, Signer theirs,
                                           const messages::Finished& message) {
    PAVISE_LET(const FinishedVerified verified, verify_finished12(message, keyed, theirs));
    if (!keyed.first_finished) {
        keyed.first_finished.emplace();
        std::copy(message.verify_data.begin(), message.verify_data.end(), keyed.first_finished->begin());
    }
    keyed.handshake.transcript.add(exchange.message());
    return verified;
}

Established12 establish12(FinishedVerified peer_finished, Keyed12 keyed) noexcept {
    return {peer_finished,
            keyed.handshake.suite,
            keyed.handshake.extended_master_secret,
            keyed.handshake.server_random,
            std::move(keyed.master_secret),
            keyed.first_finished.value_or(schedule::VerifyData12{})};
}

Result<ExporterSecret> Established12::exporter(const Exchange& exchange) const {
    if (extended_master_secret == ExtendedMasterSecret::absent)
        return fail(ErrorCode::no_extended_master_secret);
    return ExporterSecret{master_secret.view(), suite.prf,
                          schedule::HelloRandoms{exchange.client_random, server_random}};
}

std::optional<Bytes> Established12::tls_unique_binding() const {
    if (extended_master_secret == ExtendedMasterSecret::absent) return std::nullopt;
    return Bytes(tls_unique);
}

SessionData session_data12(const Exchange& exchange, const Keyed12& keyed) {
    const Negotiated& negotiated = exchange.negotiated();
    SessionData session;
    session.version = ProtocolVersion::tls_1_2;
    session.cipher_suite = keyed.handshake.suite.id;
    session.secret = keyed.master_secret.clone();
    session.issued_at = exchange.clock().now();
    session.authenticated_at = exchange.authenticated_at;
    session.valid_until = exchange.valid_until;
    session.alpn_protocol = negotiated.alpn_protocol;
    session.peer_certificate_type = negotiated.peer_certificate_type;
    session.local_certificate_type = negotiated.local_certificate_type;
    session.peer_chain = negotiated.peer_chain;
    session.verified_chain = negotiated.verified_chain;
    session.ocsp_response = negotiated.ocsp_response;
    session.certificate_timestamps = negotiated.certificate_timestamps;
    session.group = negotiated.group;
    session.extended_master_secret = keyed.handshake.extended_master_secret;
    return session;
}

void remember_session(Exchange& exchange, const SessionData& session) {
    exchange.authenticated_at = session.authenticated_at;
    exchange.valid_until = session.valid_until;
    Negotiated& negotiated = exchange.negotiated();
    negotiated.resumed = true;
    negotiated.group = session.group;
    negotiated.peer_certificate_type = session.peer_certificate_type;
    negotiated.local_certificate_type = session.local_certificate_type;
    negotiated.peer_chain = session.peer_chain;
    negotiated.verified_chain = session.verified_chain;
    negotiated.ocsp_response = session.ocsp_response;
    negotiated.certificate_timestamps = session.certificate_timestamps;
}

Status remember_peer_key(Exchange& exchange, const messages::RawPublicKeyCertificate12& message) {
    const Bytes key = message.subject_public_key_info;
    PAVISE_TRY(check_raw_key(key));
    exchange.negotiated().peer_chain = {SharedBytes(key)};
    return {};
}

Status send_certificate12(Exchange& exchange, const CredentialData* credential, Transcript12& transcript) {
    if (credential != nullptr && credential->type == CertificateType::raw_public_key)
        return send12(exchange, messages::RawPublicKeyCertificate12{credential->chain.front()}, transcript);
    std::vector<messages::Asn1Certificate> list;
    if (credential != nullptr)
        for (const ByteVector& certificate : credential->chain) list.push_back({certificate});
    return send12(exchange, messages::Certificate12{list}, transcript);
}

void remember_peer_chain(Exchange& exchange, const messages::Certificate12& message) {
    auto& chain = exchange.negotiated().peer_chain;
    chain.clear();
    for (const auto& certificate : message.certificate_list) chain.emplace_back(certificate.bytes);
}

} // namespace pavise::handshake
