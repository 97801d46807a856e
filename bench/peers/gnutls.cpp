#include "../identities.hpp"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

namespace pavise::bench {

namespace {

void must(int code, const char* what) {
    if (code < 0) give_up(std::string("GnuTLS: ") + what + ": " + gnutls_strerror(code));
}

struct Wires {
    Wire& in;
    Wire& out;
    gnutls_session_t session = nullptr;
};

ssize_t push(gnutls_transport_ptr_t wires, const void* bytes, std::size_t size) {
    static_cast<Wires*>(wires)->out.append({static_cast<const std::uint8_t*>(bytes), size});
    return static_cast<ssize_t>(size);
}
ssize_t pull(gnutls_transport_ptr_t pointer, void* bytes, std::size_t size) {
    auto* wires = static_cast<Wires*>(pointer);
    const std::size_t count = wires->in.take({static_cast<std::uint8_t*>(bytes), size});
    if (count > 0) return static_cast<ssize_t>(count);
    gnutls_transport_set_errno(wires->session, EAGAIN);
    return -1;
}
int pull_timeout(gnutls_transport_ptr_t wires, unsigned) {
    return static_cast<Wires*>(wires)->in.empty() ? 0 : 1;
}

gnutls_datum_t datum(const std::string& text) {
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
            static_cast<unsigned>(text.size())};
}

// A server's sessions by their IDs.
class Database {
    std::map<ByteVector, ByteVector> sessions_;

    static Bytes bytes_of(const gnutls_datum_t& datum) { return {datum.data, datum.size}; }
    static ByteVector vector_of(const gnutls_datum_t& datum) {
        const Bytes bytes = bytes_of(datum);
        return {bytes.begin(), bytes.end()};
    }

  public:
    static int store(void* self, gnutls_datum_t key, gnutls_datum_t data) {
        static_cast<Database*>(self)->sessions_[vector_of(key)] = vector_of(data);
        return 0;
    }
    static gnutls_datum_t retrieve(void* self, gnutls_datum_t key) {
        const auto& sessions = static_cast<Database*>(self)->sessions_;
        const auto found = sessions.find(vector_of(key));
        if (found == sessions.end()) return {nullptr, 0};
        auto* copy = static_cast<unsigned char*>(gnutls_malloc(found->second.size()));
        std::copy(found->second.begin(), found->second.end(), copy);
        return {copy, static_cast<unsigned>(found->second.size())};
    }
    static int remove(void* self, gnutls_datum_t key) {
        static_cast<Database*>(self)->sessions_.erase(vector_of(key));
        return 0;
    }
};

std::string priorities_of(const Setup& setup) {
    std::string text = "NONE:+MAC-ALL:+SIGN-ALL:+COMP-NULL:+GROUP-X25519:+CTYPE-X509:+ECDHE-ECDSA:+ECDHE-RSA";
    text += setup.version == Version::tls13 ? ":+VERS-TLS1.3" : ":+VERS-TLS1.2";
    switch (setup.cipher) {
    case CipherKind::aes128gcm: return text + ":+AES-128-GCM";
    case CipherKind::aes256gcm: return text + ":+AES-256-GCM";
    case CipherKind::chacha20poly1305: break;
    }
    return text + ":+CHACHA20-POLY1305";
}

class GnuTlsEndpoint final : public Endpoint {
    Wires wires_;
    gnutls_session_t session_ = nullptr;
    ByteVector* keep_session_; // where a client's session goes; null: nowhere

  public:
    GnuTlsEndpoint(unsigned flags, Wire& in, Wire& out, ByteVector* keep_session) :
        wires_{in, out},
        keep_session_(keep_session) {
        must(gnutls_init(&session_, flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), "no session");
        wires_.session = session_;
        gnutls_transport_set_ptr(session_, &wires_);
        gnutls_transport_set_push_function(session_, push);
        gnutls_transport_set_pull_function(session_, pull);
        gnutls_transport_set_pull_timeout_function(session_, pull_timeout);
    }
    ~GnuTlsEndpoint() override { gnutls_deinit(session_); }
    gnutls_session_t session() { return session_; }

    bool handshake() override {
        const int code = gnutls_handshake(session_);
        if (code < 0 && gnutls_error_is_fatal(code) != 0) must(code, "the handshake failed");
        return code == GNUTLS_E_SUCCESS;
    }
    void settle() override {
        std::array<std::uint8_t, 1> none{};
        if (!wires_.in.empty()) gnutls_record_recv(session_, none.data(), none.size());
        if (keep_session_ == nullptr) return;
        gnutls_datum_t data{};
        if (gnutls_session_get_data2(session_, &data) < 0) return;
        keep_session_->assign(data.data, data.data + data.size);
        gnutls_free(data.data);
    }
    bool resumed() override { return gnutls_session_is_resumed(session_) != 0; }
    void send(Bytes data) override {
        while (!data.empty()) {
            const ssize_t taken = gnutls_record_send(session_, data.data(), data.size());
            must(static_cast<int>(taken), "nothing was written");
            data = data.subspan(static_cast<std::size_t>(taken));
        }
    }
    std::size_t receive() override {
        static thread_local std::array<std::uint8_t, 16384> buffer;
        std::size_t received = 0;
        for (;;) {
            const ssize_t count = gnutls_record_recv(session_, buffer.data(), buffer.size());
            if (count <= 0) break;
            received += static_cast<std::size_t>(count);
            if (wires_.in.empty() && gnutls_record_check_pending(session_) == 0) break;
        }
        return received;
    }
};

class GnuTlsContext final : public Context {
    Setup setup_;
    gnutls_certificate_credentials_t client_ = nullptr;
    gnutls_certificate_credentials_t server_ = nullptr;
    gnutls_priority_t priorities_ = nullptr;
    gnutls_datum_t ticket_key_{};
    Database database_;
    ByteVector session_;

