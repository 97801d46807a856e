#include "handshake/proof12.hpp"

#include "crypto/signature_scheme.hpp"

#include <algorithm>

namespace pavise::handshake {

ByteVector server_key_exchange_content(const Random& client_random, const Random& server_random,
                                       Bytes params) {
    ByteVector content;
    content.reserve(client_random.size() + server_random.size() + params.size());
    for (const Bytes part : {Bytes(client_random), Bytes(server_random), params})
        content.insert(content.end(), part.begin(), part.end());
    return content;
}

Result<PeerAuthenticated> verify_signature12(const messages::DigitallySigned& signature,
                                             const crypto::PublicKey& key,
                                             std::span<const SignatureScheme> offered, Bytes content) {
    const auto detail = static_cast<std::uint16_t>(signature.algorithm);
    // "the signature algorithm and hash algorithm MUST be a pair offered in the client's signature_algorithms
    // extension" (RFC 5246 §7.4.3), or in the CertificateRequest (§7.4.8)
    if (std::find(offered.begin(), offered.end(), signature.algorithm) == offered.end())
        return fail(ErrorCode::signature_scheme_not_offered, detail);
    // "the hash and signature algorithms used in the signature MUST be compatible with the key in the …
    // certificate" (§7.4.3, §7.4.8)
    if (!crypto::fits_tls12(signature.algorithm, key.type()))
        return fail(ErrorCode::scheme_does_not_fit_key, detail);
    PAVISE_TRY(key.verify(signature.algorithm, content, signature.signature));
    return PeerAuthenticated();
}

Result<schedule::VerifyData12> verify_data12(const Keyed12& keyed, Signer sender) {
    PAVISE_LET(const crypto::Digest hash, keyed.handshake.transcript.hash());
    const auto compute =
        sender == Signer::client ? schedule::client_verify_data : schedule::server_verify_data;
    return compute(*keyed.handshake.hmac, keyed.master_secret.view(), hash.view());
}

Result<FinishedVerified> verify_finished12(const messages::Finished& message, const Keyed12& keyed,
                                           Signer sender) {
    PAVISE_LET(const schedule::VerifyData12 expected, verify_data12(keyed, sender));
    PAVISE_TRY(message.has_length(expected.size()));
    if (!constant_time_equal(message.verify_data, expected)) return fail(ErrorCode::finished_mismatch);
    return FinishedVerified();
}

} // namespace pavise::handshake
