// SSLContext: configuration, certificates and keys for any number of connections.
//
// A handle: copies are the same context, as in Python. Settings are copied on write: a connection keeps those
// that it began with. Thread rules: any thread may make connections at any time; settings are changed by one
// thread at a time.
//
// Python's attribute `x` is x() and set_x(). What Python does not have stands at the end.
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/config.hpp>
#include <pavise/registry.hpp>
#include <pavise/session.hpp>
#include <pavise/socket.hpp>
#include <pavise/ssl/certificate.hpp>
#include <pavise/ssl/ciphers.hpp>
#include <pavise/ssl/constants.hpp>
#include <pavise/ssl/errors.hpp>
#include <pavise/ssl/memory_bio.hpp>
#include <pavise/ssl/optional.hpp>
#include <pavise/ssl/session.hpp>

#include <functional>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace pavise::ssl {

class ContextState;
class SSLConnection;
class SSLContext;
class SSLObject;
class SSLSocket;

// A password, or what is called for one, and only if the key is encrypted.
using Password = std::variant<std::monostate, std::string, std::function<std::string()>>;

struct CertChainOptions {
    // Nothing: the key is in the file of certificates, which may be PKCS#12 (beyond Python) as well as PEM.
    std::optional<std::string> keyfile{};
    Password password{};
};

struct VerifyLocations {
    std::optional<std::string> cafile{};
    std::optional<std::string> capath{}; // a directory in OpenSSL's hashed layout, read when it is needed
    // Certificates: a text is PEM, bytes are concatenated DER.
    std::variant<std::monostate, std::string, ByteVector> cadata{};
};

struct WrapSocketOptions {
    bool server_side = false;
    bool do_handshake_on_connect = true;
    bool suppress_ragged_eofs = true;
    std::optional<std::string> server_hostname{};
    std::optional<SSLSession> session{};
    // Beyond Python: the server's ECHConfigList (<pavise/ech.hpp>); empty: none is known.
    ByteVector ech_configs{};
};

struct WrapBioOptions {
    bool server_side = false;
    std::optional<std::string> server_hostname{};
    std::optional<SSLSession> session{};
    ByteVector ech_configs{}; // as with a socket
};

struct CertStoreStats {
    std::size_t x509 = 0;
    std::size_t crl = 0;
    std::size_t x509_ca = 0;

    friend bool operator==(const CertStoreStats&, const CertStoreStats&) = default;
};

struct SessionStats {
    std::uint64_t number = 0; // sessions in the server's cache: always 0, they are in the tickets
    std::uint64_t connect = 0;
    std::uint64_t connect_good = 0;
    std::uint64_t connect_renegotiate = 0;
    std::uint64_t accept = 0;
    std::uint64_t accept_good = 0;
    std::uint64_t accept_renegotiate = 0;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t cache_full = 0;

    friend bool operator==(const SessionStats&, const SessionStats&) = default;
};

// Called once the ClientHello is here. It may give the connection another context (set_context). Nothing: go
// on; an alert: the connection is refused with it.
using SniCallback = std::function<std::optional<AlertDescription>(
    SSLConnection& connection, const std::optional<std::string>& server_name, SSLContext& context)>;

// A client's identity, if it has one, and its key; an empty key: give up.
using PskClientCallback =
    std::function<std::pair<std::optional<std::string>, ByteVector>(const std::optional<std::string>& hint)>;
// The key of an identity; an empty key: it is not known.
using PskServerCallback = std::function<ByteVector(const std::optional<std::string>& identity)>;

// What was made of the certificates of a peer.
struct PeerVerdict {
    std::vector<ByteVector> chain{}; // DER, as the peer sent it
    int verify_code = 0;             // OpenSSL's number for the fault; 0: none was found
    std::string verify_message{};
};
// Called with every chain that was looked at, good or not. True: the peer is believed, whatever the verdict.
using VerifyCallback = std::function<bool(SSLConnection& connection, const PeerVerdict& verdict)>;

// What a context has no setting for: changes the engine's config that the settings made, in whatever way, and
// has the last word over it. See set_client_config_hook().
using ClientConfigHook = std::function<void(ClientConfig& config)>;
using ServerConfigHook = std::function<void(ServerConfig& config)>;

enum class MessageDirection : std::uint8_t { sent, received };

