// What a connection is told before it starts: versions, suites, groups, credentials, trust, limits.
//
// A config is built once, checked by Connection::client() or Connection::server(), and then shared by any
// number of connections as std::shared_ptr<const …>: it never changes under a running connection. Copy it to
// change it. Thread rules: a const config is safe to share between threads.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/compression.hpp>
#include <pavise/ech.hpp>
#include <pavise/environment.hpp>
#include <pavise/export.hpp>
#include <pavise/key_log.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>
#include <pavise/session.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pavise {

namespace engine {
struct ConfigFacts;
}
namespace handshake {
struct CredentialData;
}
namespace trust {
class TrustStore;
}
namespace testing {
class Access; // what <pavise/testing/…> may do and applications may not
}

enum class Role : std::uint8_t { client, server };

// What a delegated credential says (RFC 9345 §4).
struct DelegationTerms {
    Role role = Role::server;             // of whoever uses it
    ByteVector subject_public_key_info{}; // DER
    SignatureScheme scheme{};             // with which its key signs
    SignatureScheme signed_with{};        // the scheme of the certificate's own key
    Timestamp not_after{};                // at most seven days from its use
};

// A certificate chain with its private key. A cheap handle; the key behind it is shared and thread-safe.
class PAVISE_EXPORT Credential {
    std::shared_ptr<const handshake::CredentialData> data_{};

  public:
    Credential() noexcept; // holds nothing; use one of the factories
    explicit Credential(std::shared_ptr<const handshake::CredentialData> data) noexcept;
    Credential(const Credential&) noexcept;
    Credential& operator=(const Credential&) noexcept;
    Credential(Credential&&) noexcept;
    Credential& operator=(Credential&&) noexcept;
    ~Credential();

    // `chain_pem`: the leaf first, then the certificates that lead to an anchor. `key_pem`: PKCS#8, PKCS#1 or
    // SEC1; encrypted PKCS#8 is opened with `password`. PEM or DER is told by the first bytes. Errors:
    // no_certificate_found, key_password_wrong, key_does_not_match, weak_certificate_key (RSA below 2048) …
    static Result<Credential> load(Bytes chain, Bytes key, std::string_view password = {});

    // A key without a certificate, for peers that know it by other means (RFC 7250). Errors: as load.
    static Result<Credential> raw_public_key(Bytes key, std::string_view password = {});

    // The same chain and key, restricted to these schemes, by preference. Without it the key signs with those
    // of the config. Empty: bad_argument.
    Result<Credential> signing_with(std::vector<SignatureScheme> schemes) const;
    // The same with OCSP responses, in DER, that are stapled to the chain for peers that ask (RFC 6066 §8,
    // RFC 8446 §4.4.2.1): one for each certificate, the leaf's first; an empty one where there is none.
    // bad_argument for more responses than certificates.
    Result<Credential> with_ocsp_responses(std::vector<ByteVector> responses) const;
    // The same with a SignedCertificateTimestampList for the leaf (RFC 6962 §3.3) for peers that ask.
    // bad_argument unless it is one.
    Result<Credential> with_certificate_timestamps(ByteVector list) const;
    // The same certificate with a delegated credential, as delegate() makes it, and its key, which signs from
    // now on (RFC 9345), for peers that know them, until it expires. List the credential itself behind it.
    // Errors: as load; bad_argument for what is no delegated credential.
    Result<Credential> with_delegated_credential(ByteVector delegated_credential, Bytes key,
                                                 std::string_view password = {}) const;
    // A delegated credential without the certificate's own key, which need not leave the place where it is
    // kept: the chain, the credential and its key. Errors: as with_delegated_credential.
    static Result<Credential> delegated(Bytes chain, ByteVector delegated_credential, Bytes key,
                                        std::string_view password = {});
    // A delegated credential: signed by this credential's key, it lets `subject_public_key_info` (DER; not an
    // rsaEncryption key) stand in for it. The certificate has to allow it (RFC 9345 §4.2), by an extension
    // and a key usage. Errors: delegation_not_allowed, bad_argument, scheme_does_not_fit_key.
    Result<ByteVector> delegate(const DelegationTerms& terms, Rng& rng = system_rng()) const;
    // The same, to be used only where the peer names an issuer of the chain as one that it accepts
    // (certificate_authorities, RFC 8446 §4.2.4). Others are preferred in that case, and used in any.
    Result<Credential> only_for_its_issuers() const;

