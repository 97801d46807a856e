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
ssl::Attempt<net::Address> find_address(int fd, const Address& address) {
    int family = AF_UNSPEC;
    socklen_t size = sizeof family;
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) return ssl::Failure::system(errno);
    // Python takes an empty host for every address of the machine.
    const std::string host = !address.host.empty() ? address.host : family == AF_INET6 ? "::" : "0.0.0.0";
    const auto found = net::resolve({host, address.port});
    if (!found) return ssl::Failure(found.error());
    for (const net::Address& candidate : *found)
        if (candidate.family() == family) return candidate;
    return ssl::Failure(Error{ErrorCode::bad_endpoint});
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

bool is_negative(const Timeout& timeout) {
    return timeout && *timeout < timeout->zero();
}
void check_timeout(const Timeout& timeout) {
    if (is_negative(timeout)) throw ValueError("Timeout value out of range");
}

void set_nonblocking(int fd, bool on) {
    const int flags = checked(::fcntl(fd, F_GETFL));
    checked(::fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

// Repeats `attempt` until it succeeds, fails, or the socket's time is over.
template <class Operation>
ssl::Attempt<std::size_t> until_done(const Timeout& timeout, int fd, Operation attempt) noexcept {
    const net::Deadline deadline = ssl::waiting_deadline_of(timeout);
    for (;;) {
        auto done = attempt();
        if (done) return done;
        if (auto waited = ssl::wait_for(done.failure(), fd, timeout, deadline); !waited)
            return waited.failure();
    }
}

// What Python says where a plain socket is not ready, or its time is over.
[[noreturn]] void raise_plain(const ssl::Failure& failure) {
    if (const auto error = failure.error()) raise_lookup_error(*error);
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
    check_timeout(timeout);
    set_nonblocking(fd_, timeout.has_value());
    timeout_ = timeout;
}

void Socket::setblocking(bool blocking) {
    settimeout(blocking ? Timeout() : Timeout(std::chrono::seconds(0)));
}

bool Socket::getblocking() const noexcept {
    return !timeout_ || *timeout_ != timeout_->zero();
}

namespace {

ssl::Done try_connect(int fd, const Address& address, const Timeout& timeout) {
    auto to = find_address(fd, address);
    if (!to) return to.failure();
    if (::connect(fd, (*to).get(), (*to).length) == 0) return std::monostate();
    // A connect(2) that a signal interrupts goes on by itself.
    if (errno != EINPROGRESS && errno != EINTR) return ssl::Failure::system(errno);
    if (timeout && *timeout == timeout->zero()) return ssl::Failure::system(EINPROGRESS);
    const auto ready =
        ssl::wait_for(ssl::Failure(ssl::SSL_ERROR_WANT_WRITE), fd, timeout, deadline_of(timeout));
    if (!ready) return ready.failure();
    int problem = 0;
    socklen_t size = sizeof problem;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0) problem = errno;
    if (problem != 0) return ssl::Failure::system(problem);
    return std::monostate();
}

struct Accepted {
    int fd;
    net::Address peer;
};

ssl::Attempt<Accepted> try_accept(int listener, const Timeout& timeout) {
    Accepted accepted{-1, {}};
    const auto done = until_done(timeout, listener, [&]() -> ssl::Attempt<std::size_t> {
        for (;;) {
            accepted.peer.length = sizeof accepted.peer.storage;
            accepted.fd = ::accept4(listener, reinterpret_cast<sockaddr*>(&accepted.peer.storage),
                                    &accepted.peer.length, SOCK_CLOEXEC);
            if (accepted.fd >= 0) return std::size_t{0};
            if (errno == EAGAIN) return ssl::Failure(ssl::SSL_ERROR_WANT_READ);
            if (errno != EINTR) return ssl::Failure::system(errno);
        }
    });
    if (!done) return done.failure();
    return accepted;
}

// How many bytes went before it failed is in `sent`.
ssl::Done try_sendall(int fd, Bytes bytes, const Timeout& timeout, std::size_t& sent) noexcept {
    const net::Deadline deadline = ssl::waiting_deadline_of(timeout);
    while (sent < bytes.size()) {
        auto count = ssl::try_send(fd, bytes.subspan(sent));
        if (count)
            sent += *count;
        else if (auto waited = ssl::wait_for(count.failure(), fd, timeout, deadline); !waited)
            return waited.failure();
    }
    return std::monostate();
}

} // namespace

void Socket::connect(const Address& address) {
    if (const auto done = try_connect(fd_, address, timeout_); !done) raise_plain(done.failure());
}

void Socket::connect(const Address& address, std::error_code& code) {
    const auto done = try_connect(fd_, address, timeout_);
    code = done ? std::error_code() : plain_code(done.failure());
}

void Socket::bind(const Address& address) {
    auto to = find_address(fd_, address);
    if (!to) raise_plain(to.failure());
    checked(::bind(fd_, (*to).get(), (*to).length));
}

void Socket::listen(int backlog) {
    checked(::listen(fd_, backlog));
}

AcceptedSocket Socket::accept() {
    auto accepted = try_accept(fd_, timeout_);
    if (!accepted) raise_plain(accepted.failure());
    return {from_fd((*accepted).fd), to_address((*accepted).peer)};
}

std::optional<AcceptedSocket> Socket::accept(std::error_code& code) {
    auto accepted = try_accept(fd_, timeout_);
    code = accepted ? std::error_code() : plain_code(accepted.failure());
    if (!accepted) return std::nullopt;
    return AcceptedSocket{from_fd((*accepted).fd), to_address((*accepted).peer)};
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
    std::size_t sent = 0;
    if (const auto done = try_sendall(fd_, bytes.view(), timeout_, sent); !done) raise_plain(done.failure());
}

std::size_t Socket::sendall(BytesLike bytes, std::error_code& code) noexcept {
    std::size_t sent = 0;
    const auto done = try_sendall(fd_, bytes.view(), timeout_, sent);
    code = done ? std::error_code() : plain_code(done.failure());
    return sent;
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
ssl::Attempt<Socket> connect_from(const Address& source, const std::vector<net::Address>& addresses,
                                  const Timeout& timeout) {
    ssl::Failure last = ssl::Failure(Error{ErrorCode::name_resolution_failed});
    for (const net::Address& candidate : addresses) {
        const int flags = SOCK_STREAM | SOCK_CLOEXEC | (timeout ? SOCK_NONBLOCK : 0);
        Socket socket = Socket::from_fd(::socket(candidate.family(), flags, 0));
        auto from = find_address(socket.fileno(), source);
        if (!from) {
            last = from.failure();
        } else if (::bind(socket.fileno(), (*from).get(), (*from).length) != 0) {
            last = ssl::Failure::system(errno);
        } else if (const auto done = try_connect(socket.fileno(), to_address(candidate), timeout); !done) {
            last = done.failure();
        } else {
            return socket;
        }
    }
    return last;
}

ssl::Attempt<Socket> try_create_connection(const Address& address, const ConnectionOptions& options) {
    const auto addresses = net::resolve({address.host, address.port});
    if (!addresses) return ssl::Failure(addresses.error());
    if (options.source_address) return connect_from(*options.source_address, *addresses, options.timeout);
    auto connected = net::connect_to_any(*addresses, deadline_of(options.timeout));
    if (connected) return Socket::from_fd(connected->release());
    if (connected.error().code == ErrorCode::deadline_passed) return ssl::Failure::timed_out();
    return ssl::Failure::system(connected.error().detail);
}

} // namespace

Socket create_connection(const Address& address, const ConnectionOptions& options) {
    check_timeout(options.timeout);
    auto connected = try_create_connection(address, options);
    if (!connected) raise_plain(connected.failure());
    Socket socket = std::move(*connected);
    socket.settimeout(options.timeout);
    return socket;
}

std::optional<Socket> create_connection(const Address& address, const ConnectionOptions& options,
                                        std::error_code& code) {
    code = {};
    if (is_negative(options.timeout)) code = std::make_error_code(std::errc::invalid_argument);
    if (code) return std::nullopt;
    auto connected = try_create_connection(address, options);
    code = connected ? std::error_code() : plain_code(connected.failure());
    if (!connected) return std::nullopt;
    Socket socket = std::move(*connected);
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
