// What a server takes from a ClientHello: version, suite, group, credential, protocol (RFC 8446 §4.1.1).
#pragma once

#include "handshake/credential.hpp"
#include "handshake/exchange.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension_table.hpp"

#include <pavise/config.hpp>

namespace pavise::handshake::server {

// Of what a server answers: memory is asked for once.
inline constexpr std::size_t usual_extensions_size = 128;

struct ChosenGroup {
    NamedGroup group;
    std::optional<Bytes> client_share; // nothing: a HelloRetryRequest has to ask for it
    // A hello without groups and shares can only end in psk_ke.
    bool any() const { return group != NamedGroup{}; }
};

// Which of the versions that both sides speak. Refuses hellos that no version allows.
Result<ProtocolVersion> choose_version(const messages::ClientHello& hello, const ServerConfig& config);
// TLS 1.3's own rules for the hello: fields that must be empty, extensions that must or must not be there.
Status check_hello13(const messages::ClientHello& hello);
Result<crypto::Suite13> choose_suite13(const messages::ClientHello& hello, const ServerConfig& config);
// Post-quantum groups come before all others, even at the price of a retry; among groups of one kind, one
// that the client sent a share for comes before one that it did not; our order decides the rest.
Result<ChosenGroup> choose_group(const messages::ClientHello& hello, const ServerConfig& config);
Result<ChosenCredential> choose_server_credential(const messages::ClientHello& hello,
                                                  const ServerConfig& config);
// Keeps the client's server_name and the application protocol in Negotiated. Fails where the client offers
// protocols and none is ours (RFC 7301 §3.2).
Status negotiate_names(const messages::ClientHello& hello, const ServerConfig& config,
                       Negotiated& negotiated);

// Answers what the client says of record sizes, and takes it up (RFC 8449 §4, RFC 6066 §4).
Status answer_record_sizes(const messages::ClientHello& hello, const ServerConfig& config, Exchange& exchange,
                           wire::Writer& extensions);

// RFC 8446 §4.1.2: what a second hello may change after a HelloRetryRequest that selected `group` and held
// `cookie` (empty: none).
Status check_second_hello(const messages::ClientHello& first, const messages::ClientHello& second,
                          NamedGroup group, Bytes cookie);

// Keeps what each side is going to show, `ours` and a certificate of the client where it is asked for one, in
// Negotiated; and the answer that says so (RFC 7250 §4.2).
Status negotiate_certificate_types(const messages::ClientHello& hello, const CredentialData& ours,
                                   const ServerConfig& config, Negotiated& negotiated);
void write_certificate_types(wire::Writer& extensions, const messages::ClientHello& hello,
                             const ServerConfig& config, const Negotiated& negotiated);

// In a resumption nobody shows anything; what was shown in the first connection is said again to a client
// that still takes it.
Status repeat_certificate_type(wire::Writer& extensions, const messages::ClientHello& hello,
                               const Negotiated& negotiated);

} // namespace pavise::handshake::server