    static void use_identity(gnutls_certificate_credentials_t credentials, const Identity& identity) {
        const gnutls_datum_t chain = datum(identity.chain_pem), key = datum(identity.key_pem);
        must(gnutls_certificate_set_x509_key_mem(credentials, &chain, &key, GNUTLS_X509_FMT_PEM),
             "a credential was refused");
    }
    static void trust_root(gnutls_certificate_credentials_t credentials, const Identity& identity) {
        const gnutls_datum_t root = datum(identity.root_pem);
        must(gnutls_certificate_set_x509_trust_mem(credentials, &root, GNUTLS_X509_FMT_PEM),
             "a root was refused");
    }
    void configure(GnuTlsEndpoint& endpoint, gnutls_certificate_credentials_t credentials) const {
        must(gnutls_priority_set(endpoint.session(), priorities_), "the priorities were refused");
        must(gnutls_credentials_set(endpoint.session(), GNUTLS_CRD_CERTIFICATE, credentials),
             "the credentials were refused");
    }

  public:
    explicit GnuTlsContext(const Setup& setup) : setup_(setup) {
        must(gnutls_certificate_allocate_credentials(&client_), "no credentials");
        must(gnutls_certificate_allocate_credentials(&server_), "no credentials");
        must(gnutls_priority_init(&priorities_, priorities_of(setup).c_str(), nullptr), "bad priorities");
        use_identity(server_, server_identity(setup.key));
        trust_root(client_, server_identity(setup.key));
        if (setup.client_certificate == ClientCertificate::sent) {
            use_identity(client_, client_identity(setup.key));
            trust_root(server_, client_identity(setup.key));
        }
        must(gnutls_session_ticket_key_generate(&ticket_key_), "no key for tickets");
    }
    ~GnuTlsContext() override {
        gnutls_certificate_free_credentials(client_);
        gnutls_certificate_free_credentials(server_);
        gnutls_priority_deinit(priorities_);
        gnutls_free(ticket_key_.data);
    }
    std::unique_ptr<Endpoint> client(Wire& in, Wire& out) override {
        const unsigned flags = setup_.resumption == Resumption::ticket ? 0u : unsigned{GNUTLS_NO_TICKETS};
        ByteVector* keep = setup_.resumption == Resumption::none ? nullptr : &session_;
        auto endpoint = std::make_unique<GnuTlsEndpoint>(GNUTLS_CLIENT | flags, in, out, keep);
        configure(*endpoint, client_);
        gnutls_server_name_set(endpoint->session(), GNUTLS_NAME_DNS, host, std::string(host).size());
        gnutls_session_set_verify_cert(endpoint->session(), host, 0);
        if (!session_.empty()) gnutls_session_set_data(endpoint->session(), session_.data(), session_.size());
        return endpoint;
    }
    std::unique_ptr<Endpoint> server(Wire& in, Wire& out) override {
        const unsigned flags = setup_.resumption == Resumption::ticket ? 0u : unsigned{GNUTLS_NO_TICKETS};
        auto endpoint = std::make_unique<GnuTlsEndpoint>(GNUTLS_SERVER | flags, in, out, nullptr);
        configure(*endpoint, server_);
        if (setup_.resumption == Resumption::ticket)
            must(gnutls_session_ticket_enable_server(endpoint->session(), &ticket_key_), "no tickets");
        if (setup_.resumption == Resumption::session_id) {
            gnutls_db_set_ptr(endpoint->session(), &database_);
            gnutls_db_set_store_function(endpoint->session(), Database::store);
            gnutls_db_set_retrieve_function(endpoint->session(), Database::retrieve);
            gnutls_db_set_remove_function(endpoint->session(), Database::remove);
        }
        if (setup_.client_certificate == ClientCertificate::sent) {
            gnutls_certificate_server_set_request(endpoint->session(), GNUTLS_CERT_REQUIRE);
            gnutls_session_set_verify_cert(endpoint->session(), nullptr, 0);
        }
        return endpoint;
    }
};

class GnuTls final : public Library {
  public:
    std::string name() const override { return "gnutls"; }
    std::string version() const override { return gnutls_check_version(nullptr); }
    bool supports(const Setup& setup) const override { return setup.group == Group::x25519; }
    std::unique_ptr<Context> context(const Setup& setup) const override {
        return std::make_unique<GnuTlsContext>(setup);
    }
};

} // namespace

std::unique_ptr<Library> gnutls_library() {
    return std::make_unique<GnuTls>();
}

} // namespace pavise::bench