// What TLS itself says on a connection, decrypted. It is valid during the call that shows it.
struct TLSMessage {
    MessageDirection direction{};
    ContentType content_type{}; // handshake, alert, change_cipher_spec or application_data
    Bytes content{}; // of handshake: one whole message with its 4-byte header; of others: that of a record
};
using MessageCallback = std::function<void(SSLConnection& connection, const TLSMessage& message)>;

class PAVISE_EXPORT SSLContext {
    std::shared_ptr<ContextState> state_; // never null: what was moved from is still the same context

  public:
    SSLContext(const SSLContext&) noexcept = default;
    SSLContext& operator=(const SSLContext&) noexcept = default;
    ~SSLContext() = default;

    using sslsocket_class = SSLSocket;
    using sslobject_class = SSLObject;

    // ValueError for a protocol that does not exist here (SSLv3, TLS 1.0, TLS 1.1).
    explicit SSLContext(SSLMethod protocol = PROTOCOL_TLS);

    // ---- certificates and trust
    void load_cert_chain(const std::string& certfile, const CertChainOptions& options = {});
    void load_verify_locations(const VerifyLocations& locations);
    void load_default_certs(Purpose purpose = Purpose::SERVER_AUTH);
    void set_default_verify_paths();
    std::vector<CertificateDict> get_ca_certs() const;
    std::vector<ByteVector> get_ca_certs_der() const; // get_ca_certs(binary_form=True)
    CertStoreStats cert_store_stats() const;

    // ---- verification
    VerifyMode verify_mode() const;
    void set_verify_mode(VerifyMode mode);
    VerifyFlags verify_flags() const;
    void set_verify_flags(VerifyFlags flags);
    bool check_hostname() const;
    void set_check_hostname(bool check);
    bool hostname_checks_common_name() const;
    void set_hostname_checks_common_name(bool check);
    bool post_handshake_auth() const;
    void set_post_handshake_auth(bool enabled);

    // ---- protocol
    SSLMethod protocol() const;
    Options options() const;
    void set_options(Options options);
    TLSVersion minimum_version() const;
    void set_minimum_version(TLSVersion version);
    TLSVersion maximum_version() const;
    void set_maximum_version(TLSVersion version);
    int security_level() const;
    std::size_t num_tickets() const;
    void set_num_tickets(std::size_t count);
    SessionStats session_stats() const;

    // Of TLS 1.2; those of TLS 1.3 stay. SSLError where nothing is selected.
    void set_ciphers(std::string_view ciphers);
    std::vector<CipherDict> get_ciphers() const;
    void set_ecdh_curve(std::string_view curve_name);
    void load_dh_params(const std::string& dhfile);
    void set_alpn_protocols(const std::vector<std::string>& protocols);
    // NotImplementedError: HAS_NPN is false.
    void set_npn_protocols(const std::vector<std::string>& protocols);

    // ---- callbacks
    SniCallback sni_callback() const;
    void set_sni_callback(SniCallback callback);
    // As set_sni_callback, with names of internationalised domains in Unicode.
    void set_servername_callback(SniCallback callback);
    void set_psk_client_callback(PskClientCallback callback);
    void set_psk_server_callback(PskServerCallback callback,
                                 std::optional<std::string> identity_hint = std::nullopt);
    std::optional<std::string> keylog_filename() const;
    void set_keylog_filename(const std::optional<std::string>& path);

