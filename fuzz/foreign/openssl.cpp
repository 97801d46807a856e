// OpenSSL between two memory BIOs.
#include "foreign/foreign.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <cstdlib>

namespace pavise::fuzz::foreign {

namespace {

template <auto free> struct Deleter {
    template <class T> void operator()(T* object) const { free(object); }
};
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Handle = std::unique_ptr<SSL, Deleter<SSL_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

void must(bool done, const char* what) {
    if (done) return;
    std::fprintf(stderr, "OpenSSL: %s\n", what);
    std::abort();
}

// What OpenSSL's controls take and do not write to.
char* text(const char* words) {
    return const_cast<char*>(words); // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Context make_context(Role role, const Identity& identity) {
    Context context(SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method()));
    must(context != nullptr, "making a context");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    // The certificates of the tests are of a time to come; what is compared is the protocol.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    must(SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_GROUPS_LIST, 0, text("X25519:P-256")) == 1,
         "choosing groups");
    if (role == Role::client) return context;
    const Bio chain = memory(identity.certificate_pem);
    const Bio file = memory(identity.key_pem);
    const Certificate certificate(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    const Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    must(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
             SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
         "loading a credential");
    return context;
}

class OpensslSide final : public Side {
    Context context_;
    Handle handle_;
    BIO* incoming_; // of the handle
    BIO* outgoing_;
    std::string complaint_;

  public:
    OpensslSide(Role role, const Identity& identity) :
        context_(make_context(role, identity)),
        handle_(SSL_new(context_.get())),
        incoming_(BIO_new(BIO_s_mem())),
        outgoing_(BIO_new(BIO_s_mem())) {
        SSL_set_bio(handle_.get(), incoming_, outgoing_);
        if (role == Role::server) {
            SSL_set_accept_state(handle_.get());
        } else {
            SSL_set_connect_state(handle_.get());
            SSL_ctrl(handle_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     text("server.test"));
        }
        advance();
    }

    void send(Bytes bytes) override {
        BIO_write(incoming_, bytes.data(), static_cast<int>(bytes.size()));
        advance();
    }
    ByteVector receive() override {
        ByteVector bytes(BIO_ctrl_pending(outgoing_));
        if (!bytes.empty()) BIO_read(outgoing_, bytes.data(), static_cast<int>(bytes.size()));
        return bytes;
    }
    bool connected() const override { return SSL_is_init_finished(handle_.get()) == 1; }
    std::string complaint() const override { return complaint_; }

  private:
    void advance() {
        if (!complaint_.empty()) return;
        ERR_clear_error();
        int status = SSL_do_handshake(handle_.get());
        std::uint8_t data[512];
        while (status == 1 && SSL_read(handle_.get(), data, sizeof data) > 0) {
        }
        if (const unsigned long error = ERR_peek_last_error(); error != 0) {
            const char* reason = ERR_reason_error_string(error);
            complaint_ = reason == nullptr ? "some error" : reason;
        }
    }
};

} // namespace

Implementation openssl() {
    return {"openssl", OpenSSL_version(OPENSSL_VERSION), [](Role role, const Identity& identity) {
                return std::unique_ptr<Side>(std::make_unique<OpensslSide>(role, identity));
            }};
}

} // namespace pavise::fuzz::foreign
