// A connection of the facade over a socket, used by one thread as a stream. The bytes go through MemoryBIOs,
// so that the socket's own deadlines and failures are at hand.
#pragma once

#include "cli/interruption.hpp"
#include "net/socket.hpp"

#include <pavise/error.hpp>
#include <pavise/ssl/connection.hpp>

#include <optional>

namespace pavise::cli {

// The engine's error in a code of the facade's.
Error error_in(const std::error_code& code) noexcept;

// Errors are the engine's, or those of the socket.
class TlsStream {
    ssl::MemoryBIO incoming_;
    ssl::MemoryBIO outgoing_;
    std::optional<ssl::SSLObject> object_; // always there, once the stream is
    ByteVector output_;                    // taken from outgoing_, and sent up to sent_
    std::size_t sent_ = 0;
    net::Socket socket_;
    const Interruption* interruption_ = nullptr;
    bool given_up_ = false; // nobody waits for the peer any more

    TlsStream() = default;
    Bytes next_output();
    // Errors: deadline_passed; poll_failed with EINTR where a signal came.
    Status wait_until(net::Readiness readiness, net::Deadline deadline);
    Status send_output(net::Deadline deadline);
    // Sends what there is, then reads once from the socket. A sending side that failed does not keep us from
    // reading: the reason, an alert, may be waiting there.
    Status exchange(net::Deadline deadline);
    // Reads what the peer still says, and drops it: until its end, or a signal, within bounds.
    void drain(net::Deadline deadline);

  public:
    // An error: the options do not fit.
    static Result<TlsStream> client(const ssl::SSLContext& context, const ssl::WrapBioOptions& options);

    ssl::SSLObject& object() noexcept { return *object_; }
    net::Socket& socket() noexcept { return socket_; }

    // Makes our first flight, before there is a socket. Errors: what is wrong with config or options.
    Status prepare();
    // What waits for the socket from now on ends when a signal comes; `interruption` outlives the stream's
    // use.
    void attach(net::Socket socket, const Interruption& interruption) noexcept {
        socket_ = std::move(socket);
        interruption_ = &interruption;
    }
    // For poll(2), beside the socket: when it is readable, call interrupted() and return what it says.
    int interruption_fd() const noexcept { return interruption_ == nullptr ? -1 : interruption_->fd(); }
    Unexpected interrupted() noexcept;
    Status shake_hands(net::Deadline deadline);
    Status write_all(Bytes bytes, net::Deadline deadline);
    // At least one byte, or 0 after the peer's close_notify.
    Result<std::size_t> read(MutableBytes into, net::Deadline deadline);

    // ---- steps that never wait
    Status update_keys(KeyUpdateScope scope);
    bool has_output() const noexcept { return sent_ < output_.size() || outgoing_.pending() != 0; }
    // Sends what the socket takes. Errors: those of the socket.
    Status push();
    // One read of the socket, whose end is told to the connection. Errors: those of the socket.
    Status pull();

    // Says close_notify, or calls the handshake off, unless the connection has failed, and lets go of the
    // socket so that our last words, an alert perhaps, reach the peer: the sending side is shut and the input
    // drained, both within bounds, which are narrow after a signal or when the peer let the time run out.
    void part();
};

} // namespace pavise::cli
