#include <pavise/socket.hpp>

#include "net/address.hpp"
#include "net/descriptor.hpp"
#include "ssl/socket_io.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>

namespace pavise {

namespace {

using ssl::deadline_of;

int checked(int result) {
    if (result < 0) raise_os_error(errno);
    return result;
}

// As getaddrinfo(3) has it, and as Python raises it.
[[noreturn]] void raise_lookup_error(Error error) {
    const int number = error.code == ErrorCode::name_resolution_failed ? -int{error.detail} : EAI_NONAME;
    throw AddressInfoError(std::optional(number),
                           "[Errno " + std::to_string(number) + "] " + ::gai_strerror(number));
}

std::vector<net::Address> addresses_of(const Address& address) {
    auto found = net::resolve({address.host, address.port});
    if (!found) raise_lookup_error(found.error());
    return *std::move(found);
}

// The first address that is one of the socket's family.
net::Address address_for(int fd, const Address& address) {
    int family = AF_UNSPEC;
    socklen_t size = sizeof family;
    checked(::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size));
    // Python takes an empty host for every address of the machine.
    const std::string host = !address.host.empty() ? address.host : family == AF_INET6 ? "::" : "0.0.0.0";
    for (const net::Address& candidate : addresses_of({host, address.port}))
        if (candidate.family() == family) return candidate;
    raise_lookup_error({ErrorCode::bad_endpoint});
}

Address to_address(const net::Address& address) {
    if (address.family() != AF_INET && address.family() != AF_INET6) return {};
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(address.get(), address.length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) !=
        0)
        return {};
    return {host.data(), address.port()};
}

template <class Call> Address name_by(int fd, Call call) {
    net::Address address;
    address.length = sizeof address.storage;
    checked(call(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.length));
    return to_address(address);
}

void set_nonblocking(int fd, bool on) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags >= 0) ::fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

// Repeats `attempt` until it succeeds, fails, or the socket's time is over.
template <class Operation>
ssl::Attempt<std::size_t> until_done(const Timeout& timeout, int fd, Operation attempt) noexcept {
    const net::Deadline deadline = deadline_of(timeout);
    for (;;) {
        auto done = attempt();
        if (done) return done;
        if (auto waited = ssl::wait_for(done.failure(), fd, timeout, deadline); !waited)
            return waited.failure();
    }
}

// What Python says where a plain socket is not ready, or its time is over.
[[noreturn]] void raise_plain(const ssl::Failure& failure) {
    const std::error_code code = failure.code();
    if (code == ssl::SSL_ERROR_WANT_READ || code == ssl::SSL_ERROR_WANT_WRITE) raise_os_error(EAGAIN);
    if (code == std::errc::timed_out && code.category() == std::generic_category())
        throw TimeoutError("timed out");
    raise_os_error(code.value());
}

std::error_code plain_code(const ssl::Failure& failure) noexcept {
    const std::error_code code = failure.code();
    if (code == ssl::SSL_ERROR_WANT_READ || code == ssl::SSL_ERROR_WANT_WRITE)
        return std::make_error_code(std::errc::operation_would_block);
    return code;
}

std::size_t count_or_raise(ssl::Attempt<std::size_t> attempt) {
    if (!attempt) raise_plain(attempt.failure());
    return *attempt;
}

std::size_t count_or_code(ssl::Attempt<std::size_t> attempt, std::error_code& code) noexcept {
    code = attempt ? std::error_code() : plain_code(attempt.failure());
    return attempt ? *attempt : 0;
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Address& address) {
    return out << "('" << address.host << "', " << address.port << ")";
}

Socket::Socket(int family, int type, int protocol) :
    fd_(checked(::socket(family, type | SOCK_CLOEXEC, protocol))) {}

Socket Socket::from_fd(int fd) noexcept {
    return {std::in_place, fd};
}

Socket::Socket(std::in_place_t, int fd) noexcept : fd_(fd) {}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), timeout_(other.timeout_) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        timeout_ = other.timeout_;
    }
    return *this;
}

Socket::~Socket() {
    close();
}

