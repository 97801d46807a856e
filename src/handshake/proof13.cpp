#include "handshake/proof13.hpp"

#include "crypto/signature_scheme.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>
#include <string_view>

namespace pavise::handshake {

ByteVector certificate_verify_content(Signer signer, Bytes transcript_hash) {
    constexpr std::size_t padding_size =
        64; // so that no TLS 1.2 ServerKeyExchange can be taken for it (§4.4.3)
    constexpr std::string_view server_context = "TLS 1.3, server CertificateVerify";
    constexpr std::string_view client_context = "TLS 1.3, client CertificateVerify";
    const Bytes context = as_bytes(signer == Signer::server ? server_context : client_context);
    ByteVector content;
    content.reserve(padding_size + context.size() + 1 + transcript_hash.size());
    content.assign(padding_size, 0x20);
    content.insert(content.end(), context.begin(), context.end());
    content.push_back(0);
    content.insert(content.end(), transcript_hash.begin(), transcript_hash.end());
    return content;
}

Result<PeerAuthenticated> verify_certificate_verify(const messages::CertificateVerify& message,
                                                    const crypto::PublicKey& key, Signer signer,
                                                    std::span<const SignatureScheme> offered,
                                                    Bytes transcript_hash) {
    const auto detail = static_cast<std::uint16_t>(message.algorithm);
    // "the signature algorithm MUST be one offered in the client's 'signature_algorithms' extension" (§4.4.3)
    if (std::find(offered.begin(), offered.end(), message.algorithm) == offered.end())
        return fail(ErrorCode::signature_scheme_not_offered, detail);
    // PKCS#1 v1.5 and SHA-1 stay out whatever was offered for TLS 1.2's sake; the curve is bound (§4.2.3).
    if (!crypto::fits_tls13(message.algorithm, key.type()))
        return fail(ErrorCode::scheme_does_not_fit_key, detail);
    PAVISE_TRY(key.verify(message.algorithm, certificate_verify_content(signer, transcript_hash),
                          message.signature));
    return PeerAuthenticated();
}

PeerAuthenticated authenticated_by_psk(const Psk&) noexcept {
    return {};
}

Result<FinishedVerified> verify_finished(const messages::Finished& message, crypto::Hmac& hmac,
                                         Bytes base_key, Bytes transcript_hash) {
    PAVISE_LET(const HashSecret expected, schedule::finished_mac(hmac, base_key, transcript_hash));
    PAVISE_TRY(message.has_length(expected.size()));
    if (!constant_time_equal(message.verify_data, expected.view())) return fail(ErrorCode::finished_mismatch);
    return FinishedVerified();
}

Status send_finished(Exchange& exchange, crypto::Hmac& hmac, Bytes base_key,
                     schedule::Transcript& transcript) {
    PAVISE_LET(const crypto::Digest hash, transcript.hash());
    PAVISE_LET(const HashSecret verify_data, schedule::finished_mac(hmac, base_key, hash.view()));
    return exchange.send(messages::Finished{verify_data.view()}, &transcript);
}

} // namespace pavise::handshake
