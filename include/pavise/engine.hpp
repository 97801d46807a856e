// Connection: TLS over a byte stream, without any I/O of its own.
//
// Four ports, and a word of state that says which are ready:
//
//        transport ──► receive_space() + received(n), or feed()      records in
//        transport ◄── output() + output_sent(n)                     records out
//      application ◄── data() + data_read(n)                         application data out of the peer's
//      records application ──► write(), or reserve() + commit(n)             application data into our
//      records
//
// The loop of a caller is always the same: send what output() holds; when wants_input(), read from the
// transport into receive_space() and call received(); then look at data(). handshake_complete() tells when
// write() may be used.
//
// Errors: after a fatal error every call returns the same error again. output() then still holds the alert
// for the peer: send it, shut the transport's sending side, drain, close.
//
// Thread rules: until handshake_complete(), one thread at a time. After it, one thread may use the receiving
// calls (receive_space, received, feed, transport_closed, data, data_read) while another uses the sending
// calls (write, reserve, commit, output, output_sent, close, update_keys). All others are for one thread at a
// time, except those that only read what was negotiated: that changes only with a client's answer to
// request_certificate(), in the receiving thread.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/config.hpp>
#include <pavise/error.hpp>
#include <pavise/export.hpp>
#include <pavise/negotiated.hpp>
#include <pavise/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pavise {

namespace engine {
class ConnectionCore;
}

enum class EarlyData : std::uint8_t { off, on };

struct ClientOptions {
    // The name that the certificate must be valid for and, unless it is an IP address, that is sent as SNI.
    // A-labels (xn--…) for internationalised names. Empty only where the config does not verify the peer.
    std::string server_name{};
    // To be resumed, if the server agrees. Empty: one of the config's cache, if it has one.
    Session session{};
    // Whether data written before the handshake is complete may go out as early data (RFC 8446 §2.3): fast,
    // but an attacker can replay it, and it is not forward secret.
    EarlyData early_data = EarlyData::off;
    // The server's ECHConfigList, as DNS has it (RFC 9848) or Negotiated::ech_retry_configs: the first config
    // in it that can be used encrypts the hello (RFC 9849). Empty: none is known. malformed_ech_configs where
    // it is none.
    ByteVector ech_configs{};
};

// Whether a KeyUpdate asks the peer to change its keys as well (RFC 8446 §4.6.3).
enum class KeyUpdateScope : std::uint8_t { ours, both };

// What the caller is asked to sign, and how.
struct SignatureRequest {
    Credential credential; // whose key is to sign
    SignatureScheme scheme;
    Bytes content; // sign exactly these bytes; valid until the request is answered
};

// Which of the offered PSKs the caller knows, and its key.
struct FoundPsk {
    std::uint16_t index; // into offered_psks()
    ExternalPsk psk{};
};

// What a client asks for, as far as a server chooses its config by it. Views into client_hello().
struct ClientOffer {
    std::string_view server_name;                 // SNI; empty: none
    std::vector<std::string_view> alpn_protocols; // by the client's preference; empty: none
};

class PAVISE_EXPORT Connection {
    std::unique_ptr<engine::ConnectionCore> core_;
    explicit Connection(std::unique_ptr<engine::ConnectionCore> core) noexcept;
    friend class testing::Access;

  public:
    // The first flight is in output() on return, unless a session's chain is to be judged first (see
    // ClientConfig::session_peer). Errors: bad_config, bad_server_name.
    static Result<Connection> client(std::shared_ptr<const ClientConfig> config,
                                     const ClientOptions& options);
    static Result<Connection> server(std::shared_ptr<const ServerConfig> config);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    // ---- records in
    // Room to read the transport into, at least one byte unless the connection wants no input. Valid until
    // the next receiving call.
    MutableBytes receive_space();
    // The first `count` bytes of receive_space() were filled. Processes them as far as the application has
    // read what came before; fails for good on the first violation.
    Status received(std::size_t count);
    // The same with a copy: takes as much of `bytes` as there is room for, and says how much.
    Result<std::size_t> feed(Bytes bytes);
    // The transport reached its end. truncated_connection unless close_notify came first (RFC 8446 §6.1).
    Status transport_closed();

    // ---- records out
    // What is to be written to the transport. Valid until the next sending call.
    Bytes output();
    void output_sent(std::size_t count);
    // Whether the receiving side left something for output(): an answer to a KeyUpdate, or the alert of a
    // failure. Any thread may ask; the sending thread then calls output().
    bool output_due() const;

