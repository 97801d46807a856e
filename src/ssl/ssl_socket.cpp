#include <pavise/ssl/socket.hpp>

#include "ssl/raise.hpp"
#include "ssl/socket_io.hpp"
#include "ssl/tls.hpp"

#include <pavise/ssl/functions.hpp>

#include <algorithm>
#include <cerrno>
#include <istream>

namespace pavise::ssl {

// The socket under TLS, and how wrap_socket() wants it treated.
class SocketTransport final : public Transport {
  public:
    Socket socket;
    bool handshake_on_connect;
    bool suppress_ragged_eofs;
    bool connected;

    SocketTransport(Socket&& plain, const WrapSocketOptions& options, bool is_connected) :
        socket(std::move(plain)),
        handshake_on_connect(options.do_handshake_on_connect),
        suppress_ragged_eofs(options.suppress_ragged_eofs),
        connected(is_connected) {}

    Attempt<std::size_t> read(MutableBytes into) noexcept override {
        return try_receive(socket.fileno(), into);
    }
    Attempt<std::size_t> write(Bytes bytes) noexcept override { return try_send(socket.fileno(), bytes); }

    // Repeats a step until it is done, or fails, or the socket's time is over.
    template <class Step> auto until_done(Step step) -> decltype(step()) {
        if (!connected) return Failure::system(socket.fileno() < 0 ? EBADF : ENOTCONN);
        const Timeout timeout = socket.gettimeout();
        const net::Deadline deadline = waiting_deadline_of(timeout);
        for (;;) {
            auto done = step();
            if (done) return done;
            if (auto waited = wait_for(done.failure(), socket.fileno(), timeout, deadline); !waited)
                return waited.failure();
        }
    }

    // What recv() makes of ends: the peer's goodbye is the end of the data, and so is its lack, if so wished.
    Attempt<std::size_t> none_at_end(Attempt<std::size_t> attempt) const {
        if (attempt) return attempt;
        const bool end = attempt.failure().is(SSL_ERROR_ZERO_RETURN) ||
                         (suppress_ragged_eofs && attempt.failure().is(SSL_ERROR_EOF));
        if (end) return std::size_t{0};
        return attempt;
    }
};

namespace {

void check_flags(int flags, const char* call) {
    if (flags != 0)
        throw ValueError("non-zero flags not allowed in calls to " + std::string(call) +
                         "() on <class 'ssl.SSLSocket'>");
}

// What is left to be sent stays in `left`.
Done send_all(Tls& tls, SocketTransport& transport, Bytes& left) {
    while (!left.empty()) {
        auto sent = tls.write(transport, left);
        if (!sent) return sent.failure();
        left = left.subspan(*sent);
    }
    return std::monostate();
}

// `send` says how much of its piece went; less than all ends it.
template <class Send>
std::size_t send_file(std::istream& file, const std::optional<std::size_t>& count, Send send) {
    constexpr std::size_t chunk = 65536;
    ByteVector buffer(chunk);
    std::size_t sent = 0;
    while (file && (!count || sent < *count)) {
        const std::size_t want = std::min(chunk, count ? *count - sent : chunk);
        file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(want));
        const auto got = static_cast<std::size_t>(file.gcount());
        const std::size_t went = send(Bytes(buffer).first(got));
        sent += went;
        if (went != got) break;
    }
    return sent;
}

// Fails with the system's error where that cannot be told.
Attempt<bool> is_connected(const Socket& socket) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket.fileno(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) return true;
    if (errno != ENOTCONN && errno != EINVAL) return Failure::system(errno);
    return false;
}

TlsOptions tls_options_of(const WrapSocketOptions& options) {
    return {options.server_side ? Role::server : Role::client, options.server_hostname, options.session,
            options.ech_configs};
}

bool is_stream(const Socket& socket, std::error_code& code) {
    int type = 0;
    socklen_t size = sizeof type;
    code = {};
    if (::getsockopt(socket.fileno(), SOL_SOCKET, SO_TYPE, &type, &size) != 0)
        code = std::error_code(errno, std::system_category());
    else if (type != SOCK_STREAM)
        code = std::make_error_code(std::errc::wrong_protocol_type);
    return !code;
}

} // namespace