    // ---- connections. A class of one's own is made from what wrap_socket() and wrap_bio() give:
    // context.wrap_socket<MySocket>(…), where MySocket(SSLSocket&&).
    SSLSocket wrap_socket(Socket&& socket, const WrapSocketOptions& options = {}) const;
    SSLObject wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                       const WrapBioOptions& options = {}) const;
    // They throw nothing but what memory runs out of. A host name that is none: the engine's error for it;
    // other options that do not fit: an error of std::generic_category(), invalid_argument for most. A socket
    // whose options were refused stays the caller's.
    std::optional<SSLSocket> wrap_socket(Socket&& socket, const WrapSocketOptions& options,
                                         std::error_code& code) const;
    std::optional<SSLObject> wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                                      const WrapBioOptions& options, std::error_code& code) const;
    // They are defined where those are: <pavise/ssl/socket.hpp>, <pavise/ssl/connection.hpp>.
    template <class Class> Class wrap_socket(Socket&& socket, const WrapSocketOptions& options = {}) const;
    template <class Class>
    Class wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                   const WrapBioOptions& options = {}) const;

    // ---- beyond Python
    // PEM or DER each, or the same PKCS#12 twice. Errors: as load_cert_chain().
    void load_cert_chain_from_memory(BytesLike certificates, BytesLike key, const Password& password = {});
    // Staples an OCSP response (DER; empty: none) to the chain that was loaded last. ValueError where there
    // is none.
    void set_ocsp_response(BytesLike der);
    // Asks servers for such a response, and what is made of it; nothing: it is not asked for.
    void set_ocsp_policy(std::optional<OcspPolicy> policy);
    std::optional<OcspPolicy> ocsp_policy() const;
    // Has the last word on a peer's certificates, unless verify_mode is CERT_NONE: nothing is judged then.
    void set_verify_callback(VerifyCallback callback);
    VerifyCallback verify_callback() const;
    // The names in the last set_ciphers() that selected nothing.
    std::vector<std::string> ignored_ciphers() const;
    void set_ciphersuites(std::string_view names); // of TLS 1.3, with colons between them
    void set_groups(const std::vector<NamedGroup>& groups);
    std::vector<NamedGroup> groups() const;
    void set_sigalgs(const std::vector<SignatureScheme>& schemes);
    std::vector<SignatureScheme> sigalgs() const;
    // With which clients authenticate: what a server asks for and a client signs with. Empty: the sigalgs().
    void set_client_sigalgs(const std::vector<SignatureScheme>& schemes);
    std::vector<SignatureScheme> client_sigalgs() const;
    // The keys that seal tickets, so that several servers can share them; and where sessions are kept
    // instead. Without set_ticket_keys() ticket_keys() are made here; they are empty where there is a store.
    void set_ticket_keys(TicketKeys keys);
    TicketKeys ticket_keys() const;
    void set_session_store(std::shared_ptr<SessionStore> store);
    std::shared_ptr<SessionStore> session_store() const;
    // How many bytes of early data a server takes with a ticket (RFC 8446 §2.3); 0, which is the default:
    // none. What was sent early is had by early_data() alone, because an attacker can send it again.
    void set_max_early_data(std::uint32_t bytes);
    std::uint32_t max_early_data() const;
    // For all that <pavise/config.hpp> has and a context has not: record sizes, certificate compression, raw
    // public keys, delegated credentials, ECH, external keys, padding … The hook is called with the config
    // that the settings make, once for the settings as they are, when the first connection is made after they
    // were changed, and not for each connection. What it throws reaches the caller of wrap_socket() or
    // wrap_bio(), or, where an sni_callback chose its context, fails that handshake.
    //
    // What it leaves in `deferred` decides who does what: without `certificate` the engine judges chains by
    // the config, and neither verify_flags nor a verify_callback count; without `config` a server takes the
    // config as it is: there is no sni_callback, no shared_ciphers(), and a lack of common ALPN protocols is
    // fatal. `signature`, and `psk` without a callback for it, are a ValueError: nobody would answer.
    //
    // It may look at the context, but neither changes it nor makes connections of it; it is called by one
    // thread at a time. Getters go on to show the settings. An empty hook: none.
    void set_client_config_hook(ClientConfigHook hook);
    ClientConfigHook client_config_hook() const;
    void set_server_config_hook(ServerConfigHook hook);
    ServerConfigHook server_config_hook() const;
    // Shows each message of connections that begin from now on, as it goes and comes: what Python's
    // undocumented _msg_callback is for. Where one thread reads and another writes, both call it. What it
    // throws fails the operation, though not the connection. An empty callback: none; it costs nothing then.
    void set_msg_callback(MessageCallback callback);
    MessageCallback msg_callback() const;

    friend bool operator==(const SSLContext&, const SSLContext&) noexcept = default;
    explicit SSLContext(std::shared_ptr<ContextState> state) noexcept;
    const std::shared_ptr<ContextState>& state() const noexcept { return state_; }
};

struct DefaultContextOptions {
    std::optional<std::string> cafile{};
    std::optional<std::string> capath{};
    std::variant<std::monostate, std::string, ByteVector> cadata{};
};

// A context with settings that are good for the purpose: verification, the system's certificates where none
// are given, VERIFY_X509_PARTIAL_CHAIN and VERIFY_X509_STRICT, and SSLKEYLOGFILE of the environment.
PAVISE_EXPORT SSLContext create_default_context(Purpose purpose = Purpose::SERVER_AUTH,
                                                const DefaultContextOptions& options = {});

} // namespace pavise::ssl
