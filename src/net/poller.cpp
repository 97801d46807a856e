#include "net/poller.hpp"

#include "net/failure.hpp"

#include <cerrno>

namespace pavise::net {

Result<Poller> Poller::create() noexcept {
    Descriptor descriptor(::epoll_create1(EPOLL_CLOEXEC));
    if (!descriptor) return fail_with_errno(ErrorCode::poll_failed);
    return Poller(std::move(descriptor));
}

Status Poller::control(int operation, int fd, Interest interest, std::uint64_t token) noexcept {
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(interest);
    event.data.u64 = token;
    if (::epoll_ctl(descriptor_.get(), operation, fd, &event) != 0)
        return fail_with_errno(ErrorCode::poll_failed);
    return {};
}

Status Poller::add(int fd, Interest interest, std::uint64_t token) noexcept {
    return control(EPOLL_CTL_ADD, fd, interest, token);
}

Status Poller::change(int fd, Interest interest, std::uint64_t token) noexcept {
    return control(EPOLL_CTL_MOD, fd, interest, token);
}

Status Poller::remove(int fd) noexcept {
    return control(EPOLL_CTL_DEL, fd, Interest::none, 0);
}

Result<std::span<const epoll_event>> Poller::collect(Deadline deadline) noexcept {
    for (;;) {
        const int count = ::epoll_wait(descriptor_.get(), events_.data(), static_cast<int>(events_.size()),
                                       deadline.poll_timeout());
        if (count > 0) return std::span<const epoll_event>(events_.data(), static_cast<std::size_t>(count));
        if (count == 0 && deadline.passed()) return std::span<const epoll_event>();
        if (count < 0 && errno != EINTR) return fail_with_errno(ErrorCode::poll_failed);
    }
}

} // namespace pavise::net
