// Tls: a Connection with its context, driven over a Transport by steps that never wait.
#pragma once

#include "ssl/record_tracker.hpp"
#include "ssl/session_slot.hpp"
#include "ssl/settings.hpp"
#include "ssl/transport.hpp"

#include <pavise/engine.hpp>
#include <pavise/ssl/connection.hpp>

#include <atomic>
#include <exception>
#include <mutex>

namespace pavise::ssl {

struct TlsOptions {
    Role role = Role::client;
    std::optional<std::string> server_hostname{};
    std::optional<SSLSession> session{};
};

class Tls {
    SSLContext context_;
    SettingsPtr
        settings_; // as they were when the handshake began, or of the context that the SNI callback chose
    const Role role_;
    const std::optional<std::string> server_hostname_;
    std::optional<SSLSession> session_; // to be resumed; from the handshake on this connection's

    std::optional<Connection> connection_;
    RecordTracker tracker_;
    bool established_ = false; // the handshake is done and was counted
    bool close_sent_ = false;
    std::size_t taken_ = 0; // bytes of a write that the engine has, but the transport not yet
    std::mutex sending_;    // the receiving thread sends answers where the sending one does not
    std::exception_ptr callback_exception_;
    std::optional<Error> cause_; // why we gave the connection up, where the engine cannot know it
    bool goodbye_said_ = false;  // unwrap() was called: Python's reads end otherwise from then on

    std::vector<ByteVector> verified_chain_;
    std::vector<CipherSuite> shared_;
    bool client_allows_later_auth_ = false;
    std::atomic<bool> request_waits_{false}; // a CertificateRequest that may not have been sent yet

    ByteVector early_;           // a client's early data, or what a server got of it
    std::size_t early_sent_ = 0; // client: how much of it the engine has
    bool early_offered_ = false;

  public:
    // ValueError, SSLError: the options do not fit the context.
    Tls(SSLContext context, TlsOptions options);

    // ---- steps. `owner` is what the SNI callback is given.
    Done handshake(Transport& transport, SSLConnection& owner);
    // At least one byte; 0 for an empty buffer. SSL_ERROR_ZERO_RETURN after the peer's close_notify.
    Attempt<std::size_t> read(Transport& transport, SSLConnection& owner, MutableBytes into);
    Attempt<std::size_t> write(Transport& transport, SSLConnection& owner, Bytes bytes);
    // Says goodbye; nothing is written after it.
    Done close_sending(Transport& transport);
    // The same, and waits for the peer's goodbye.
    Done shutdown(Transport& transport, SSLConnection& owner);
    // What waits for the next write, or read.
    Done request_certificate();
    Done update_keys(KeyUpdateScope scope);
    // What a callback of the application's threw during the last step, if it did; forgets it.
    std::exception_ptr take_exception() { return std::exchange(callback_exception_, nullptr); }

    // ---- what is known
    const SSLContext& context() const noexcept { return context_; }
    void set_context(const SSLContext& context) { context_ = context; }
    const SettingsPtr& settings() const noexcept { return settings_; }
    Role role() const noexcept { return role_; }
    const std::optional<std::string>& server_hostname() const noexcept { return server_hostname_; }
    const std::optional<SSLSession>& session() const noexcept { return session_; }
    void set_session(const SSLSession& session);
    bool established() const noexcept { return established_; }
    // Precondition: established().
    const Negotiated& negotiated() const { return connection_->negotiated(); }
    const Connection& connection() const { return *connection_; }
    bool goodbye_said() const noexcept { return goodbye_said_; }
    std::size_t pending() { return connection_ ? connection_->data().size() : 0; }
    const std::vector<ByteVector>& verified_chain() const noexcept { return verified_chain_; }
    const std::vector<CipherSuite>& shared_ciphers() const noexcept { return shared_; }
    // ValueError on a server, and once the handshake began.
    void set_early_data(Bytes data);
    // A server's: what came and was not taken yet.
    ByteVector take_early_data() { return role_ == Role::server ? std::exchange(early_, {}) : ByteVector(); }
    // For messages about certificates.
    std::string_view host() const noexcept {
        return server_hostname_ ? std::string_view(*server_hostname_) : "";
    }

  private:
    Done begin();
    std::optional<Error> error() const { return cause_ ? cause_ : connection_->error(); }
    Done begin_client();
    Done flush(Transport& transport);
    Done send_early_data(Transport& transport);
    void keep_early_data();
    // Sends what the receiving side owes, unless another thread is sending anyway.
    void flush_answers(Transport& transport);
    Done pull(Transport& transport, Reading reading);
    Done settle(Transport& transport, SSLConnection& owner);
    void finish_handshake();
    void collect_sessions();

    // ---- decisions (tls_decisions.cpp)
    Done decide(SSLConnection& owner);
    Done decide_certificate(SSLConnection& owner);
    Result<trust::VerifiedChain> judge(const std::vector<Bytes>& presented) const;
    // Whether the peer is believed, in the callback's opinion.
    bool ask_verify_callback(SSLConnection& owner, const std::vector<Bytes>& presented,
                             const std::optional<Error>& fault);
    Done decide_config(SSLConnection& owner);
    Done decide_psk();
    // What the SNI callback wants: nothing to go on.
    std::optional<pavise::AlertDescription> ask_sni_callback(SSLConnection& owner,
                                                             const std::optional<std::string>& name);
    // A key for the server; nothing where there is none.
    std::optional<ExternalPsk> ask_psk_client_callback();
    std::shared_ptr<const ServerConfig> config_for(const ClientOffer& offer,
                                                   const std::vector<CipherSuite>& client_suites);
};

} // namespace pavise::ssl
