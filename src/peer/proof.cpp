#include "peer/proof.hpp"

#include "base/try.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"

namespace pavise::peer {

std::string_view certificate_verify_context(Role signer) {
    return signer == Role::client ? "TLS 1.3, client CertificateVerify" : "TLS 1.3, server CertificateVerify";
}

ByteVector signed_content(std::string_view context, Bytes transcript_hash) {
    ByteVector content(64, 0x20);
    content.insert(content.end(), context.begin(), context.end());
    content.push_back(0);
    content.insert(content.end(), transcript_hash.begin(), transcript_hash.end());
    return content;
}

CertificateDraft certificate_of(const Credential& credential) {
    CertificateDraft draft;
    if (credential.data() == nullptr) return draft;
    for (const ByteVector& certificate : credential.data()->chain)
        draft.certificate_list.push_back({certificate, {}});
    return draft;
}

SignatureScheme scheme_of(const Credential& credential) {
    if (credential.data() != nullptr)
        for (const crypto::SchemeTraits& traits : crypto::signature_schemes())
            if (crypto::fits_tls13(traits.scheme, credential.data()->key->type())) return traits.scheme;
    return SignatureScheme{};
}

Result<CertificateVerifyDraft> certificate_verify_by(const Credential& credential, SignatureScheme scheme,
                                                     Bytes content, Rng& rng) {
    if (credential.data() == nullptr) return fail(ErrorCode::bad_argument);
    PAVISE_LET(ByteVector signature, credential.data()->key->sign(scheme, content, rng));
    return CertificateVerifyDraft{scheme, std::move(signature)};
}

} // namespace pavise::peer
