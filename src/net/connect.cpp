// Connecting: every address of a host, staggered (RFC 8305), against one deadline.
#include "base/try.hpp"
#include "net/failure.hpp"
#include "net/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include <poll.h>

namespace pavise::net {

namespace {

// RFC 8305 §5: "One recommended value for a default delay is 250 milliseconds."
constexpr std::chrono::milliseconds connection_attempt_delay{250};

// The attempts that are under way.
class Race {
    std::vector<Descriptor> runners_;
    Error last_failure_{ErrorCode::deadline_passed};

    std::optional<Socket> finish(std::size_t index) {
        int problem = 0;
        socklen_t length = sizeof problem;
        const int fd = runners_[index].get();
        if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &length) != 0) problem = errno;
        if (problem == 0) return Socket(std::move(runners_[index]));
        last_failure_ = Error{ErrorCode::connect_failed, static_cast<std::uint16_t>(problem)};
        runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(index));
        return std::nullopt;
    }

  public:
    bool empty() const noexcept { return runners_.empty(); }
    Error last_failure() const noexcept { return last_failure_; }

    // A socket where the system connects at once; otherwise the attempt is under way or has failed.
    std::optional<Socket> begin(const Address& address) {
        Result<Descriptor> descriptor = open_stream(address.family());
        if (!descriptor) {
            last_failure_ = descriptor.error();
            return std::nullopt;
        }
        if (::connect(descriptor->get(), address.get(), address.length) == 0)
            return Socket(*std::move(descriptor));
        // A connect(2) that a signal interrupts goes on by itself, as if it were in progress.
        if (errno == EINPROGRESS || errno == EINTR) {
            runners_.push_back(*std::move(descriptor));
        } else {
            last_failure_ = Error{ErrorCode::connect_failed, static_cast<std::uint16_t>(errno)};
        }
        return std::nullopt;
    }

    // The first that is there, or nothing when all have failed or the time is over.
    Result<std::optional<Socket>> wait(Deadline until) {
        while (!empty()) {
            std::vector<pollfd> entries;
            for (const Descriptor& runner : runners_) entries.push_back({runner.get(), POLLOUT, 0});
            const int count = ::poll(entries.data(), entries.size(), until.poll_timeout());
            if (count < 0 && errno != EINTR) return fail_with_errno(ErrorCode::poll_failed);
            // From the back, because a failed runner leaves the list.
            for (std::size_t i = entries.size(); count > 0 && i-- > 0;) {
                if (entries[i].revents == 0) continue;
                if (auto socket = finish(i)) return socket;
            }
            // One that failed makes room for the next address at once.
            if (count > 0 || until.passed()) break;
        }
        return std::optional<Socket>();
    }
};

} // namespace

Result<Socket> connect_to_any(std::span<const Address> addresses, Deadline deadline) {
    Race race;
    for (const Address& address : addresses) {
        if (deadline.passed()) break;
        if (auto socket = race.begin(address)) return *std::move(socket);
        const Deadline next = std::min(deadline, Deadline::after(connection_attempt_delay));
        PAVISE_LET(std::optional<Socket> socket, race.wait(next));
        if (socket) return *std::move(socket);
    }
    while (!race.empty() && !deadline.passed()) {
        PAVISE_LET(std::optional<Socket> socket, race.wait(deadline));
        if (socket) return *std::move(socket);
    }
    if (deadline.passed()) return fail(ErrorCode::deadline_passed);
    return Unexpected(race.last_failure());
}

Result<Socket> connect(const Endpoint& endpoint, Deadline deadline) {
    PAVISE_LET(const std::vector<Address> addresses, resolve(endpoint));
    return connect_to_any(addresses, deadline);
}

} // namespace pavise::net