    // The leaf, in DER, as long as the credential lives; empty where there is no certificate.
    Bytes certificate() const noexcept;

    const handshake::CredentialData* data() const noexcept { return data_.get(); }
    // Whether both are handles of the same credential, with the same restriction.
    friend bool operator==(const Credential&, const Credential&) noexcept = default;
};

// The certificates that are trusted to vouch for peers. A cheap handle to an immutable set.
class PAVISE_EXPORT TrustStore {
    std::shared_ptr<const trust::TrustStore> data_{};

  public:
    TrustStore() noexcept; // trusts nobody
    explicit TrustStore(std::shared_ptr<const trust::TrustStore> data) noexcept;
    TrustStore(const TrustStore&) noexcept;
    TrustStore& operator=(const TrustStore&) noexcept;
    TrustStore(TrustStore&&) noexcept;
    TrustStore& operator=(TrustStore&&) noexcept;
    ~TrustStore();

    // Every certificate in `pem_or_der` becomes an anchor. Errors: no_certificate_in_file, bad_certificate …
    static Result<TrustStore> from_memory(Bytes pem_or_der);
    // The operating system's anchors; SSL_CERT_FILE and SSL_CERT_DIR override their place, as OpenSSL has it.
    static Result<TrustStore> system();

    const trust::TrustStore* data() const noexcept { return data_.get(); }
};

// The versions that may be negotiated.
struct VersionRange {
    ProtocolVersion least = ProtocolVersion::tls_1_2;
    ProtocolVersion most = ProtocolVersion::tls_1_3;
};

// What a client makes of a session whose server has proven itself in an earlier connection.
enum class SessionPeer : std::uint8_t {
    believed,       // as long as session, certificates and trust are the same and valid
    verified_again, // the certificates are judged once more, before the session is offered: they may have
                    // been revoked since. If they are refused the session is not offered, and the server has
                    // to prove itself anew.
};

enum class PeerVerification : std::uint8_t {
    none,     // the peer's certificate is not asked for (server) or not checked (client: insecure)
    optional, // server: a client may come without a certificate; one that is sent must be valid
    required,
};

// Whether the change_cipher_spec records that keep old middleboxes quiet are sent (RFC 8446 §D.4).
enum class MiddleboxCompatibility : std::uint8_t { off, on };
// Whether reserved values are sprinkled over the hello (RFC 8701).
enum class Grease : std::uint8_t { off, on };
// Whether the server is asked to send something along with its certificate.
enum class Staple : std::uint8_t { not_requested, requested };
// What a client makes of OCSP responses that it asked for.
enum class OcspPolicy : std::uint8_t {
    ignored,  // they are shown to the application
    checked,  // those that come must be good, and a certificate that promises one must have it (RFC 7633)
    required, // the server's certificate must have one
};
// Whether a server may ask for a certificate after the handshake (RFC 8446 §4.6.2).
enum class PostHandshakeAuth : std::uint8_t { not_offered, offered };
// Whether the subject's common name is looked at where a certificate has no dNSName (RFC 9525 says no).
enum class CommonName : std::uint8_t { ignored, fallback };

// A peer that asks for renegotiation in TLS 1.2 gets a warning (in a handshake: nothing), or the end.
enum class Renegotiation : std::uint8_t { ignored, fatal };
// Whether a TLS 1.2 server has to say that it knows RFC 5746. One that does not could take what an attacker
// sent before for a part of our connection (CVE-2009-3555).
enum class SecureRenegotiation : std::uint8_t { required, not_required };
// Whether the hello says that it comes after a failed attempt with a higher version (RFC 7507), which
// `versions` then leaves out: a server that speaks more refuses.
enum class Fallback : std::uint8_t { off, on };

// Whether a client is told that the name it sent was used (RFC 6066 §3): not to be said by a server to which
// every name is the same.
enum class ServerNameAck : std::uint8_t { off, on };