void Socket::close() noexcept {
    // close(2) is not repeated on EINTR: the descriptor is gone by then.
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

int Socket::detach() noexcept {
    return std::exchange(fd_, -1);
}

void Socket::settimeout(Timeout timeout) {
    if (timeout && *timeout < timeout->zero()) throw ValueError("Timeout value out of range");
    timeout_ = timeout;
    set_nonblocking(fd_, timeout.has_value());
}

void Socket::setblocking(bool blocking) {
    settimeout(blocking ? Timeout() : Timeout(std::chrono::seconds(0)));
}

bool Socket::getblocking() const noexcept {
    return !timeout_ || *timeout_ != timeout_->zero();
}

void Socket::connect(const Address& address) {
    const net::Address to = address_for(fd_, address);
    if (::connect(fd_, to.get(), to.length) == 0) return;
    // A connect(2) that a signal interrupts goes on by itself.
    if (errno != EINPROGRESS && errno != EINTR) raise_os_error(errno);
    if (!getblocking()) raise_os_error(EINPROGRESS);
    const auto ready =
        ssl::wait_for(ssl::Failure(ssl::SSL_ERROR_WANT_WRITE), fd_, timeout_, deadline_of(timeout_));
    if (!ready) raise_plain(ready.failure());
    if (const int problem = getsockopt(SOL_SOCKET, SO_ERROR); problem != 0) raise_os_error(problem);
}

void Socket::bind(const Address& address) {
    const net::Address to = address_for(fd_, address);
    checked(::bind(fd_, to.get(), to.length));
}

void Socket::listen(int backlog) {
    checked(::listen(fd_, backlog));
}

AcceptedSocket Socket::accept() {
    net::Address peer;
    const auto accepted = until_done(timeout_, fd_, [&]() -> ssl::Attempt<std::size_t> {
        for (;;) {
            peer.length = sizeof peer.storage;
            const int fd =
                ::accept4(fd_, reinterpret_cast<sockaddr*>(&peer.storage), &peer.length, SOCK_CLOEXEC);
            if (fd >= 0) return static_cast<std::size_t>(fd);
            if (errno == EAGAIN) return ssl::Failure(ssl::SSL_ERROR_WANT_READ);
            if (errno != EINTR) return ssl::Failure::system(errno);
        }
    });
    const std::size_t fd = count_or_raise(accepted);
    return {from_fd(static_cast<int>(fd)), to_address(peer)};
}

void Socket::shutdown(int how) {
    checked(::shutdown(fd_, how));
}

Address Socket::getpeername() const {
    return name_by(fd_, ::getpeername);
}

Address Socket::getsockname() const {
    return name_by(fd_, ::getsockname);
}

int Socket::getsockopt(int level, int option) const {
    int value = 0;
    socklen_t size = sizeof value;
    checked(::getsockopt(fd_, level, option, &value, &size));
    return value;
}

void Socket::setsockopt(int level, int option, int value) {
    checked(::setsockopt(fd_, level, option, &value, sizeof value));
}

void Socket::setsockopt(int level, int option, BytesLike value) {
    checked(
        ::setsockopt(fd_, level, option, value.view().data(), static_cast<socklen_t>(value.view().size())));
}

ByteVector Socket::recv(std::size_t size) {
    ByteVector out(size);
    out.resize(recv_into(out));
    return out;
}

std::size_t Socket::recv_into(MutableBytes buffer) {
    return count_or_raise(until_done(timeout_, fd_, [&] { return ssl::try_receive(fd_, buffer); }));
}

std::size_t Socket::send(BytesLike bytes) {
    return count_or_raise(until_done(timeout_, fd_, [&] { return ssl::try_send(fd_, bytes.view()); }));
}

void Socket::sendall(BytesLike bytes) {
    Bytes left = bytes.view();
    const net::Deadline deadline = deadline_of(timeout_);
    while (!left.empty()) {
        auto sent = ssl::try_send(fd_, left);
        if (sent)
            left = left.subspan(*sent);
        else if (auto waited = ssl::wait_for(sent.failure(), fd_, timeout_, deadline); !waited)
            raise_plain(waited.failure());
    }
}

std::size_t Socket::recv_into(MutableBytes buffer, std::error_code& code) noexcept {
    return count_or_code(until_done(timeout_, fd_, [&] { return ssl::try_receive(fd_, buffer); }), code);
}

std::size_t Socket::send(BytesLike bytes, std::error_code& code) noexcept {
    return count_or_code(until_done(timeout_, fd_, [&] { return ssl::try_send(fd_, bytes.view()); }), code);
}

// ---------------------------------------------------------------- making sockets

namespace {

// As Python does it: one address after the other, from the given source.
Socket connect_from(const Address& source, const Address& address, const Timeout& timeout) {
    std::exception_ptr last;
    for (const net::Address& candidate : addresses_of(address)) {
        try {
            Socket socket(candidate.family());
            socket.settimeout(timeout);
            socket.bind(source);
            socket.connect(to_address(candidate));
            return socket;
        } catch (const OSError&) {
            last = std::current_exception();
        }
    }
    std::rethrow_exception(last);
}

} // namespace

Socket create_connection(const Address& address, const ConnectionOptions& options) {
    if (options.source_address) return connect_from(*options.source_address, address, options.timeout);
    auto connected = net::connect_to_any(addresses_of(address), deadline_of(options.timeout));
    if (!connected) {
        if (connected.error().code == ErrorCode::deadline_passed) throw TimeoutError("timed out");
        raise_os_error(connected.error().detail);
    }
    Socket socket = Socket::from_fd(connected->release());
    socket.settimeout(options.timeout);
    return socket;
}

Socket create_server(const Address& address, int backlog) {
    const net::Address to =
        addresses_of({address.host.empty() ? "0.0.0.0" : address.host, address.port}).front();
    Socket socket(to.family());
    socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    checked(::bind(socket.fileno(), to.get(), to.length));
    socket.listen(backlog);
    return socket;
}

std::pair<Socket, Socket> socketpair() {
    int both[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both));
    return {Socket::from_fd(both[0]), Socket::from_fd(both[1])};
}

} // namespace pavise
