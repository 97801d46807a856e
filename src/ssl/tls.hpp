// Tls: a Connection with its context, driven over a Transport by steps that never wait.
#pragma once

#include "ssl/kept_exception.hpp"
#include "ssl/message_tap.hpp"
#include "ssl/misfit.hpp"
#include "ssl/record_tracker.hpp"
#include "ssl/session_slot.hpp"
#include "ssl/settings.hpp"
#include "ssl/transport.hpp"

#include <pavise/engine.hpp>
#include <pavise/ssl/connection.hpp>

#include <atomic>
#include <exception>
#include <mutex>
#include <variant>

namespace pavise::engine {
struct Hooks;
}

namespace pavise::ssl {

inline std::vector<ByteVector> copies_of(std::span<const SharedBytes> chain) {
    std::vector<ByteVector> out;
    for (const SharedBytes& certificate : chain) out.emplace_back(certificate.begin(), certificate.end());
    return out;
}

class Tls {
    SSLConnection* owner_ = nullptr; // what callbacks are given
    SSLContext context_;
    SettingsPtr
        settings_; // as they were when the handshake began, or of the context that the SNI callback chose
    const Role role_;
    const std::optional<std::string> server_hostname_;
    std::optional<SSLSession> session_; // to be resumed; from the handshake on this connection's
    ByteVector ech_configs_;            // until the handshake begins

    // What the connection runs by; null before it begins.
    std::variant<std::shared_ptr<const ClientConfig>, std::shared_ptr<const ServerConfig>> config_;
    std::unique_ptr<MessageTap>
        messages_; // where the context has a callback for them; outlives the connection
    std::optional<Connection> connection_;
    RecordTracker tracker_;
    bool established_ = false; // the handshake is done and was counted
    bool close_sent_ = false;
    std::size_t taken_ = 0;      // bytes of a write that the engine has, but the transport not yet
    std::mutex sending_;         // the receiving thread sends answers where the sending one does not
    KeptException thrown_;       // by any other callback or hook
    std::optional<Error> cause_; // why we gave the connection up, where the engine cannot know it
    bool goodbye_said_ = false;  // unwrap() was called: Python's reads end otherwise from then on

    std::vector<ByteVector> verified_chain_;
    std::vector<CipherSuite> shared_;
    std::optional<bool> client_allows_later_auth_; // nothing: its hello was not looked at here
    std::atomic<bool> request_waits_{false};       // a CertificateRequest that may not have been sent yet

    ByteVector early_;           // a client's early data, or what a server got of it
    std::size_t early_sent_ = 0; // client: how much of it the engine has
    bool early_offered_ = false;

  public:
    // ValueError, SSLError: the options do not fit the context. What a hook of the context throws.
    static std::unique_ptr<Tls> make(const SSLContext& context, TlsOptions options);
    // The same without exceptions; null where `code` is set.
    static std::unique_ptr<Tls> make(const SSLContext& context, TlsOptions options, std::error_code& code);
    // Precondition: the options fit.
    Tls(SSLContext context, TlsOptions options);
    void set_owner(SSLConnection& owner) noexcept { owner_ = &owner; }

    // ---- steps
    Done handshake(Transport& transport);
    // At least one byte; 0 for an empty buffer. SSL_ERROR_ZERO_RETURN after the peer's close_notify.
    Attempt<std::size_t> read(Transport& transport, MutableBytes into);
    Attempt<std::size_t> write(Transport& transport, Bytes bytes);
    // Says goodbye; nothing is written after it.
    Done close_sending(Transport& transport);
    // The same, and waits for the peer's goodbye.
    Done shutdown(Transport& transport);
    // Gives the connection up with this alert, which is sent.
    Done refuse(Transport& transport, AlertDescription reason);
    // What waits for the next write, or read.
    Done request_certificate();
    Done update_keys(KeyUpdateScope scope);
    void release_idle();
    // What a callback of the application's threw during the last step, if it did; forgets it.
    std::exception_ptr take_exception();
    void forget_exceptions() noexcept;
    // Whether the one for messages did, which a step goes on after.
    bool message_callback_threw() const noexcept { return messages_ != nullptr && messages_->threw(); }

    // ---- what is known
    const SSLContext& context() const noexcept { return context_; }
    void set_context(const SSLContext& context) { context_ = context; }
    const SettingsPtr& settings() const noexcept { return settings_; }
    Role role() const noexcept { return role_; }
    const std::optional<std::string>& server_hostname() const noexcept { return server_hostname_; }
    const std::optional<SSLSession>& session() const noexcept { return session_; }
    void set_session(const SSLSession& session);
    bool established() const noexcept { return established_; }
    // Whether the handshake has begun.
    bool begun() const noexcept { return connection_.has_value(); }
    // Precondition: begun().
    const Negotiated& negotiated() const { return connection_->negotiated(); }
    const Connection& connection() const { return *connection_; }
    std::size_t certificate_requests() const { return connection_ ? connection_->certificate_requests() : 0; }
    bool goodbye_said() const noexcept { return goodbye_said_; }
    std::size_t pending() { return connection_ ? connection_->data().size() : 0; }
    // By the facade's judgement, or where the config's hook took it away, by the engine's.
    std::vector<ByteVector> verified_chain() const;
    // In DER; none for a peer with a raw public key.
    std::span<const SharedBytes> peer_certificates() const;
    const std::vector<CipherSuite>& shared_ciphers() const noexcept { return shared_; }
    // ValueError on a server, and once the handshake began.
    void set_early_data(Bytes data);
    // A server's: what came and was not taken yet.
    ByteVector take_early_data() { return role_ == Role::server ? std::exchange(early_, {}) : ByteVector(); }
    // For messages about certificates.
    std::string_view host() const noexcept;

  private:
    Done begin();
    engine::Hooks hooks();
    std::optional<Error> error() const { return cause_ ? cause_ : connection_->error(); }
    Done begin_client();
    Done begin_server();
    Done flush(Transport& transport);
    Done send_early_data(Transport& transport);
    void keep_early_data();
    // Sends what the receiving side owes, unless another thread is sending anyway.
    void flush_answers(Transport& transport);
    Done pull(Transport& transport, Reading reading);
    Done settle(Transport& transport);
    // Whether a server can answer early data now.
    bool answers_early_data() const;
    void finish_handshake();
    void collect_sessions();

    // ---- decisions (tls_decisions.cpp)
    Done decide();
    Done decide_certificate();
    // The name that the server is to prove; nothing: any.
    Result<std::optional<trust::ReferenceName>> name_to_prove() const;
    const std::vector<ByteVector>& trusted_keys() const;
    Result<trust::VerifiedChain> judge(const std::vector<Bytes>& presented) const;
    // Whether the peer is believed, in the callback's opinion.
    bool ask_verify_callback(const std::vector<Bytes>& presented, const std::optional<Error>& fault);
    Done decide_config();
    Done decide_psk();
    // What the SNI callback wants: nothing to go on.
    std::optional<pavise::AlertDescription> ask_sni_callback(const std::optional<std::string>& name);
    // A key for the server; nothing where there is none.
    std::optional<ExternalPsk> ask_psk_client_callback();
    // The chosen context's config, fitted to the client's hello; or the alert that ends it.
    std::variant<std::shared_ptr<const ServerConfig>, pavise::AlertDescription>
    choose_config_for(const ClientOffer& offer, const std::vector<CipherSuite>& client_suites);
    std::shared_ptr<const ServerConfig> config_for(const ClientOffer& offer,
                                                   const std::vector<CipherSuite>& client_suites);
};

} // namespace pavise::ssl