// RFC 6066 §4: the largest record content that a client with little memory asks for. Without effect on
// servers that do not know the extension; record_size_limit (RFC 8449) is the better one.
enum class MaxFragmentLength : std::uint8_t {
    bytes_512 = 1,
    bytes_1024 = 2,
    bytes_2048 = 3,
    bytes_4096 = 4,
};

// A finite-field group for the DHE suites of TLS 1.2 (RFC 5246 §7.4.3): big-endian numbers. At least 2048
// bits.
struct DhParameters {
    ByteVector prime;
    ByteVector generator;
};

// TLS 1.3 records are padded with zeros up to a multiple of `block` bytes (RFC 8446 §5.4). 0: no padding.
struct RecordPadding {
    std::uint16_t block = 0;
};

// A secret that both sides were given by other means (RFC 8446 §2.2, RFC 9257). At least 128 bits of entropy:
// a password is not one, whoever sees a handshake can guess it offline.
struct ExternalPsk {
    // Whether the key is used as it is, or imported for every hash that a suite may need (RFC 9258).
    enum class Kind : std::uint8_t { plain, imported };

    ByteVector identity{}; // 1 to 65535 bytes
    ByteVector key{};      // not empty
    // The hash of this suite is the key's own: plain keys go with suites of this hash alone, imported ones
    // are derived with it for all (RFC 9258 §4.1).
    CipherSuite suite_hash = CipherSuite::TLS_AES_128_GCM_SHA256;
    Kind kind = Kind::plain;
    ByteVector context{}; // imported: what else the two sides agreed on (RFC 9258 §3.1)
};

// An extension that a client's certificate is to have, with these values among others (RFC 8446 §4.2.5).
struct CertificateFilter {
    ByteVector extension; // its OID, in DER
    ByteVector values;    // in DER, of the extension's type
};

PAVISE_EXPORT std::vector<CipherSuite> default_cipher_suites();
PAVISE_EXPORT std::vector<NamedGroup> default_groups();
PAVISE_EXPORT std::vector<SignatureScheme> default_signature_schemes();

// Decisions that the caller makes itself, at once or later, instead of the engine from its config.
struct DeferredDecisions {
    bool certificate = false; // judge the peer's chain
    bool signature = false;   // sign with a key that lives elsewhere
    bool config = false;      // server: choose the config after the ClientHello
    bool psk = false;         // server: open a ticket or find a pre-shared key
};

// What connections have found out about a config, once for all that follow: that it can be used, and what its
// sessions are bound to. A copy, which may be changed, knows nothing yet.
class PAVISE_EXPORT ConfigMemory {
    mutable std::atomic<const engine::ConfigFacts*> facts_{nullptr}; // owned

  public:
    ConfigMemory() noexcept = default;
    ConfigMemory(const ConfigMemory&) noexcept {}
    ConfigMemory(ConfigMemory&& other) noexcept { other.forget(); }
    ConfigMemory& operator=(const ConfigMemory& other) noexcept;
    ConfigMemory& operator=(ConfigMemory&& other) noexcept;
    ~ConfigMemory() { forget(); }

    // Null: nothing yet.
    const engine::ConfigFacts* facts() const noexcept { return facts_.load(std::memory_order_acquire); }
    // What is kept from now on: these, or what another thread was quicker to bring.
    const engine::ConfigFacts& keep(std::unique_ptr<const engine::ConfigFacts> facts) const noexcept;

  private:
    void forget() noexcept;
};

struct ClientConfig {
    VersionRange versions{};
    std::vector<CipherSuite> cipher_suites = default_cipher_suites(); // by preference
    std::vector<NamedGroup> groups = default_groups();                // by preference
    // For how many of `groups`, from the first, a key share is sent in the first hello (RFC 8446 §4.2.8).
    std::size_t key_shares = 2;
    // If not empty: the groups, out of `groups`, for which shares are sent instead: what this server is known
    // to like, say.
    std::vector<NamedGroup> key_share_groups;
    std::vector<SignatureScheme> signature_schemes = default_signature_schemes();
    std::vector<std::string> alpn_protocols{}; // by preference; 1 to 255 bytes each; empty: not offered

