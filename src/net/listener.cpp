#include "net/listener.hpp"

#include "base/try.hpp"
#include "net/failure.hpp"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace pavise::net {

namespace {

Result<Descriptor> listen_on(const Address& address) noexcept {
    PAVISE_LET(Descriptor descriptor, open_stream(address.family()));
    const int on = 1;
    const int off = 0;
    // A restarted server must not wait for the last one's connections to leave TIME_WAIT.
    if (::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return fail_with_errno(ErrorCode::socket_failed);
    if (address.family() == AF_INET6 &&
        ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        return fail_with_errno(ErrorCode::socket_failed);
    if (::bind(descriptor.get(), address.get(), address.length) != 0 ||
        ::listen(descriptor.get(), SOMAXCONN) != 0)
        return fail_with_errno(ErrorCode::bind_failed);
    return descriptor;
}

Result<Descriptor> listen_everywhere(std::uint16_t port) {
    PAVISE_LET(const Address v6, numeric_address({"::", port}));
    auto descriptor = listen_on(v6);
    const bool without_v6 = !descriptor && (descriptor.error().detail == EAFNOSUPPORT ||
                                            descriptor.error().detail == EADDRNOTAVAIL);
    if (!without_v6) return descriptor;
    PAVISE_LET(const Address v4, numeric_address({"0.0.0.0", port}));
    return listen_on(v4);
}

Result<Descriptor> listen_on(const Endpoint& endpoint) {
    if (endpoint.host.empty()) return listen_everywhere(endpoint.port);
    PAVISE_LET(const Address address, numeric_address(endpoint));
    return listen_on(address);
}

// accept(2): "Linux accept() passes already-pending network errors on the new socket as an error code from
// accept() … For reliable operation the application should … treat them like EAGAIN by retrying."
bool is_about_the_peer(int problem) noexcept {
    switch (problem) {
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EINTR: return true;
    default: return false;
    }
}

} // namespace

Result<Listener> Listener::open(const Endpoint& endpoint) {
    PAVISE_LET(Descriptor descriptor, listen_on(endpoint));
    PAVISE_LET(const Address address, local_address(descriptor));
    return Listener(std::move(descriptor), address);
}

Result<std::optional<Accepted>> Listener::try_accept() noexcept {
    for (;;) {
        Address peer;
        peer.length = sizeof peer.storage;
        auto* const where = reinterpret_cast<sockaddr*>(&peer.storage);
        Descriptor descriptor(::accept4(fd(), where, &peer.length, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!descriptor && is_about_the_peer(errno)) continue;
        if (!descriptor && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<Accepted>();
        if (!descriptor) return fail_with_errno(ErrorCode::accept_failed);
        const int on = 1;
        // Fails only where the peer is gone already, which the first read will tell.
        (void)::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return std::optional<Accepted>(Accepted{Socket(std::move(descriptor)), peer});
    }
}

Result<Accepted> Listener::accept(Deadline deadline) noexcept {
    for (;;) {
        if (deadline.passed()) return fail(ErrorCode::deadline_passed);
        PAVISE_LET(std::optional<Accepted> accepted, try_accept());
        if (accepted) return *std::move(accepted);
        PAVISE_TRY(wait_until(Readiness::readable, fd(), deadline));
    }
}

} // namespace pavise::net
