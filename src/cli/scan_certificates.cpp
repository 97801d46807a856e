// The certificates of pavise scan: TLS 1.3 shows them only to who completes the key exchange, so the engine
// itself connects, once for each kind of signature; and what is wrong with them, all of it and not the first.
#include "cli/scan.hpp"

#include "cli/describe.hpp"
#include "cli/drive.hpp"
#include "cli/timestamps.hpp"
#include "crypto/public_key.hpp"
#include "trust/name_match.hpp"
#include "trust/verify.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto soon = 30 * 24h; // when a certificate's end is worth a word
constexpr std::size_t weakest_rsa = 2048;
// Contents octets of the signature algorithms that nobody should sign with any more.
constexpr std::string_view md5_with_rsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04";
constexpr std::string_view sha1_with_rsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05";
constexpr std::string_view sha1_with_ecdsa = "\x2a\x86\x48\xce\x3d\x04\x01";

// ---- fetching

struct SchemeSet {
    std::vector<SignatureScheme> schemes;
};

std::vector<SchemeSet> kinds_of_signature() {
    using enum SignatureScheme;
    return {{{ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
            {{rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512, rsa_pss_pss_sha256,
              rsa_pss_pss_sha384, rsa_pss_pss_sha512}},
            {{ed25519, ed448}},
            {{ml_dsa_44, ml_dsa_65, ml_dsa_87}}};
}

std::shared_ptr<const ClientConfig> config_for(const SchemeSet& kind) {
    auto config = std::make_shared<ClientConfig>();
    config->versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    config->signature_schemes = kind.schemes;
    config->certificate_signature_schemes = default_signature_schemes();
    config->alpn_protocols = {"h2", "http/1.1"};
    config->ocsp_response = Staple::requested;
    config->ocsp_policy = OcspPolicy::ignored;
    config->deferred.certificate = true; // looked at below, by more than a verdict
    return config;
}

// Shakes hands, whoever the server is.
Status shake_hands(Stream& stream, net::Deadline deadline) {
    while (!stream.connection().handshake_complete()) {
        if (stream.connection().waiting_for() == Decision::certificate) {
            PAVISE_TRY(stream.connection().certificate_verdict({}));
            continue;
        }
        PAVISE_TRY(stream.exchange(deadline));
    }
    return {};
}

void take(const Negotiated& negotiated, ScanResult& result) {
    const auto same = [&negotiated](const ChainFound& found) { return found.chain == negotiated.peer_chain; };
    if (!negotiated.peer_chain.empty() && std::ranges::none_of(result.chains, same))
        result.chains.push_back({.chain = negotiated.peer_chain});
    if (!negotiated.ocsp_response.empty())
        result.features.ocsp_stapled = true;
    else if (!result.features.ocsp_stapled)
        result.features.ocsp_stapled = false;
    if (!negotiated.alpn_protocol.empty()) result.features.alpn_protocol = negotiated.alpn_protocol;
}

// Tickets come with the first data, if they come at all: a server that gives none is not waited for.
void take_tickets(Stream& stream, std::chrono::milliseconds patience, ScanResult& result) {
    const net::Deadline deadline = net::Deadline::after(std::min<std::chrono::milliseconds>(patience, 500ms));
    std::vector<Session> sessions = stream.connection().take_sessions();
    while (sessions.empty() && !stream.connection().peer_closed() && stream.connection().data().empty() &&
           stream.exchange(deadline))
        sessions = stream.connection().take_sessions();
    if (sessions.empty()) return;
    result.features.session_tickets = true;
    result.features.early_data = sessions.back().max_early_data_size();
}

void fetch(const ScanTarget& target, const SchemeSet& kind, ScanResult& result) {
    const net::Deadline deadline = net::Deadline::after(target.patience);
    // A server without SNI has no name to be asked for; any will do, for nothing is verified here.
    auto connection = Connection::client(
        config_for(kind), {.server_name = target.server_name.empty() ? "localhost" : target.server_name});
    if (!connection) return;
    ++result.connections;
    auto socket = net::connect_to_any(std::span(&target.address, 1), deadline);
    if (!socket) return;
    Stream stream(*std::move(connection), *std::move(socket));
    const Status done = shake_hands(stream, deadline);
    take(stream.connection().negotiated(), result);
    if (done && !result.features.early_data) take_tickets(stream, target.patience, result);
    stream.part();
}

// ---- judging

std::string days_until(Timestamp end, Timestamp now) {
    return std::to_string(std::chrono::duration_cast<std::chrono::hours>(end - now).count() / 24) + " days";
}

void judge_time(const trust::Certificate& certificate, Timestamp now, ChainFound& found) {
    if (now < certificate.not_before())
        found.faults.push_back("not valid before " + to_text(certificate.not_before()));
    else if (now > certificate.not_after())
        found.faults.push_back("expired on " + to_text(certificate.not_after()));
    else if (certificate.not_after() - now < soon)
        found.remarks.push_back("expires in " + days_until(certificate.not_after(), now));
}

bool is_rsa(crypto::KeyType type) {
    return type == crypto::KeyType::rsa || type == crypto::KeyType::rsa_pss;
}

void judge_key(const trust::Certificate& certificate, std::size_t place, ChainFound& found) {
    const std::string of = place == 0 ? "" : " (certificate " + std::to_string(place) + ")";
    const auto key = crypto::make_public_key(certificate.subject_public_key_info());
    if (!key)
        found.faults.push_back("its key is of a type that is not supported" + of);
    else if (is_rsa((*key)->type()) && (*key)->bits() < weakest_rsa)
        found.faults.push_back("an RSA key of " + std::to_string((*key)->bits()) + " bits" + of);
    // Whom one trusts already needs no signature.
    if (certificate.self_signed()) return;
    const std::string_view signed_by = as_text(certificate.signature_algorithm_id().contents);
    if (signed_by == md5_with_rsa) found.faults.push_back("signed with MD5" + of);
    if (signed_by == sha1_with_rsa || signed_by == sha1_with_ecdsa)
        found.faults.push_back("signed with SHA-1" + of);
}

void judge_path(const ScanTarget& target, std::span<const trust::CertificatePtr> chain, ChainFound& found) {
    trust::VerifyOptions options;
    const trust::TrustStore nobody;
    options.store = target.trust.data() != nullptr ? target.trust.data() : &nobody;
    options.time = target.now;
    const auto verified = trust::verify_chain(chain, options);
    found.trusted = verified.has_value();
    if (verified) return;
    const ErrorCode code = verified.error().code;
    // What judge_time() said in full already.
    if (code == ErrorCode::certificate_expired || code == ErrorCode::certificate_not_yet_valid)
        if (verified.error().detail == 0) return;
    found.faults.push_back(in_words(verified.error()));
    if (code == ErrorCode::unknown_issuer && chain.size() == 1 && !chain.front()->self_signed())
        found.remarks.emplace_back("the server sends no intermediate certificate");
}

void judge(const ScanTarget& target, ChainFound& found) {
    std::vector<trust::CertificatePtr> chain;
    for (const SharedBytes& der : found.chain) {
        auto certificate = trust::Certificate::parse(der);
        if (!certificate) {
            found.faults.push_back("certificate " + std::to_string(chain.size()) + ": " +
                                   describe(certificate.error()));
            return;
        }
        chain.push_back(*std::move(certificate));
    }
    const trust::Certificate& leaf = *chain.front();
    judge_time(leaf, target.now, found);
    for (std::size_t place = 0; place < chain.size(); ++place) judge_key(*chain[place], place, found);
    judge_path(target, chain, found);
    if (const auto name = trust::ReferenceName::from_host(target.server_name))
        if (!trust::match_name(leaf, *name)) found.faults.push_back("not for '" + target.server_name + "'");
    if (leaf.must_staple()) found.remarks.emplace_back("promises a stapled OCSP response (must-staple)");
    if (leaf.extension(embedded_timestamps) != nullptr)
        found.remarks.emplace_back("holds certificate timestamps");
}

} // namespace

void scan_certificates(const ScanTarget& target, ScanResult& result) {
    const VersionFound* const tls13 = result.version(ProtocolVersion::tls_1_3);
    if (tls13 != nullptr && tls13->supported)
        for (const SchemeSet& kind : kinds_of_signature()) fetch(target, kind, result);
    for (ChainFound& found : result.chains) judge(target, found);
}

} // namespace pavise::cli