    PeerVerification verification = PeerVerification::required; // optional is not meaningful for a client
    TrustStore trust{};
    CommonName common_name = CommonName::ignored;
    // A proof by its issuer that the certificate is not revoked (RFC 6066 §8), and one by public logs that
    // they know it (RFC 6962 §3.3). What comes is shown in Negotiated; timestamps are for the application to
    // judge.
    Staple ocsp_response = Staple::not_requested;
    OcspPolicy ocsp_policy = OcspPolicy::checked; // where they are requested
    Staple certificate_timestamps = Staple::not_requested;
    // What the server may show, by preference (RFC 7250 §4.1), and what we say that we can show; nothing: the
    // types of our credentials.
    std::vector<CertificateType> server_certificate_types{CertificateType::x509};
    std::optional<std::vector<CertificateType>> client_certificate_types{};
    // The raw public keys, as SubjectPublicKeyInfo in DER, that a server is believed with.
    std::vector<ByteVector> trusted_keys{};
    std::vector<Credential> credentials{}; // for a server that asks for a client certificate
    PostHandshakeAuth post_handshake_auth = PostHandshakeAuth::not_offered;
    // The names, in DER, of authorities that are named to servers as acceptable (RFC 8446 §4.2.4).
    std::vector<ByteVector> server_authorities{};
    // By these the peer may compress its certificates, and we compress ours where it knows one too, by
    // preference (RFC 8879). certificate_compressions() are those that Pavise has. Empty: none.
    std::vector<CertificateCompressionPtr> certificate_compression{};
    // The schemes with which certificates may be signed, where they are others than `signature_schemes`
    // (signature_algorithms_cert, RFC 8446 §4.2.3); nothing: the same.
    std::vector<SignatureScheme> certificate_signature_schemes{};
    // The schemes with which a delegated credential of the peer's may sign (RFC 9345). Empty: none is taken.
    std::vector<SignatureScheme> delegated_credential_schemes{};

    std::shared_ptr<SessionCache>
        sessions; // where tickets go and come from; none: only ClientOptions::session
    // With DeferredDecisions::certificate and SessionPeer::verified_again, a connection with a session to
    // offer begins by waiting for the verdict on its chain.
    SessionPeer session_peer = SessionPeer::believed;
    std::vector<PskKeyExchangeMode> psk_modes = {PskKeyExchangeMode::psk_dhe_ke}; // empty: no resumption
    std::vector<ExternalPsk> external_psks{};

    // The largest record that is taken (RFC 8449), 64 to 16385 bytes, content type and padding included; less
    // is for machines with little memory. Nothing: the protocol's own limit.
    std::optional<std::uint16_t> record_size_limit{};
    std::optional<MaxFragmentLength> max_fragment_length{}; // of TLS 1.2 servers that know no better
    // The largest record content that is sent, 64 to 16384 bytes, whatever the peer would take: it can use
    // what is in a short record sooner, and every record has its overhead. Nothing: the protocol's own limit.
    std::optional<std::uint16_t> max_send_fragment{};

    // Encrypted Client Hello (RFC 9849): the configs come with ClientOptions, for they are the server's.
    EchPolicy ech = EchPolicy::when_possible;
    // Whether a hello without ECH looks as if it had one (§6.2.1), so that those with one do not stick out.
    Grease ech_grease = Grease::off;

    Renegotiation renegotiation = Renegotiation::ignored;
    SecureRenegotiation secure_renegotiation = SecureRenegotiation::required;
    Fallback fallback = Fallback::off;
    MiddleboxCompatibility middlebox_compatibility = MiddleboxCompatibility::on;
    Grease grease = Grease::on;
    RecordPadding padding{};
    DeferredDecisions deferred{};

    std::shared_ptr<KeyLog> key_log{}; // for debugging; none: no secret leaves the connection

    // Not owned; must outlive every connection. Shared between threads only where they say they can be.
    Rng* rng = &system_rng();
    Clock* clock = &system_clock();
    ConfigMemory memory{};
};

