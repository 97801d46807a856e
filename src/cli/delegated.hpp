// Delegated credentials on the command line (RFC 9345): made, used by either side, and taken from a peer.
#pragma once

#include "cli/arguments.hpp"
#include "trust/mint.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

inline constexpr Option option_delegated{
    "--delegated-credential", "FILE",
    "where the peer takes one (TLS 1.3), sign with the delegated credential in FILE, which has its key and "
    "certificate too: 'pavise cert make-delegated' makes it",
    Occurs::any_number};
inline constexpr Option option_accept_delegated{
    "--accept-delegated", "",
    "let the peer sign with a delegated credential of its certificate (RFC 9345), with the schemes of "
    "--sigalgs"};

// What we prove ourselves with in this role: each --delegated-credential, which is preferred where the peer
// takes one, then those of credentials_from(). Errors (usage): what is wrong with a file, or with a delegated
// credential now.
Outcome<std::vector<Credential>> all_credentials_from(const Arguments& arguments, Role role);
// Those of `schemes` that a delegated credential's key may sign with; none without --accept-delegated.
std::vector<SignatureScheme> delegated_schemes_from(const Arguments& arguments,
                                                    const std::vector<SignatureScheme>& schemes);

// What a peer's delegated credential says.
struct PeerDelegation {
    SignatureScheme signed_with{}; // by the certificate's key
    Timestamp not_after{};
};
// Nothing where the peer used none.
std::optional<PeerDelegation> delegation_of(const Negotiated& negotiated);

// The extension of certificates that may delegate (§4.2).
trust::MintExtension delegation_usage();

} // namespace pavise::cli
