#include "../identities.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace pavise::bench {

namespace {

template <class T, void (*release)(T*)> struct Releaser {
    void operator()(T* object) const { release(object); }
};
template <class T, void (*release)(T*)> using Owned = std::unique_ptr<T, Releaser<T, release>>;
void release_bio(BIO* bio) {
    BIO_free(bio);
}

void must(bool good, const char* what) {
    if (good) return;
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    give_up(std::string("OpenSSL: ") + what + ": " + (reason != nullptr ? reason : "no reason given"));
}

// ---- a BIO that is nothing but the two wires

struct Wires {
    Wire& in;
    Wire& out;
};

int wires_write(BIO* bio, const char* bytes, int size) {
    static_cast<Wires*>(BIO_get_data(bio))
        ->out.append({reinterpret_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
    return size;
}
int wires_read(BIO* bio, char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const std::size_t count =
        static_cast<Wires*>(BIO_get_data(bio))
            ->in.take({reinterpret_cast<std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
    if (count > 0) return static_cast<int>(count);
    BIO_set_retry_read(bio);
    return -1;
}
long wires_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}
const BIO_METHOD* wires_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wires");
        BIO_meth_set_write(made, wires_write);
        BIO_meth_set_read(made, wires_read);
        BIO_meth_set_ctrl(made, wires_control);
        return made;
    }();
    return method;
}

class OpenSslEndpoint final : public Endpoint {
    Wires wires_;
    Owned<SSL, SSL_free> ssl_;

  public:
    OpenSslEndpoint(SSL_CTX* context, Wire& in, Wire& out) : wires_{in, out}, ssl_(SSL_new(context)) {
        BIO* bio = BIO_new(wires_method());
        BIO_set_data(bio, &wires_);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
    }
    // A session whose connection did not end in good order is not resumed.
    ~OpenSslEndpoint() override { SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }
    SSL* ssl() { return ssl_.get(); }

    bool handshake() override {
        const int result = SSL_do_handshake(ssl_.get());
        must(result == 1 || SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ, "the handshake failed");
        return result == 1;
    }
    void settle() override {
        std::array<std::uint8_t, 1> none{};
        std::size_t count = 0;
        if (!wires_.in.empty()) SSL_read_ex(ssl_.get(), none.data(), none.size(), &count);
    }
    bool resumed() override { return SSL_session_reused(ssl_.get()) == 1; }
    void send(Bytes data) override {
        std::size_t written = 0;
        must(SSL_write_ex(ssl_.get(), data.data(), data.size(), &written) == 1, "nothing was written");
    }
    std::size_t receive() override {
        static thread_local std::array<std::uint8_t, 16384> buffer;
        std::size_t received = 0, count = 0;
        while (SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count) == 1) {
            received += count;
            if (wires_.in.empty() && SSL_pending(ssl_.get()) == 0) break;
        }
        return received;
    }
};

const char* suite_of(const Setup& setup) {
    const bool tls13 = setup.version == Version::tls13, ecdsa = setup.key == KeyKind::p256;
    switch (setup.cipher) {
    case CipherKind::aes128gcm:
        if (tls13) return "TLS_AES_128_GCM_SHA256";
        return ecdsa ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "ECDHE-RSA-AES128-GCM-SHA256";
    case CipherKind::aes256gcm:
        if (tls13) return "TLS_AES_256_GCM_SHA384";
        return ecdsa ? "ECDHE-ECDSA-AES256-GCM-SHA384" : "ECDHE-RSA-AES256-GCM-SHA384";
    case CipherKind::chacha20poly1305: break;
    }
    if (tls13) return "TLS_CHACHA20_POLY1305_SHA256";
    return ecdsa ? "ECDHE-ECDSA-CHACHA20-POLY1305" : "ECDHE-RSA-CHACHA20-POLY1305";
}

Owned<BIO, release_bio> text_bio(const std::string& text) {
    return Owned<BIO, release_bio>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void use_identity(SSL_CTX* context, const Identity& identity) {
    const auto chain = text_bio(identity.chain_pem);
    X509* leaf = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr);
    must(SSL_CTX_use_certificate(context, leaf) == 1, "a certificate was refused");
    X509_free(leaf);
    X509* issuer = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr);
    must(SSL_CTX_add0_chain_cert(context, issuer) == 1, "an issuer was refused");
    const auto key_file = text_bio(identity.key_pem);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, nullptr);
    must(SSL_CTX_use_PrivateKey(context, key) == 1, "a key was refused");
    EVP_PKEY_free(key);
}

void trust_root(SSL_CTX* context, const Identity& identity) {
    const auto file = text_bio(identity.root_pem);
    X509* root = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr);
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root) == 1, "a root was refused");
    X509_free(root);
}

class OpenSslContext final : public Context {
    Setup setup_;
    Owned<SSL_CTX, SSL_CTX_free> client_{SSL_CTX_new(TLS_client_method())};
    Owned<SSL_CTX, SSL_CTX_free> server_{SSL_CTX_new(TLS_server_method())};
    Owned<SSL_SESSION, SSL_SESSION_free> session_;

