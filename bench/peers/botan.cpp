#include "../identities.hpp"

#include <botan/certstor.h>
#include <botan/data_src.h>
#include <botan/pkcs8.h>
#include <botan/system_rng.h>
#include <botan/tls_callbacks.h>
#include <botan/tls_client.h>
#include <botan/tls_policy.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager_memory.h>
#include <botan/tls_session_manager_noop.h>
#include <botan/tls_session_manager_stateless.h>
#include <botan/version.h>

namespace pavise::bench {

namespace {

namespace TLS = Botan::TLS;

class Credentials final : public Botan::Credentials_Manager {
    std::vector<Botan::X509_Certificate> chain_;
    std::shared_ptr<Botan::Private_Key> key_;
    Botan::Certificate_Store_In_Memory roots_;

  public:
    // Null: nothing to show, or nobody to trust.
    Credentials(const Identity* own, const Identity* trusted) {
        if (own != nullptr) {
            for (const ByteVector& der : own->chain_der) chain_.emplace_back(der);
            Botan::DataSource_Memory key(own->key_pem);
            key_ = Botan::PKCS8::load_key(key);
        }
        if (trusted != nullptr) {
            Botan::DataSource_Memory root(trusted->root_pem);
            roots_.add_certificate(Botan::X509_Certificate(root));
        }
    }
    std::vector<Botan::Certificate_Store*> trusted_certificate_authorities(const std::string&,
                                                                           const std::string&) override {
        return {&roots_};
    }
    std::vector<Botan::X509_Certificate> find_cert_chain(const std::vector<std::string>& types,
                                                         const std::vector<Botan::AlgorithmIdentifier>&,
                                                         const std::vector<Botan::X509_DN>&,
                                                         const std::string&, const std::string&) override {
        for (const std::string& type : types)
            if (key_ != nullptr && type == key_->algo_name()) return chain_;
        return {};
    }
    std::shared_ptr<Botan::Private_Key> private_key_for(const Botan::X509_Certificate&, const std::string&,
                                                        const std::string&) override {
        return key_;
    }
    Botan::secure_vector<std::uint8_t> session_ticket_key() override {
        return Botan::secure_vector<std::uint8_t>(32, 0x5a);
    }
};

class SetupPolicy final : public TLS::Policy {
    Setup setup_;

  public:
    explicit SetupPolicy(const Setup& setup) : setup_(setup) {}
    std::vector<std::string> allowed_ciphers() const override {
        switch (setup_.cipher) {
        case CipherKind::aes128gcm: return {"AES-128/GCM"};
        case CipherKind::aes256gcm: return {"AES-256/GCM"};
        case CipherKind::chacha20poly1305: break;
        }
        return {"ChaCha20Poly1305"};
    }
    std::vector<TLS::Group_Params> key_exchange_groups() const override {
        return {setup_.group == Group::x25519 ? TLS::Group_Params_Code::X25519
                                              : TLS::Group_Params_Code::HYBRID_X25519_ML_KEM_768,
                TLS::Group_Params_Code::SECP256R1};
    }
    bool allow_tls12() const override { return setup_.version == Version::tls12; }
    bool allow_tls13() const override { return setup_.version == Version::tls13; }
    bool require_cert_revocation_info() const override { return false; }
    bool require_client_certificate_authentication() const override {
        return setup_.client_certificate == ClientCertificate::sent;
    }
    std::size_t new_session_tickets_upon_handshake_success() const override {
        return setup_.resumption == Resumption::none ? 0 : 1;
    }
};

class WireCallbacks final : public TLS::Callbacks {
    Wire& out_;
    std::size_t received_ = 0;
    bool resumed_ = false;

  public:
    explicit WireCallbacks(Wire& out) : out_(out) {}
    void tls_emit_data(std::span<const std::uint8_t> data) override { out_.append(data); }
    void tls_record_received(std::uint64_t, std::span<const std::uint8_t> data) override {
        received_ += data.size();
    }
    void tls_alert(TLS::Alert alert) override {
        if (alert.is_fatal()) give_up("Botan: " + alert.type_string());
    }
    void tls_session_established(const TLS::Session_Summary& session) override {
        resumed_ = session.was_resumption();
    }
    std::size_t take_received() { return std::exchange(received_, 0); }
    bool resumed() const { return resumed_; }
};

class BotanEndpoint final : public Endpoint {
    Wire& in_;
    std::shared_ptr<WireCallbacks> callbacks_;
    std::unique_ptr<TLS::Channel> channel_;

