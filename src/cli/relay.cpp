#include "cli/relay.hpp"

#include "base/try.hpp"
#include "cli/drive.hpp"
#include "net/failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pavise::cli {

namespace {

// A descriptor that poll(2) calls writable takes PIPE_BUF bytes without blocking (pipe(7)); a file takes all.
std::size_t chunk_of(int output) {
    struct stat about{};
    const bool is_file = ::fstat(output, &about) == 0 && S_ISREG(about.st_mode);
    return is_file ? std::size_t{64} << 10 : std::size_t{PIPE_BUF};
}

class Relay {
    Connection& connection_;
    net::Socket& socket_;
    Terminal terminal_;
    std::size_t output_chunk_;
    std::array<std::uint8_t, 16384> block_;
    // Read from the input, not yet taken by the connection.
    Bytes unsent_;
    // The input, or -1 after its end: poll(2) ignores negative descriptors.
    int input_;
    // The sending side of the socket failed: what it said is kept while there may still be something to read.
    Status sending_;

    struct Ready {
        bool input;
        bool output;
        bool socket;
    };

    Result<Ready> wait() {
        const bool room = unsent_.empty() && connection_.output().empty();
        short socket_events = 0;
        if (connection_.wants_input() && connection_.data().empty()) socket_events |= POLLIN;
        if (sending_ && !connection_.output().empty()) socket_events |= POLLOUT;
        std::array<pollfd, 3> entries{{{room ? input_ : -1, POLLIN, 0},
                                       {connection_.data().empty() ? -1 : terminal_.output, POLLOUT, 0},
                                       {socket_events == 0 ? -1 : socket_.fd(), socket_events, 0}}};
        while (::poll(entries.data(), entries.size(), -1) < 0)
            if (errno != EINTR) return net::fail_with_errno(ErrorCode::poll_failed);
        return Ready{entries[0].revents != 0, entries[1].revents != 0, entries[2].revents != 0};
    }

    Status read_input() {
        const ssize_t count = ::read(input_, block_.data(), block_.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return {};
        if (count > 0) {
            unsent_ = Bytes(block_).first(static_cast<std::size_t>(count));
            return {};
        }
        input_ = -1;
        return connection_.close();
    }

    Status send() {
        if (!sending_) return {};
        while (!unsent_.empty()) {
            PAVISE_LET(const std::size_t count, connection_.write(unsent_));
            unsent_ = unsent_.subspan(count);
            sending_ = push(connection_, socket_);
            if (!sending_ || !connection_.output().empty()) return {};
        }
        sending_ = push(connection_, socket_);
        return {};
    }

    Status write_output() {
        const Bytes data = connection_.data().first(std::min(connection_.data().size(), output_chunk_));
        const ssize_t count = ::write(terminal_.output, data.data(), data.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return {};
        if (count < 0) return net::fail_with_errno(ErrorCode::output_failed);
        return connection_.data_read(static_cast<std::size_t>(count));
    }

    Status receive() {
        if (!connection_.wants_input()) return {};
        PAVISE_TRY(pull(connection_, socket_));
        return {};
    }

  public:
    Relay(Connection& connection, net::Socket& socket, Terminal terminal) :
        connection_(connection),
        socket_(socket),
        terminal_(terminal),
        output_chunk_(chunk_of(terminal.output)),
        input_(terminal.input) {}

    Status run() {
        while (!connection_.peer_closed() || !connection_.data().empty()) {
            PAVISE_LET(const Ready ready, wait());
            if (ready.output) PAVISE_TRY(write_output());
            if (ready.socket) {
                const Status received = receive();
                // What failed first is the reason, unless the peer's alert explains it.
                if (!received && !sending_ && !connection_.error()) return sending_;
                PAVISE_TRY(received);
            }
            if (ready.input) PAVISE_TRY(read_input());
            PAVISE_TRY(send());
        }
        return {};
    }
};

} // namespace

Status relay(Connection& connection, net::Socket& socket, Terminal terminal) {
    return Relay(connection, socket, terminal).run();
}

} // namespace pavise::cli