struct ServerConfig {
    VersionRange versions{};
    std::vector<CipherSuite> cipher_suites =
        default_cipher_suites();                       // by preference; the server's order wins
    std::vector<NamedGroup> groups = default_groups(); // by preference
    std::vector<SignatureScheme> signature_schemes = default_signature_schemes();
    std::vector<std::string>
        alpn_protocols{};                  // by preference; no overlap: no_application_protocol (RFC 7301)
    std::vector<Credential> credentials{}; // at least one; the first that fits the hello is used

    PeerVerification client_verification = PeerVerification::none;
    TrustStore client_trust{};
    // What a client may show, by preference (RFC 7250 §4.2), and the raw public keys, as SubjectPublicKeyInfo
    // in DER, that it is believed with. What we show ourselves follows from `credentials`.
    std::vector<CertificateType> client_certificate_types{CertificateType::x509};
    std::vector<ByteVector> trusted_client_keys{};
    // The names, in DER, of authorities that are named to clients as acceptable (RFC 8446 §4.2.4).
    std::vector<ByteVector> client_authorities{};
    // What is asked of a client's certificate (oid_filters). Key usage and extended key usage are enforced;
    // what else is named is for clients that know it. One filter for an extension at the most.
    std::vector<CertificateFilter> client_certificate_filters{};
    // By these the peer may compress its certificates, and we compress ours where it knows one too, by
    // preference (RFC 8879). certificate_compressions() are those that Pavise has. Empty: none.
    std::vector<CertificateCompressionPtr> certificate_compression{};
    // The schemes with which certificates may be signed, where they are others than `signature_schemes`
    // (signature_algorithms_cert, RFC 8446 §4.2.3); nothing: the same.
    std::vector<SignatureScheme> certificate_signature_schemes{};
    // The schemes with which a delegated credential of the peer's may sign (RFC 9345). Empty: none is taken.
    std::vector<SignatureScheme> delegated_credential_schemes{};

    // Sessions: `session_store` where it is set, else tickets sealed by `ticket_keys`, else none.
    TicketKeys ticket_keys{};
    std::shared_ptr<SessionStore> session_store{};
    std::size_t tickets = 2;                    // how many a new connection is given
    std::chrono::seconds ticket_lifetime{7200}; // at most 7 days (RFC 8446 §4.6.1)
    std::vector<PskKeyExchangeMode> psk_modes = {PskKeyExchangeMode::psk_dhe_ke}; // empty: no resumption
    std::vector<ExternalPsk> external_psks{};
    ByteVector session_context{}; // sessions of one context are not taken in another; any bytes

    // Early data (RFC 8446 §2.3): it can be replayed by an attacker within what `replay_register` cannot see.
    // Taken only with a register, and only within `early_data_window` of its ticket's expected age.
    std::uint32_t max_early_data = 0; // bytes; 0: refused
    std::shared_ptr<ReplayRegister> replay_register{};
    Milliseconds early_data_window{10'000};

    // Encrypted Client Hello (RFC 9849): the keys of the configs that clients may know, by preference. Where
    // the config is chosen after the ClientHello, those of the first config count. Empty: no ECH.
    std::vector<EchKey> ech_keys{};
    EchKeyChoice ech_key_choice = EchKeyChoice::by_config_id;
    EchRole ech_role = EchRole::client_facing;

    std::optional<std::uint16_t> record_size_limit{}; // as a client's
    std::optional<std::uint16_t> max_send_fragment{}; // as a client's

    ServerNameAck server_name_ack = ServerNameAck::on;
    // For the DHE suites of TLS 1.2. Nothing: one of RFC 7919's groups, by the client's wish or ffdhe2048.
    std::optional<DhParameters> dh_parameters{};
    std::string psk_identity_hint{}; // for the PSK suites of TLS 1.2 (RFC 4279 §5.2); empty: none

    Renegotiation renegotiation = Renegotiation::ignored;
    MiddleboxCompatibility middlebox_compatibility = MiddleboxCompatibility::on;
    RecordPadding padding{};
    DeferredDecisions deferred{};

    std::shared_ptr<KeyLog> key_log{};

    Rng* rng = &system_rng();
    Clock* clock = &system_clock();
    ConfigMemory memory{};
};

} // namespace pavise