// ---------------------------------------------------------------- making and ending

SSLSocket::SSLSocket(std::unique_ptr<Tls> tls, std::unique_ptr<SocketTransport> transport) noexcept :
    SSLConnection(std::move(tls)),
    transport_(std::move(transport)) {}
SSLSocket::SSLSocket(SSLSocket&&) noexcept = default;
SSLSocket& SSLSocket::operator=(SSLSocket&&) noexcept = default;
SSLSocket::~SSLSocket() = default;

SSLSocket SSLContext::wrap_socket(Socket&& socket, const WrapSocketOptions& options) const {
    if (socket.getsockopt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM)
        throw NotImplementedError("only stream sockets are supported");
    if (options.server_side && options.session)
        throw ValueError("session can only be specified in client mode");
    auto tls = Tls::make(*this, tls_options_of(options));
    auto connected = is_connected(socket);
    if (!connected) connected.failure().raise("", "connect");
    const bool greeting = *connected && options.do_handshake_on_connect;
    if (greeting && !socket.getblocking())
        throw ValueError("do_handshake_on_connect should not be specified for non-blocking sockets");
    SSLSocket out(std::move(tls), std::make_unique<SocketTransport>(std::move(socket), options, *connected));
    if (greeting) out.do_handshake();
    return out;
}

std::optional<SSLSocket> SSLContext::wrap_socket(Socket&& socket, const WrapSocketOptions& options,
                                                 std::error_code& code) const {
    if (!is_stream(socket, code)) return std::nullopt;
    auto tls = Tls::make(*this, tls_options_of(options), code);
    if (tls == nullptr) return std::nullopt;
    auto connected = is_connected(socket);
    if (!connected) {
        code = connected.failure().code();
        return std::nullopt;
    }
    const bool greeting = *connected && options.do_handshake_on_connect;
    if (greeting && !socket.getblocking()) {
        code = std::make_error_code(std::errc::invalid_argument);
        return std::nullopt;
    }
    SSLSocket out(std::move(tls), std::make_unique<SocketTransport>(std::move(socket), options, *connected));
    if (greeting) out.do_handshake(code);
    if (code) return std::nullopt;
    return out;
}

void SSLSocket::connect(const Address& address) {
    tls();
    if (server_side()) throw ValueError("can't connect in server-side mode");
    if (transport_->connected) throw ValueError("attempt to connect already-connected SSLSocket!");
    transport_->socket.connect(address);
    transport_->connected = true;
    if (transport_->handshake_on_connect) do_handshake();
}

void SSLSocket::connect(const Address& address, std::error_code& code) {
    code = {};
    if (tls_ == nullptr)
        code = std::error_code(EBADF, std::system_category());
    else if (tls_->role() == Role::server)
        code = std::error_code(EOPNOTSUPP, std::system_category());
    else if (transport_->connected)
        code = std::error_code(EISCONN, std::system_category());
    if (code) return;
    transport_->socket.connect(address, code);
    if (code) return;
    transport_->connected = true;
    if (transport_->handshake_on_connect) do_handshake(code);
}

void SSLSocket::bind(const Address& address) {
    tls();
    transport_->socket.bind(address);
}
void SSLSocket::listen(int backlog) {
    tls();
    transport_->socket.listen(backlog);
}

AcceptedSSLSocket SSLSocket::accept() {
    const SSLContext made_from = tls().context();
    auto [plain, address] = transport_->socket.accept();
    SSLSocket socket =
        made_from.wrap_socket(std::move(plain), {.server_side = true,
                                                 .do_handshake_on_connect = transport_->handshake_on_connect,
                                                 .suppress_ragged_eofs = transport_->suppress_ragged_eofs});
    return {std::move(socket), std::move(address)};
}

