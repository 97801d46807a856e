#include "../heap.hpp"
#include "../identities.hpp"

#include "support/own_allocations.hpp"
#include "trust/chain_cache.hpp"

#include <pavise/engine.hpp>

#include <algorithm>

namespace pavise::bench {

namespace {

template <class T> T must(Result<T> result) {
    if (!result) give_up("Pavise: " + describe(result.error()));
    return *std::move(result);
}
void must(Status status) {
    if (!status) give_up("Pavise: " + describe(status.error()));
}

CipherSuite suite_of(const Setup& setup) {
    const bool tls13 = setup.version == Version::tls13, ecdsa = setup.key == KeyKind::p256;
    switch (setup.cipher) {
    case CipherKind::aes128gcm:
        if (tls13) return CipherSuite::TLS_AES_128_GCM_SHA256;
        return ecdsa ? CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                     : CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    case CipherKind::aes256gcm:
        if (tls13) return CipherSuite::TLS_AES_256_GCM_SHA384;
        return ecdsa ? CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                     : CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
    case CipherKind::chacha20poly1305: break;
    }
    if (tls13) return CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    return ecdsa ? CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
                 : CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
}

template <class Config> void configure(Config& config, const Setup& setup) {
    const auto version =
        setup.version == Version::tls13 ? ProtocolVersion::tls_1_3 : ProtocolVersion::tls_1_2;
    config.versions = {version, version};
    config.cipher_suites = {suite_of(setup)};
    // In TLS 1.2 the groups are also the curves that a key may lie on (RFC 8422 §5.3).
    config.groups = {setup.group == Group::x25519 ? NamedGroup::x25519 : NamedGroup::x25519_ml_kem_768,
                     NamedGroup::secp256r1};
    if (setup.resumption == Resumption::none) config.psk_modes.clear();
}

Credential credential_of(const Identity& identity) {
    return must(Credential::load(as_bytes(identity.chain_pem), as_bytes(identity.key_pem)));
}

class PaviseEndpoint final : public Endpoint {
    Connection connection_;
    Wire& in_;
    Wire& out_;

    void flush() {
        const Bytes output = connection_.output();
        if (output.empty()) return;
        out_.append(output);
        connection_.output_sent(output.size());
    }
    // As a read() would: one piece, as large as there is room for.
    bool read() {
        const std::size_t count = in_.take(connection_.receive_space());
        if (count == 0) return false;
        must(connection_.received(count));
        return true;
    }

  public:
    PaviseEndpoint(Connection connection, Wire& in, Wire& out) :
        connection_(std::move(connection)),
        in_(in),
        out_(out) {}

    Connection& connection() { return connection_; }

    bool handshake() override {
        flush();
        while (!in_.empty() && read()) flush();
        return connection_.handshake_complete();
    }
    void settle() override {
        while (!in_.empty() && read()) {
        }
    }
    bool resumed() override { return connection_.negotiated().resumed; }
    void send(Bytes data) override {
        while (!data.empty()) {
            const std::size_t taken = must(connection_.write(data));
            data = data.subspan(taken);
            flush();
        }
    }
    std::size_t receive() override {
        std::size_t received = 0;
        while (!in_.empty()) {
            if (!read()) give_up("Pavise takes no more input");
            for (std::size_t count = connection_.data().size(); count > 0;
                 count = connection_.data().size()) {
                received += count;
                must(connection_.data_read(count));
            }
        }
        return received;
    }
    void rest() override { connection_.release_idle(); }
};

// What a client's cache does, for one session.
class LastSession final : public SessionCache {
    Session session_;

  public:
    void put(std::string_view, const Session& session) override { session_ = session; }
    Session take(std::string_view, Timestamp) override { return session_; }
};

class PaviseContext final : public Context {
    Setup setup_;
    std::shared_ptr<SessionCache> sessions_ = std::make_shared<LastSession>();
    std::shared_ptr<const ClientConfig> client_;
    std::shared_ptr<const ServerConfig> server_;
    ClientOptions options_{.server_name = host};

    std::shared_ptr<const ClientConfig> make_client_config() const {
        ClientConfig config;
        configure(config, setup_);
        config.key_shares = 1;
        config.trust = must(TrustStore::from_memory(as_bytes(server_identity(setup_.key).root_pem)));
        config.sessions = sessions_;
        if (setup_.client_certificate == ClientCertificate::sent)
            config.credentials = {credential_of(client_identity(setup_.key))};
        return std::make_shared<const ClientConfig>(std::move(config));
    }

  public:
    explicit PaviseContext(const Setup& setup) : setup_(setup), client_(make_client_config()) {
        ServerConfig config;
        configure(config, setup);
        config.credentials = {credential_of(server_identity(setup.key))};
        config.tickets = setup.resumption == Resumption::none ? 0 : 1;
        if (setup.resumption == Resumption::ticket) config.ticket_keys = must(TicketKeys::generate());
        if (setup.resumption == Resumption::session_id) config.session_store = make_session_store();
        if (setup.client_certificate == ClientCertificate::sent) {
            config.client_verification = PeerVerification::required;
            config.client_trust =
                must(TrustStore::from_memory(as_bytes(client_identity(setup.key).root_pem)));
        }
        server_ = std::make_shared<const ServerConfig>(std::move(config));
    }
    std::unique_ptr<Endpoint> client(Wire& in, Wire& out) override {
        return std::make_unique<PaviseEndpoint>(must(Connection::client(client_, options_)), in, out);
    }
    std::unique_ptr<Endpoint> server(Wire& in, Wire& out) override {
        return std::make_unique<PaviseEndpoint>(must(Connection::server(server_)), in, out);
    }
    OwnAllocations own_allocations() override {
        const auto own =
            testing::OwnAllocations::of_handshake(client_, server_, host, [] { return heap().allocations; });
        if (!own.good) give_up("Pavise: the counted handshake failed");
        return {own.client, own.server};
    }
    // The memory belongs to the trust store. The config, and what was found out about it, stays: a client
    // meets many servers with one config.
    void forget_chains() override { client_->trust.data()->verified_chains()->clear(); }
};

class Pavise final : public Library {
  public:
    std::string name() const override { return "pavise"; }
    std::string version() const override { return "this tree"; }
    bool supports(const Setup&) const override { return true; }
    std::unique_ptr<Context> context(const Setup& setup) const override {
        return std::make_unique<PaviseContext>(setup);
    }
    std::unique_ptr<Echo> echo() const override { return pavise_echo(); }
};

} // namespace

std::unique_ptr<Library> pavise_library() {
    return std::make_unique<Pavise>();
}

} // namespace pavise::bench