    // ---- application data
    // Decrypted data of the current record, empty when there is none. Valid until the next receiving call.
    Bytes data();
    // `count` bytes of data() were used; processes further records that are already here.
    Status data_read(std::size_t count);
    // Takes as much as the output budget allows and says how much: 0 means "send output() first".
    // Errors: handshake_not_done, already_closed.
    Result<std::size_t> write(Bytes data);
    // A record under construction, to be filled in place: no copy. At most `want` bytes, maybe fewer; empty
    // when the output budget is used up. Followed by commit().
    Result<MutableBytes> reserve(std::size_t want);
    Status commit(std::size_t used);

    // ---- the word of state
    bool wants_input() const;           // more bytes from the transport are needed or useful
    bool handshake_complete() const;    // write() may be used
    bool peer_closed() const;           // the peer's close_notify came: no more data() after what is there
    bool closed() const;                // both sides are closed, or the connection failed
    std::optional<Error> error() const; // the fatal error, if any

    // ---- ending and rekeying
    // Queues close_notify; nothing can be written after it, but data still comes in until the peer closes
    // too.
    Status close();
    // Tells the peer that the handshake is given up on purpose (RFC 9846 §6.1: user_canceled, then
    // close_notify).
    Status cancel();
    // Gives the connection up, during the handshake or after it, with a fatal alert that tells why:
    // access_denied, unrecognized_name … The error is refused_by_application from then on. bad_argument for
    // close_notify and user_canceled, which are no errors.
    Status refuse(AlertDescription reason);
    Status update_keys(KeyUpdateScope scope);
    // Gives back buffers that are empty: to be called when the transport would block, by one thread alone.
    void release_idle();

    // ---- authentication after the handshake (RFC 8446 §4.6.2)
    // Server: asks the client for a certificate, now. The answer may take its time, and several requests may
    // be open; once an answer is verified, negotiated() shows whom. `how`: `required` makes an answer without
    // a certificate certificate_required. Errors: handshake_not_done, post_handshake_auth_not_offered,
    // too_many_certificate_requests, bad_argument for a client or PeerVerification::none.
    Status request_certificate(PeerVerification how);
    // How many requests wait for their answer.
    std::size_t certificate_requests() const;

    // ---- decisions
    Decision waiting_for() const;
    // The chain to judge: DER, leaf first; or a raw public key, as negotiated() tells. Empty unless
    // waiting_for() is Decision::certificate.
    std::vector<Bytes> chain_to_verify() const;
    // `refusal`: why the chain is not accepted, e.g. Error{ErrorCode::unknown_issuer}; nothing: it is
    // accepted.
    Status certificate_verdict(std::optional<Error> refusal);
    std::optional<SignatureRequest> signature_request() const;
    Status provide_signature(Bytes signature);
    // The ClientHello message as it came, header included (server, Decision::config).
    Bytes client_hello() const;
    // The same in parts; fails where they are malformed. nothing_to_decide unless Decision::config.
    Result<ClientOffer> client_offer() const;
    Status choose_config(std::shared_ptr<const ServerConfig> config);
    // Gives up an Encrypted Client Hello that was decrypted, while waiting for a config: client_hello() is
    // the outer one from then on, and no configs are sent to try again with, so that the client comes again
    // without ECH (server, Decision::config). nothing_to_decide where there is none.
    Status decline_ech();
    // The identities that the client offers, in its order (server, Decision::psk); at most eight. Valid until
    // the answer.
    std::vector<Bytes> offered_psks() const;
    // The one that is known; nothing: the handshake goes on without. The config's own PSKs and tickets are
    // not asked.
    Status choose_psk(const std::optional<FoundPsk>& found);

    // ---- keys and bindings for protocols above TLS
    // Fills `out` with keying material for `label` (RFC 8446 §7.5, RFC 5705). In TLS 1.2 an empty context is
    // not the same as none. Errors: handshake_not_done, bad_argument; no_extended_master_secret in TLS 1.2
    // without it.
    Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes out) const;
    // "tls-exporter" (RFC 9266), "tls-server-end-point" or, in TLS 1.2 with extended_master_secret,
    // "tls-unique" (RFC 5929). Errors: handshake_not_done; no_channel_binding for other names, and where the
    // binding is not defined.
    Result<ByteVector> channel_binding(std::string_view type) const;

    // ---- sessions and early data
    // The sessions that the server gave since the last call, the newest last (client). Those that the
    // config's cache took are here too. At most the last 16.
    std::vector<Session> take_sessions();
    // How many bytes write() still takes before the handshake is complete. Client: of early data. Server:
    // any number once early data was accepted, in answer to it.
    std::size_t early_data_room() const;

    const Negotiated& negotiated() const;
    Role role() const;
};

} // namespace pavise
