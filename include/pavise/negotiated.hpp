// What two peers agreed on, and what a connection may wait for.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/config.hpp>
#include <pavise/registry.hpp>
#include <pavise/shared_bytes.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pavise {

// What the connection waits for from its caller (see DeferredDecisions).
enum class Decision : std::uint8_t { none, certificate, signature, config, psk };

// What became of early data. A client whose early data was rejected sends it again, or something else.
enum class EarlyDataStatus : std::uint8_t { not_offered, pending, accepted, rejected };

// What a server asks of the client's certificate, as it came (RFC 8446 §4.3.2, RFC 5246 §7.4.4).
struct CertificateWishes {
    std::vector<SignatureScheme> signature_schemes{}; // by the server's preference
    // The names, in DER, of the authorities that it accepts; empty: it names none. At most the first
    // max_authorities_shown.
    std::vector<SharedBytes> authorities{};
    ByteVector certificate_types{}; // of TLS 1.2 alone: IANA's ClientCertificateType, as numbers
};
// Far more than servers name; those of a hostile one could be many thousands.
inline constexpr std::size_t max_authorities_shown = 1024;

// What was agreed. Views and values are valid as long as the connection.
struct Negotiated {
    ProtocolVersion version{};
    CipherSuite cipher_suite{};
    std::optional<NamedGroup> group;                // none where the key came from a PSK alone
    std::optional<SignatureScheme> peer_signature;  // of the peer's CertificateVerify
    std::optional<SignatureScheme> local_signature; // of ours
    Credential local_credential{};                  // that we proved; holds nothing where there was none
    std::string alpn_protocol;                      // empty: none
    std::string server_name;                        // the client's SNI; empty: none
    CertificateType peer_certificate_type = CertificateType::x509;
    CertificateType local_certificate_type = CertificateType::x509;
    std::vector<SharedBytes> peer_chain;     // DER, as the peer sent it, leaf first; or its raw public key
    std::vector<SharedBytes> verified_chain; // DER, leaf to anchor; empty where nothing was verified
    ByteVector ocsp_response{};              // for the peer's leaf, in DER, as it came; empty: none
    // The same for the certificates above the leaf, in the order of peer_chain; an empty one: none.
    std::vector<ByteVector> issuer_ocsp_responses{};
    // With which the peer signed in its certificate's place (RFC 9345), as it came; empty: none.
    ByteVector peer_delegated_credential{};
    ByteVector certificate_timestamps{}; // SignedCertificateTimestampList of the leaf; empty: none
    // Client: what the server asked of a certificate in the handshake; null: it asked for none. Who had none
    // that fits can choose one by it, for a new connection.
    std::shared_ptr<const CertificateWishes> certificate_wishes{};
    bool hello_retry = false; // a HelloRetryRequest was needed
    bool resumed = false;     // by a session: the chains are those of its first connection
    ByteVector psk_identity;  // of the external PSK, if one authenticated both sides
    EarlyDataStatus early_data = EarlyDataStatus::not_offered;
    // Server, resumption in TLS 1.3: by how much the client makes its ticket older than we do (RFC 8446
    // §8.3). Early data is accepted within ServerConfig::early_data_window of zero.
    std::optional<Milliseconds> ticket_age_skew{};
    EchStatus ech = EchStatus::not_offered; // Encrypted Client Hello (RFC 9849)
    // Client that offered ECH: the name that the server proves itself by where it rejects that, and whose
    // chain is then to be judged (§6.1.7).
    std::string ech_public_name;
    // Client, once the connection has failed with ech_rejected: the ECHConfigList to try again with, once, on
    // a new connection (§6.1.6). Vouched for by the public name's certificate, as far as the config verifies
    // any. Empty: the server has no ECH any more, and a new connection can do without.
    ByteVector ech_retry_configs{};
};

} // namespace pavise
