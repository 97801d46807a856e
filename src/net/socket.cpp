#include "net/socket.hpp"

#include "base/try.hpp"
#include "net/failure.hpp"

#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace pavise::net {

static_assert(static_cast<short>(Readiness::readable) == POLLIN);
static_assert(static_cast<short>(Readiness::writable) == POLLOUT);

namespace {

bool would_block() noexcept {
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

} // namespace

Status wait_until(Readiness readiness, int fd, Deadline deadline) noexcept {
    pollfd entry{fd, static_cast<short>(readiness), 0};
    for (;;) {
        const int count = ::poll(&entry, 1, deadline.poll_timeout());
        if (count > 0) return {};
        if (count == 0 && deadline.passed()) return fail(ErrorCode::deadline_passed);
        if (count < 0 && errno != EINTR) return fail_with_errno(ErrorCode::poll_failed);
    }
}

Result<std::optional<std::size_t>> Socket::try_read(MutableBytes into) noexcept {
    for (;;) {
        const ssize_t count = ::recv(fd(), into.data(), into.size(), 0);
        if (count >= 0) return std::optional<std::size_t>(static_cast<std::size_t>(count));
        if (errno == EINTR) continue;
        if (would_block()) return std::optional<std::size_t>();
        return fail_with_errno(ErrorCode::read_failed);
    }
}

Result<std::size_t> Socket::read(MutableBytes into, Deadline deadline) noexcept {
    for (;;) {
        // Looked at before the data: a peer that always has one more byte does not stretch the deadline.
        if (deadline.passed()) return fail(ErrorCode::deadline_passed);
        PAVISE_LET(const std::optional<std::size_t> count, try_read(into));
        if (count) return *count;
        PAVISE_TRY(wait_until(Readiness::readable, fd(), deadline));
    }
}

Result<std::size_t> Socket::try_write(Bytes bytes) noexcept {
    for (;;) {
        const ssize_t count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EINTR) continue;
        if (would_block()) return std::size_t{0};
        return fail_with_errno(ErrorCode::write_failed);
    }
}

Result<std::size_t> Socket::write(Bytes bytes, Deadline deadline) noexcept {
    for (;;) {
        if (deadline.passed()) return fail(ErrorCode::deadline_passed);
        PAVISE_LET(const std::size_t count, try_write(bytes));
        if (count > 0 || bytes.empty()) return count;
        PAVISE_TRY(wait_until(Readiness::writable, fd(), deadline));
    }
}

Status Socket::write_all(Bytes bytes, Deadline deadline) noexcept {
    while (!bytes.empty()) {
        PAVISE_LET(const std::size_t count, write(bytes, deadline));
        bytes = bytes.subspan(count);
    }
    return {};
}

Status Socket::shutdown_write() noexcept {
    if (::shutdown(fd(), SHUT_WR) == 0 || errno == ENOTCONN) return {};
    return fail_with_errno(ErrorCode::write_failed);
}

Result<std::size_t> Socket::drain(std::size_t limit, Deadline deadline) noexcept {
    std::array<std::uint8_t, 4096> sink;
    std::size_t total = 0;
    while (total < limit) {
        const std::size_t room = std::min(sink.size(), limit - total);
        PAVISE_LET(const std::size_t count, read(MutableBytes(sink).first(room), deadline));
        if (count == 0) break;
        total += count;
    }
    return total;
}

Result<Address> local_address(const Descriptor& descriptor) noexcept {
    Address address;
    address.length = sizeof address.storage;
    if (::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0)
        return fail_with_errno(ErrorCode::socket_failed);
    return address;
}

Result<Descriptor> open_stream(int family) noexcept {
    Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
    if (!descriptor) return fail_with_errno(ErrorCode::socket_failed);
    const int on = 1;
    if (::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return fail_with_errno(ErrorCode::socket_failed);
    return descriptor;
}

} // namespace pavise::net
