// The config's verdict on the peer's certificate.
#pragma once

#include "crypto/provider.hpp"
#include "engine/delegated_credential.hpp"
#include "handshake/decisions.hpp"
#include "trust/name_match.hpp"
#include "trust/verify.hpp"

#include <pavise/config.hpp>
#include <pavise/negotiated.hpp>

namespace pavise::engine {

// Validates Negotiated::peer_chain as the config says and keeps the path in Negotiated::verified_chain. A
// refusal is a verdict; an error is a failure to reach one.
Result<handshake::CertificateVerdict> verify_server(const ClientConfig& config,
                                                    const std::optional<trust::ReferenceName>& name,
                                                    const crypto::Provider& provider, Negotiated& negotiated);
Result<handshake::CertificateVerdict> verify_client(const ServerConfig& config,
                                                    const crypto::Provider& provider, Negotiated& negotiated);

// What the responses that came with a verified chain say of it, as the config's policy has it.
Status check_staples(const ClientConfig& config, const trust::VerifiedChain& chain,
                     const Negotiated& negotiated, Timestamp time);

// A digest of all that decides whether a peer is believed: policy, purpose and trusted certificates. A
// session that was made under another one is not resumed.
Result<SharedBytes> session_binding(const ClientConfig& config);
Result<SharedBytes> session_binding(const ServerConfig& config);

// The key of the peer's own certificate, which must be allowed to sign, or of the delegated credential that
// came with it; the chain is not looked at.
Result<handshake::PeerKey> leaf_key(const crypto::Provider& provider, const Negotiated& negotiated,
                                    const DelegationPolicy& policy);
DelegationPolicy delegation_by(const ClientConfig& config);
DelegationPolicy delegation_by(const ServerConfig& config);

} // namespace pavise::engine
