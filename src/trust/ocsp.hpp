// OCSP responses that a peer staples to its certificates (RFC 6960; RFC 8446 §4.4.2.1, RFC 6066 §8, RFC
// 6961).
#pragma once

#include "trust/verify.hpp"

namespace pavise::trust {

// A response is a few hundred bytes, or a few thousand with the certificate of a delegated responder.
inline constexpr std::size_t max_ocsp_response_size = 64u << 10;

// A response without nextUpdate says that newer ones are always at hand (RFC 6960 §2.4); an old one is not
// believed.
inline constexpr std::chrono::hours max_ocsp_age = std::chrono::days(7);

// What a response says of the certificate at `place` of a verified chain. Success: it is well signed, by the
// issuer or by a responder to whom the issuer delegated, it is current, and it says good. Else
// certificate_revoked, ocsp_response_malformed, ocsp_response_unsuccessful, ocsp_signature_invalid,
// ocsp_certificate_not_covered, ocsp_status_unknown, ocsp_not_yet_valid or ocsp_expired. Precondition: place
// + 1 < chain.certificates.size().
Status check_ocsp_response(Bytes response, const VerifiedChain& chain, std::size_t place, Timestamp time);

// Everything stapled: `responses` goes with chain.certificates, empty views where nothing was stapled, and
// may be shorter. must_staple_missing where the leaf demands a response (RFC 7633) and there is none.
Status check_stapled_responses(std::span<const Bytes> responses, const VerifiedChain& chain, Timestamp time);

} // namespace pavise::trust
