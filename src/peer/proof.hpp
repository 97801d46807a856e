// How a scripted peer proves who it is: with a chain and a key, and whatever context string the script wants.
#pragma once

#include "peer/draft.hpp"

#include <pavise/config.hpp>
#include <pavise/negotiated.hpp>

#include <string_view>

namespace pavise::peer {

// RFC 8446 §4.4.3.
std::string_view certificate_verify_context(Role signer);
// What a CertificateVerify signs: 64 spaces, the context string, a zero byte, the transcript hash.
ByteVector signed_content(std::string_view context, Bytes transcript_hash);

// The chain of a credential as a Certificate; an empty one where there is none.
CertificateDraft certificate_of(const Credential& credential);
// The first scheme of TLS 1.3 that the credential's key can sign with.
SignatureScheme scheme_of(const Credential& credential);
Result<CertificateVerifyDraft> certificate_verify_by(const Credential& credential, SignatureScheme scheme,
                                                     Bytes content, Rng& rng);

} // namespace pavise::peer
