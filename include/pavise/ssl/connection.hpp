// What SSLSocket and SSLObject have in common: everything but their transport.
#pragma once

#include <pavise/engine.hpp>
#include <pavise/ssl/context.hpp>

#include <memory>

namespace pavise::ssl {

class Tls;

// Calls on one that was moved from throw ValueError.
class PAVISE_EXPORT SSLConnection {
  protected:
    std::unique_ptr<Tls> tls_;

    explicit SSLConnection(std::unique_ptr<Tls> tls) noexcept;
    Tls& tls() const;

  public:
    SSLConnection(SSLConnection&&) noexcept;
    SSLConnection& operator=(SSLConnection&&) noexcept;
    ~SSLConnection();

    SSLContext context() const;
    // During the sni_callback: the context whose settings the handshake goes on with. Later it is only kept.
    void set_context(const SSLContext& context);
    bool server_side() const;
    // In A-labels; nothing on a server.
    Optional<std::string> server_hostname() const;
    // Nothing before the handshake.
    Optional<SSLSession> session() const;
    // Clients, before the handshake: ValueError else, and for a session of another context.
    void set_session(const SSLSession& session);
    // False before the handshake.
    Optional<bool> session_reused() const;

    // Nothing where the peer has none; empty where it was not validated. ValueError before the handshake.
    Optional<CertificateDict> getpeercert() const;
    Optional<ByteVector> getpeercert_der() const; // getpeercert(binary_form=True)
    // DER: as the peer sent it, and from its certificate to the one that is trusted.
    std::vector<ByteVector> get_unverified_chain() const;
    std::vector<ByteVector> get_verified_chain() const;

    Optional<std::string> version() const; // "TLSv1.3"
    Optional<Cipher> cipher() const;
    // What the client offered of ours, by our preference; nothing on a client.
    Optional<std::vector<Cipher>> shared_ciphers() const;
    Optional<std::string> compression() const; // nothing: there is none
    Optional<std::string> selected_alpn_protocol() const;
    Optional<std::string> selected_npn_protocol() const; // nothing: there is none
    // ValueError for a type that is not one of CHANNEL_BINDING_TYPES; nothing where it is not defined.
    Optional<ByteVector> get_channel_binding(std::string_view cb_type = "tls-unique") const;
    // How many decrypted bytes wait to be read.
    std::size_t pending() const;
    // Asks a client of TLS 1.3 for its certificate: the request goes with the next write or read, the answer
    // comes with a later read, and getpeercert() shows it. SSLError where the connection cannot do it: it is
    // a client, the client did not offer it, verify_mode is CERT_NONE.
    void verify_client_post_handshake();
    void verify_client_post_handshake(std::error_code& code);
    // Beyond Python: how many of these requests wait for their answer.
    std::size_t certificate_requests() const;

    // ---- beyond Python
    // Early data (RFC 8446 §2.3). A client's is set before the handshake (ValueError else) and sent where a
    // session allows it; a server's is what came, and nothing once it was taken. An attacker can send it
    // again. What a server writes in answer to it goes at once, before the handshake is done: only the client
    // that it is meant for can read that (§4.4.4).
    void set_early_data(BytesLike data);
    ByteVector early_data();
    // Nothing before the handshake; false: it was not taken, and has to be sent again.
    Optional<bool> early_data_accepted() const;
    // New keys for what is sent from now on, or for both ways (RFC 8446 §4.6.3): it goes with the next write,
    // which may be empty.
    void update_keys(KeyUpdateScope scope = KeyUpdateScope::ours);
    void update_keys(KeyUpdateScope scope, std::error_code& code);
    // What the server stapled to its certificate, in DER.
    Optional<ByteVector> ocsp_response() const;
    // Keying material for a protocol above TLS (RFC 8446 §7.5, RFC 5705).
    ByteVector export_keying_material(std::string_view label, std::size_t size,
                                      std::optional<BytesLike> context = std::nullopt) const;
    Optional<NamedGroup> group() const;
    // With which the peer, and we, proved to own the certificate; nothing where nobody did.
    Optional<SignatureScheme> peer_sigalg() const;
    Optional<SignatureScheme> local_sigalg() const;
    // All that was agreed, in the engine's words (<pavise/negotiated.hpp>), as far as the handshake has come;
    // after one that failed with ech_rejected, what to try again with. It lives as long as the connection.
    // ValueError before the handshake has begun.
    const Negotiated& negotiated() const;
};

// TLS between two MemoryBIOs, for programs that move the bytes themselves. Every operation that needs more
// bytes throws SSLWantReadError, or sets a code that equals SSL_ERROR_WANT_READ; what is to be sent is in
// `outgoing`.
class PAVISE_EXPORT SSLObject : public SSLConnection {
    MemoryBIO incoming_;
    MemoryBIO outgoing_;

  public:
    SSLObject(std::unique_ptr<Tls> tls, MemoryBIO incoming, MemoryBIO outgoing) noexcept;

    void do_handshake();
    // At most `size` bytes of one record; none after the peer's close_notify.
    ByteVector read(std::size_t size = 1024);
    std::size_t read_into(MutableBytes buffer);
    std::size_t write(BytesLike bytes);
    // Says goodbye and waits for the peer's goodbye. What comes after it stays in `incoming`.
    void unwrap();
    // Beyond Python: says goodbye and goes on reading (half-close, RFC 8446 §6.1).
    void close_sending();
    // Beyond Python: gives the connection up, during the handshake or after it, with this alert as the
    // reason; every call after it fails. ALERT_DESCRIPTION_USER_CANCELLED calls a handshake off on purpose
    // (RFC 8446 §6.1). SSLError before the handshake has begun, and for ALERT_DESCRIPTION_CLOSE_NOTIFY, which
    // is no reason.
    void refuse(AlertDescription reason);
    // Beyond Python: gives back the memory of buffers that are empty, those of the MemoryBIOs too: for a
    // connection that is going to be idle. To be called by the thread that reads; the next read or write
    // takes memory again.
    void release_idle();

    // They throw nothing but what memory runs out of; on one that was moved from the code is that of EBADF.
    void do_handshake(std::error_code& code);
    std::size_t read_into(MutableBytes buffer, std::error_code& code);
    std::size_t write(BytesLike bytes, std::error_code& code);
    void unwrap(std::error_code& code);
    void close_sending(std::error_code& code);
    void refuse(AlertDescription reason, std::error_code& code);
};

template <class Class>
Class SSLContext::wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                           const WrapBioOptions& options) const {
    return Class(wrap_bio(incoming, outgoing, options));
}

} // namespace pavise::ssl