    void feed() {
        while (!in_.empty()) {
            const std::size_t count = in_.view().size();
            channel_->received_data(in_.view());
            in_.consume(count);
        }
    }

  public:
    BotanEndpoint(Wire& in, std::shared_ptr<WireCallbacks> callbacks, std::unique_ptr<TLS::Channel> channel) :
        in_(in),
        callbacks_(std::move(callbacks)),
        channel_(std::move(channel)) {}
    bool handshake() override {
        feed();
        // Not is_active(): a server is, of TLS 1.3, before it has the Finished of the client.
        return channel_->is_handshake_complete();
    }
    void settle() override { feed(); }
    bool resumed() override { return callbacks_->resumed(); }
    void send(Bytes data) override { channel_->send(data); }
    std::size_t receive() override {
        feed();
        return callbacks_->take_received();
    }
};

const Identity* client_identity_in(const Setup& setup) {
    return setup.client_certificate == ClientCertificate::sent ? &client_identity(setup.key) : nullptr;
}

class BotanContext final : public Context {
    Setup setup_;
    std::shared_ptr<Botan::RandomNumberGenerator> rng_ = std::make_shared<Botan::System_RNG>();
    std::shared_ptr<const TLS::Policy> policy_;
    std::shared_ptr<Botan::Credentials_Manager> client_credentials_;
    std::shared_ptr<Botan::Credentials_Manager> server_credentials_;
    std::shared_ptr<TLS::Session_Manager> client_sessions_;
    std::shared_ptr<TLS::Session_Manager> server_sessions_;

    std::shared_ptr<TLS::Session_Manager> server_sessions() const {
        switch (setup_.resumption) {
        case Resumption::none: return std::make_shared<TLS::Session_Manager_Noop>();
        case Resumption::session_id: return std::make_shared<TLS::Session_Manager_In_Memory>(rng_);
        case Resumption::ticket: break;
        }
        return std::make_shared<TLS::Session_Manager_Stateless>(server_credentials_, rng_);
    }

  public:
    explicit BotanContext(const Setup& setup) :
        setup_(setup),
        policy_(std::make_shared<SetupPolicy>(setup)),
        client_credentials_(
            std::make_shared<Credentials>(client_identity_in(setup), &server_identity(setup.key))),
        server_credentials_(
            std::make_shared<Credentials>(&server_identity(setup.key), client_identity_in(setup))),
        server_sessions_(server_sessions()) {
        if (setup.resumption == Resumption::none)
            client_sessions_ = std::make_shared<TLS::Session_Manager_Noop>();
        else
            client_sessions_ = std::make_shared<TLS::Session_Manager_In_Memory>(rng_);
    }
    std::unique_ptr<Endpoint> client(Wire& in, Wire& out) override {
        auto callbacks = std::make_shared<WireCallbacks>(out);
        auto channel =
            std::make_unique<TLS::Client>(callbacks, client_sessions_, client_credentials_, policy_, rng_,
                                          TLS::Server_Information(host, 443),
                                          setup_.version == Version::tls13 ? TLS::Protocol_Version::TLS_V13
                                                                           : TLS::Protocol_Version::TLS_V12);
        return std::make_unique<BotanEndpoint>(in, std::move(callbacks), std::move(channel));
    }
    std::unique_ptr<Endpoint> server(Wire& in, Wire& out) override {
        auto callbacks = std::make_shared<WireCallbacks>(out);
        auto channel =
            std::make_unique<TLS::Server>(callbacks, server_sessions_, server_credentials_, policy_, rng_);
        return std::make_unique<BotanEndpoint>(in, std::move(callbacks), std::move(channel));
    }
};

class BotanTls final : public Library {
  public:
    std::string name() const override { return "botan"; }
    std::string version() const override { return Botan::short_version_string(); }
    bool supports(const Setup&) const override { return true; }
    std::unique_ptr<Context> context(const Setup& setup) const override {
        return std::make_unique<BotanContext>(setup);
    }
};

} // namespace

std::unique_ptr<Library> botan_library() {
    return std::make_unique<BotanTls>();
}

} // namespace pavise::bench