std::optional<AcceptedSSLSocket> SSLSocket::accept(std::error_code& code) {
    code = std::error_code(EBADF, std::system_category());
    if (tls_ == nullptr) return std::nullopt;
    auto accepted = transport_->socket.accept(code);
    if (code) return std::nullopt;
    // Where wrap_socket() refuses to make one, the call is refused, whoever comes.
    if (tls_->role() == Role::client) {
        code = std::error_code(EOPNOTSUPP, std::system_category());
        return std::nullopt;
    }
    auto socket = tls_->context().wrap_socket(std::move(accepted->socket),
                                              {.server_side = true,
                                               .do_handshake_on_connect = transport_->handshake_on_connect,
                                               .suppress_ragged_eofs = transport_->suppress_ragged_eofs},
                                              code);
    if (!socket) return std::nullopt;
    return AcceptedSSLSocket{*std::move(socket), std::move(accepted->address)};
}

int SSLSocket::fileno() const noexcept {
    return transport_ == nullptr ? -1 : transport_->socket.fileno();
}

void SSLSocket::close() noexcept {
    if (transport_ == nullptr) return;
    transport_->connected = false;
    transport_->socket.close();
}

int SSLSocket::detach() noexcept {
    if (transport_ == nullptr) return -1;
    transport_->connected = false;
    return transport_->socket.detach();
}

void SSLSocket::shutdown(int how) {
    tls();
    transport_->socket.shutdown(how);
}
Address SSLSocket::getpeername() const {
    tls();
    return transport_->socket.getpeername();
}
Address SSLSocket::getsockname() const {
    tls();
    return transport_->socket.getsockname();
}
int SSLSocket::getsockopt(int level, int option) const {
    tls();
    return transport_->socket.getsockopt(level, option);
}
void SSLSocket::setsockopt(int level, int option, int value) {
    tls();
    transport_->socket.setsockopt(level, option, value);
}
void SSLSocket::settimeout(Timeout timeout) {
    tls();
    transport_->socket.settimeout(timeout);
}
Timeout SSLSocket::gettimeout() const {
    tls();
    return transport_->socket.gettimeout();
}
void SSLSocket::setblocking(bool blocking) {
    tls();
    transport_->socket.setblocking(blocking);
}
bool SSLSocket::getblocking() const {
    tls();
    return transport_->socket.getblocking();
}

// ---------------------------------------------------------------- TLS

void SSLSocket::do_handshake() {
    Tls& mine = tls();
    value_or_raise(mine, transport_->until_done([&] { return mine.handshake(*transport_); }), "handshake");
}

std::size_t SSLSocket::recv_into(MutableBytes buffer, int flags) {
    check_flags(flags, "recv_into");
    Tls& mine = tls();
    auto count = transport_->until_done([&] { return mine.read(*transport_, buffer); });
    return value_or_raise(mine, transport_->none_at_end(count), "read");
}

ByteVector SSLSocket::recv(std::size_t size, int flags) {
    check_flags(flags, "recv");
    ByteVector out(size);
    out.resize(recv_into(out));
    return out;
}

// As in Python they differ from recv() and send() where there is no TLS (any more): those go on to the
// socket.
ByteVector SSLSocket::read(std::size_t size) {
    tls();
    if (!transport_->connected) throw ValueError("Read on closed or unwrapped SSL socket.");
    return recv(size);
}

std::size_t SSLSocket::read_into(MutableBytes buffer) {
    tls();
    if (!transport_->connected) throw ValueError("Read on closed or unwrapped SSL socket.");
    return recv_into(buffer);
}

std::size_t SSLSocket::write(BytesLike bytes) {
    tls();
    if (!transport_->connected) throw ValueError("Write on closed or unwrapped SSL socket.");
    return send(bytes);
}

std::size_t SSLSocket::send(BytesLike bytes, int flags) {
    check_flags(flags, "send");
    Tls& mine = tls();
    return value_or_raise(mine, transport_->until_done([&] { return mine.write(*transport_, bytes.view()); }),
                          "write");
}

