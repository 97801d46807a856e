#include "cli/relay.hpp"

#include "base/try.hpp"
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
    TlsStream& stream_;
    Terminal terminal_;
    std::size_t output_chunk_;
    std::array<std::uint8_t, 16384> block_;
    std::array<std::uint8_t, 16384> plain_;
    // Read from the input, not yet taken by the connection.
    Bytes unsent_;
    // Read from the peer, not yet written to the output.
    Bytes unwritten_;
    bool peer_closed_ = false;
    // The input, or -1 after its end: poll(2) ignores negative descriptors.
    int input_;
    // The sending side of the socket failed: what it said is kept while there may still be something to read.
    Status sending_;

    struct Ready {
        bool input;
        bool output;
        bool socket;
    };

    bool hungry() const noexcept { return unwritten_.empty() && !peer_closed_; }

    Result<Ready> wait() {
        const bool room = unsent_.empty() && !stream_.has_output();
        short socket_events = 0;
        if (hungry()) socket_events |= POLLIN;
        if (sending_ && stream_.has_output()) socket_events |= POLLOUT;
        std::array<pollfd, 4> entries{{{room ? input_ : -1, POLLIN, 0},
                                       {unwritten_.empty() ? -1 : terminal_.output, POLLOUT, 0},
                                       {socket_events == 0 ? -1 : stream_.socket().fd(), socket_events, 0},
                                       {stream_.interruption_fd(), POLLIN, 0}}};
        while (::poll(entries.data(), entries.size(), -1) < 0)
            if (errno != EINTR) return net::fail_with_errno(ErrorCode::poll_failed);
        if (entries[3].revents != 0) return stream_.interrupted();
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
        std::error_code code;
        stream_.object().close_sending(code);
        if (code) return Unexpected(error_in(code));
        return {};
    }

    Status send() {
        if (!sending_) return {};
        while (!unsent_.empty()) {
            std::error_code code;
            unsent_ = unsent_.subspan(stream_.object().write(unsent_, code));
            if (code) return Unexpected(error_in(code));
            sending_ = stream_.push();
            if (!sending_ || stream_.has_output()) return {};
        }
        sending_ = stream_.push();
        return {};
    }

    Status write_output() {
        const Bytes data = unwritten_.first(std::min(unwritten_.size(), output_chunk_));
        const ssize_t count = ::write(terminal_.output, data.data(), data.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return {};
        if (count < 0) return net::fail_with_errno(ErrorCode::output_failed);
        unwritten_ = unwritten_.subspan(static_cast<std::size_t>(count));
        return open_record();
    }

    // The next data of what has come from the peer.
    Status open_record() {
        if (!hungry()) return {};
        std::error_code code;
        const std::size_t count = stream_.object().read_into(plain_, code);
        if (code == ssl::SSL_ERROR_WANT_READ) return {};
        if (code) return Unexpected(error_in(code));
        unwritten_ = Bytes(plain_).first(count);
        peer_closed_ = count == 0;
        return {};
    }

    Status receive() {
        if (!hungry()) return {};
        const Status pulled = stream_.pull();
        // What failed first is the reason, unless the peer's alert explains it.
        if (!pulled) return sending_ ? pulled : sending_;
        return open_record();
    }

  public:
    Relay(TlsStream& stream, Terminal terminal) :
        stream_(stream),
        terminal_(terminal),
        output_chunk_(chunk_of(terminal.output)),
        input_(terminal.input) {}

    Status run() {
        PAVISE_TRY(open_record()); // what came with the handshake's last flight
        PAVISE_TRY(send());
        while (!peer_closed_ || !unwritten_.empty()) {
            PAVISE_LET(const Ready ready, wait());
            if (ready.output) PAVISE_TRY(write_output());
            if (ready.socket) PAVISE_TRY(receive());
            if (ready.input) PAVISE_TRY(read_input());
            PAVISE_TRY(send());
        }
        return {};
    }
};

} // namespace

Status relay(TlsStream& stream, Terminal terminal) {
    return Relay(stream, terminal).run();
}

} // namespace pavise::cli