    void configure(SSL_CTX* context) const {
        const int version = setup_.version == Version::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
        SSL_CTX_set_min_proto_version(context, version);
        SSL_CTX_set_max_proto_version(context, version);
        must((setup_.version == Version::tls13 ? SSL_CTX_set_ciphersuites(context, suite_of(setup_))
                                               : SSL_CTX_set_cipher_list(context, suite_of(setup_))) == 1,
             "a suite was refused");
        must(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1, "a group was refused");
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
        if (setup_.resumption != Resumption::ticket) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        // A cache costs time, and tickets do without.
        if (setup_.resumption == Resumption::none)
            SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        if (setup_.resumption == Resumption::ticket)
            SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
    }
    static int keep_session(SSL* ssl, SSL_SESSION* session) {
        static_cast<OpenSslContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session_.reset(session);
        return 1; // ours now
    }

  public:
    explicit OpenSslContext(const Setup& setup) : setup_(setup) {
        configure(client_.get());
        configure(server_.get());
        use_identity(server_.get(), server_identity(setup.key));
        trust_root(client_.get(), server_identity(setup.key));
        SSL_CTX_set_verify(client_.get(), SSL_VERIFY_PEER, nullptr);
        constexpr std::uint8_t id[] = {1};
        SSL_CTX_set_session_id_context(server_.get(), id, sizeof id);
        SSL_CTX_set_num_tickets(server_.get(), setup.resumption == Resumption::none ? 0 : 1);
        SSL_CTX_set_app_data(client_.get(), this);
        if (setup.resumption != Resumption::none) {
            SSL_CTX_set_session_cache_mode(client_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
            SSL_CTX_sess_set_new_cb(client_.get(), keep_session);
        }
        if (setup.client_certificate == ClientCertificate::sent) {
            use_identity(client_.get(), client_identity(setup.key));
            trust_root(server_.get(), client_identity(setup.key));
            SSL_CTX_set_verify(server_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        }
    }
    std::unique_ptr<Endpoint> client(Wire& in, Wire& out) override {
        auto endpoint = std::make_unique<OpenSslEndpoint>(client_.get(), in, out);
        SSL_set_connect_state(endpoint->ssl());
        SSL_ctrl(endpoint->ssl(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(host)); // what the macro SSL_set_tlsext_host_name casts in the old style
        SSL_set1_host(endpoint->ssl(), host);
        if (session_ != nullptr) SSL_set_session(endpoint->ssl(), session_.get());
        return endpoint;
    }
    std::unique_ptr<Endpoint> server(Wire& in, Wire& out) override {
        auto endpoint = std::make_unique<OpenSslEndpoint>(server_.get(), in, out);
        SSL_set_accept_state(endpoint->ssl());
        return endpoint;
    }
};

class OpenSslEcho final : public Echo {
    OpenSslContext context_;
    Wire unused_;
    std::unique_ptr<Endpoint> client_;
    std::unique_ptr<Endpoint> server_;

    SSL* client() { return static_cast<OpenSslEndpoint&>(*client_).ssl(); }
    SSL* server() { return static_cast<OpenSslEndpoint&>(*server_).ssl(); }
    static void pass(SSL* from, SSL* to, Bytes data) {
        static thread_local std::array<std::uint8_t, 16384> buffer;
        std::size_t count = 0, received = 0;
        must(SSL_write_ex(from, data.data(), data.size(), &count) == 1, "nothing was written");
        while (received < data.size()) {
            must(SSL_read_ex(to, buffer.data(), buffer.size(), &count) == 1, "nothing was read");
            received += count;
        }
    }

  public:
    OpenSslEcho() :
        context_(Setup{}),
        client_(context_.client(unused_, unused_)),
        server_(context_.server(unused_, unused_)) {
        std::array<int, 2> ends{};
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "no pair of sockets");
        SSL_set_fd(client(), ends[0]);
        SSL_set_fd(server(), ends[1]);
        std::thread other([this] { must(SSL_accept(server()) == 1, "the handshake failed"); });
        must(SSL_connect(client()) == 1, "the handshake failed");
        other.join();
    }
    ~OpenSslEcho() override {
        close(SSL_get_fd(client()));
        close(SSL_get_fd(server()));
    }
    void once(Bytes data) override {
        pass(client(), server(), data);
        pass(server(), client(), data);
    }
};

class OpenSsl final : public Library {
  public:
    std::string name() const override { return "openssl"; }
    std::string version() const override { return OpenSSL_version(OPENSSL_VERSION_STRING); }
    bool supports(const Setup& setup) const override { return setup.group == Group::x25519; }
    std::unique_ptr<Context> context(const Setup& setup) const override {
        return std::make_unique<OpenSslContext>(setup);
    }
    std::unique_ptr<Echo> echo() const override { return std::make_unique<OpenSslEcho>(); }
};

} // namespace

std::unique_ptr<Library> openssl_library() {
    return std::make_unique<OpenSsl>();
}

} // namespace pavise::bench
