// What a session consists of, on either side, and its form in bytes: a client stores it, a server seals it
// into its ticket.
#pragma once

#include "base/secret.hpp"

#include <pavise/environment.hpp>
#include <pavise/registry.hpp>
#include <pavise/shared_bytes.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pavise::handshake {

// RFC 8446 §4.6.1: "Servers MUST NOT use any value greater than 604800 seconds (7 days)"; clients cache no
// longer.
inline constexpr std::chrono::seconds max_ticket_lifetime{604800};

struct SessionData {
    ProtocolVersion version = ProtocolVersion::tls_1_3;
    CipherSuite cipher_suite{};
    HashSecret secret;     // TLS 1.3: the PSK; TLS 1.2: the master secret
    Timestamp issued_at{}; // by the clock of whoever holds this
    // When the peer last proved itself with its certificate, and until when that certificate's chain is
    // valid: what sessions inherit from session to session, so that resuming does not make a proof immortal
    // (RFC 8446 §4.6.1).
    Timestamp authenticated_at{};
    Timestamp valid_until = Timestamp::max();
    std::chrono::seconds lifetime{0};
    std::uint32_t age_add = 0;
    std::uint32_t max_early_data = 0;
    ByteVector ticket;       // client: what the server wants back; server: empty
    ByteVector session_id;   // TLS 1.2
    std::string server_name; // client: the name that the server had to prove; server: the client's SNI
    std::string alpn_protocol;
    // A digest of what vouched for the peer: the policy and the trusted certificates. A session counts only
    // where both are still the same (CVE-2025-23419, CVE-2025-68121).
    SharedBytes binding;
    CertificateType peer_certificate_type = CertificateType::x509;
    CertificateType local_certificate_type = CertificateType::x509;
    std::vector<SharedBytes> peer_chain;
    std::vector<SharedBytes> verified_chain;
    ByteVector ocsp_response; // client: what came with the peer's certificate
    ByteVector certificate_timestamps;
    std::optional<NamedGroup> group;
    enum class ExtendedMasterSecret : std::uint8_t { absent, present };
    ExtendedMasterSecret extended_master_secret = ExtendedMasterSecret::absent; // TLS 1.2

    // At the latest max_ticket_lifetime after the proof, and with the peer's certificate.
    Timestamp expires_at() const noexcept {
        return std::min({issued_at + lifetime, authenticated_at + max_ticket_lifetime, valid_until});
    }
};

ByteVector serialise(const SessionData& session);
// bad_session for anything that serialise() of this or an earlier version did not write.
Result<SessionData> deserialise_session(Bytes bytes);

} // namespace pavise::handshake
