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

// The same for a peer whose chain the caller has judged and believes: its key must be allowed to sign, and a
// client's certificate must pass the config's filters, all the same.
handshake::CertificateVerdict accept_server(const ClientConfig& config, const crypto::Provider& provider,
                                            const Negotiated& negotiated);
handshake::CertificateVerdict accept_client(const ServerConfig& config, const crypto::Provider& provider,
                                            const Negotiated& negotiated);

// What the responses that came with a verified chain say of it, as the config's policy has it.
Status check_staples(const ClientConfig& config, const trust::VerifiedChain& chain,
                     const Negotiated& negotiated, Timestamp time);

// A digest of all that decides whether a peer is believed: policy, purpose and trusted certificates. A
// session that was made under another one is not resumed.
Result<SharedBytes> session_binding(const ClientConfig& config);
Result<SharedBytes> session_binding(const ServerConfig& config);

} // namespace pavise::engine