void SSLSocket::sendall(BytesLike bytes, int flags) {
    check_flags(flags, "sendall");
    Bytes left = bytes.view();
    value_or_raise(tls(), transport_->until_done([&] { return send_all(tls(), *transport_, left); }),
                   "write");
}

std::size_t SSLSocket::sendall(BytesLike bytes, std::error_code& code) {
    Bytes left = bytes.view();
    with_code(tls_.get(), code, [&](Tls& tls) {
        return transport_->until_done([&] { return send_all(tls, *transport_, left); });
    });
    return bytes.view().size() - left.size();
}

std::size_t SSLSocket::sendfile(std::istream& file, std::optional<std::size_t> count) {
    return send_file(file, count, [&](Bytes piece) {
        sendall(piece);
        return piece.size();
    });
}

std::size_t SSLSocket::sendfile(std::istream& file, std::optional<std::size_t> count, std::error_code& code) {
    code = {};
    return send_file(file, count, [&](Bytes piece) { return sendall(piece, code); });
}

Socket SSLSocket::unwrap() {
    Tls& mine = tls();
    value_or_raise(mine, transport_->until_done([&] { return mine.shutdown(*transport_); }), "shutdown");
    transport_->connected = false;
    return std::move(transport_->socket);
}

void SSLSocket::close_sending() {
    Tls& mine = tls();
    value_or_raise(mine, transport_->until_done([&] { return mine.close_sending(*transport_); }), "shutdown");
}

void SSLSocket::refuse(AlertDescription reason) {
    Tls& mine = tls();
    value_or_raise(mine, transport_->until_done([&] { return mine.refuse(*transport_, reason); }),
                   "shutdown");
}

void SSLSocket::refuse(AlertDescription reason, std::error_code& code) {
    with_code(tls_.get(), code, [&](Tls& tls) {
        return transport_->until_done([&] { return tls.refuse(*transport_, reason); });
    });
}

void SSLSocket::release_idle() {
    tls().release_idle();
}

void SSLSocket::do_handshake(std::error_code& code) {
    with_code(tls_.get(), code,
              [&](Tls& tls) { return transport_->until_done([&] { return tls.handshake(*transport_); }); });
}

std::size_t SSLSocket::recv_into(MutableBytes buffer, std::error_code& code) {
    return with_code(tls_.get(), code, [&](Tls& tls) {
        return transport_->none_at_end(transport_->until_done([&] { return tls.read(*transport_, buffer); }));
    });
}

std::size_t SSLSocket::send(BytesLike bytes, std::error_code& code) {
    return with_code(tls_.get(), code, [&](Tls& tls) {
        return transport_->until_done([&] { return tls.write(*transport_, bytes.view()); });
    });
}

std::optional<Socket> SSLSocket::unwrap(std::error_code& code) {
    with_code(tls_.get(), code,
              [&](Tls& tls) { return transport_->until_done([&] { return tls.shutdown(*transport_); }); });
    if (code) return std::nullopt;
    transport_->connected = false;
    return std::move(transport_->socket);
}

void SSLSocket::close_sending(std::error_code& code) {
    with_code(tls_.get(), code, [&](Tls& tls) {
        return transport_->until_done([&] { return tls.close_sending(*transport_); });
    });
}

// ---------------------------------------------------------------- a server's certificate

std::string get_server_certificate(const Address& address, const ServerCertificateOptions& options) {
    SSLContext context(options.ssl_version);
    context.set_check_hostname(false);
    context.set_verify_mode(options.ca_certs ? CERT_REQUIRED : CERT_NONE);
    if (options.ca_certs) context.load_verify_locations({.cafile = options.ca_certs});
    Socket plain = create_connection(address, {.timeout = options.timeout});
    const SSLSocket socket = context.wrap_socket(std::move(plain), {.server_hostname = address.host});
    const Optional<ByteVector> der = socket.getpeercert_der();
    if (!der) throw SSLError("the server has no certificate");
    return DER_cert_to_PEM_cert(*der);
}

} // namespace pavise::ssl
