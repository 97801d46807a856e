#include "ssl/socket_io.hpp"

#include <cerrno>

namespace pavise::ssl {

namespace {

bool would_block(int number) {
    return number == EAGAIN || number == EWOULDBLOCK;
}

} // namespace

Attempt<std::size_t> try_receive(int fd, MutableBytes into) noexcept {
    for (;;) {
        const ssize_t count = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (would_block(errno)) return Failure(SSL_ERROR_WANT_READ);
        if (errno != EINTR) return Failure::system(errno);
    }
}

Attempt<std::size_t> try_send(int fd, Bytes bytes) noexcept {
    for (;;) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (would_block(errno)) return Failure(SSL_ERROR_WANT_WRITE);
        if (errno != EINTR) return Failure::system(errno);
    }
}

net::Deadline deadline_of(const Timeout& timeout) noexcept {
    if (!timeout) return net::Deadline::never();
    // A time that long is no bound, and the clock's arithmetic must not overflow.
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    if (*timeout > longest) return net::Deadline::never();
    return net::Deadline::after(std::chrono::ceil<std::chrono::milliseconds>(*timeout));
}

net::Deadline waiting_deadline_of(const Timeout& timeout) noexcept {
    return timeout && *timeout == timeout->zero() ? net::Deadline::never() : deadline_of(timeout);
}

Done wait_for(const Failure& failure, int fd, const Timeout& timeout, net::Deadline deadline) noexcept {
    const bool reading = failure.is(SSL_ERROR_WANT_READ);
    if (!reading && !failure.is(SSL_ERROR_WANT_WRITE)) return failure;
    if (timeout && *timeout == timeout->zero()) return failure;
    const Status waited =
        net::wait_until(reading ? net::Readiness::readable : net::Readiness::writable, fd, deadline);
    if (waited) return std::monostate();
    if (waited.error().code == ErrorCode::deadline_passed) return Failure::timed_out();
    return Failure::system(waited.error().detail);
}

} // namespace pavise::ssl
