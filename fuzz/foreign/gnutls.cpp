// GnuTLS with its transport functions over two buffers.
#include "foreign/foreign.hpp"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace pavise::fuzz::foreign {

namespace {

void must(int status, const char* what) {
    if (status >= 0) return;
    std::fprintf(stderr, "GnuTLS: %s: %s\n", what, gnutls_strerror(status));
    std::abort();
}

constexpr const char* priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1";

class GnutlsSide final : public Side {
    gnutls_certificate_credentials_t credentials_{};
    gnutls_session_t session_{};
    ByteVector incoming_;
    ByteVector outgoing_;
    bool connected_ = false;
    std::string complaint_;

  public:
    GnutlsSide(Role role, const Identity& identity) {
        must(gnutls_certificate_allocate_credentials(&credentials_), "allocating credentials");
        if (role == Role::server) {
            const gnutls_datum_t certificate = datum(identity.certificate_pem);
            const gnutls_datum_t key = datum(identity.key_pem);
            must(gnutls_certificate_set_x509_key_mem(credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM),
                 "loading a credential");
        }
        must(gnutls_init(&session_, (role == Role::server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK),
             "making a session");
        must(gnutls_priority_set_direct(session_, priorities, nullptr), "setting priorities");
        must(gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_), "setting credentials");
        if (role == Role::client)
            must(gnutls_server_name_set(session_, GNUTLS_NAME_DNS, "server.test", 11), "naming");
        gnutls_transport_set_ptr(session_, this);
        gnutls_transport_set_push_function(session_, push);
        gnutls_transport_set_pull_function(session_, pull);
        gnutls_transport_set_pull_timeout_function(session_, wait);
        advance();
    }
    GnutlsSide(const GnutlsSide&) = delete;
    GnutlsSide& operator=(const GnutlsSide&) = delete;
    ~GnutlsSide() override {
        gnutls_deinit(session_);
        gnutls_certificate_free_credentials(credentials_);
    }

    void send(Bytes bytes) override {
        incoming_.insert(incoming_.end(), bytes.begin(), bytes.end());
        advance();
    }
    ByteVector receive() override { return std::exchange(outgoing_, {}); }
    bool connected() const override { return connected_; }
    std::string complaint() const override { return complaint_; }

  private:
    static gnutls_datum_t datum(const std::string& text) {
        // GnuTLS does not write to it. NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
        return {const_cast<unsigned char*>(as_bytes(text).data()), static_cast<unsigned>(text.size())};
    }
    static GnutlsSide& self(gnutls_transport_ptr_t pointer) { return *static_cast<GnutlsSide*>(pointer); }
    static ssize_t push(gnutls_transport_ptr_t pointer, const void* data, std::size_t size) {
        const auto* bytes = static_cast<const std::uint8_t*>(data);
        self(pointer).outgoing_.insert(self(pointer).outgoing_.end(), bytes, bytes + size);
        return static_cast<ssize_t>(size);
    }
    static ssize_t pull(gnutls_transport_ptr_t pointer, void* data, std::size_t size) {
        GnutlsSide& side = self(pointer);
        if (side.incoming_.empty()) {
            gnutls_transport_set_errno(side.session_, EAGAIN);
            return -1;
        }
        const std::size_t count = std::min(size, side.incoming_.size());
        const auto end = side.incoming_.begin() + static_cast<std::ptrdiff_t>(count);
        std::copy(side.incoming_.begin(), end, static_cast<std::uint8_t*>(data));
        side.incoming_.erase(side.incoming_.begin(), end);
        return static_cast<ssize_t>(count);
    }
    static int wait(gnutls_transport_ptr_t pointer, unsigned) {
        return self(pointer).incoming_.empty() ? 0 : 1;
    }

    void advance() {
        if (!complaint_.empty()) return;
        if (!connected_) {
            int status = GNUTLS_E_SUCCESS;
            // A warning alert is told and passed over.
            do status = gnutls_handshake(session_);
            while (status < 0 && gnutls_error_is_fatal(status) == 0 && status != GNUTLS_E_AGAIN);
            if (status < 0 && gnutls_error_is_fatal(status) != 0) {
                complaint_ = gnutls_strerror(status);
                gnutls_alert_send_appropriate(session_, status);
                return;
            }
            connected_ = status == GNUTLS_E_SUCCESS;
        }
        std::uint8_t data[512];
        while (connected_ && !incoming_.empty()) {
            const ssize_t count = gnutls_record_recv(session_, data, sizeof data);
            if (count == 0 || (count < 0 && gnutls_error_is_fatal(static_cast<int>(count)) != 0)) {
                if (count < 0) complaint_ = gnutls_strerror(static_cast<int>(count));
                return;
            }
        }
    }
};

} // namespace

Implementation gnutls() {
    return {"gnutls", std::string("GnuTLS ") + gnutls_check_version(nullptr),
            [](Role role, const Identity& identity) {
                return std::unique_ptr<Side>(std::make_unique<GnutlsSide>(role, identity));
            }};
}

} // namespace pavise::fuzz::foreign
