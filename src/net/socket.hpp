// Socket: a connected TCP socket with deadlines.
//
// Descriptors are close-on-exec and non-blocking; calls with a Deadline wait by poll(2), calls named try_… do
// not wait. A signal (EINTR) resumes the call against the same deadline. No call raises SIGPIPE. Thread
// rules: one thread may read while another writes.
#pragma once

#include "net/address.hpp"
#include "net/deadline.hpp"
#include "net/descriptor.hpp"

#include <pavise/bytes.hpp>
#include <pavise/result.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace pavise::net {

class Socket {
    Descriptor descriptor_;

  public:
    Socket() noexcept = default;
    // Takes a descriptor that is already close-on-exec and non-blocking.
    explicit Socket(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

    int fd() const noexcept { return descriptor_.get(); }
    explicit operator bool() const noexcept { return bool(descriptor_); }
    void close() noexcept { descriptor_.reset(); }
    // Gives the descriptor away.
    int release() noexcept { return descriptor_.release(); }

    // At least one byte, or 0 where the peer has shut its sending side. Errors: read_failed, deadline_passed,
    // poll_failed.
    Result<std::size_t> read(MutableBytes into, Deadline deadline) noexcept;
    // The same without waiting; nullopt: nothing is there yet.
    Result<std::optional<std::size_t>> try_read(MutableBytes into) noexcept;

    // At least one byte (of a `bytes` that is not empty). Errors: write_failed, deadline_passed, poll_failed.
    Result<std::size_t> write(Bytes bytes, Deadline deadline) noexcept;
    Status write_all(Bytes bytes, Deadline deadline) noexcept;
    // Without waiting: how much the system took, 0 where its buffer is full.
    Result<std::size_t> try_write(Bytes bytes) noexcept;

    // Nothing more will be sent; the peer reads an end of stream. Not an error when the peer is gone already.
    Status shutdown_write() noexcept;
    // Reads and drops until the peer shuts its side, or `limit` bytes have come; says how many came. A close
    // with unread input makes the system send a reset, and a reset destroys what the peer has not read yet:
    // an alert, say. Hence: shutdown_write, drain, close.
    Result<std::size_t> drain(std::size_t limit, Deadline deadline) noexcept;
};

// The address that the descriptor is bound to. Errors: socket_failed.
Result<Address> local_address(const Descriptor& descriptor) noexcept;

// A new stream socket for the address's family, with TCP_NODELAY: a handshake's flights must not wait for
// acknowledgements. Errors: socket_failed.
Result<Descriptor> open_stream(int family) noexcept;

enum class Readiness : short { readable = 0x001 /* POLLIN */, writable = 0x004 /* POLLOUT */ };
// Waits until the descriptor is ready, has failed or was hung up on. Errors: deadline_passed, poll_failed.
Status wait_until(Readiness readiness, int fd, Deadline deadline) noexcept;

// Connects to the first of `addresses` that answers. They are tried in order; while one is silent the next is
// begun as well (RFC 8305 §5), so that a dead address costs a fraction of a second and not the whole
// deadline. Errors: that of the address that failed last; deadline_passed.
Result<Socket> connect_to_any(std::span<const Address> addresses, Deadline deadline);
// resolve() and connect_to_any().
Result<Socket> connect(const Endpoint& endpoint, Deadline deadline);

} // namespace pavise::net
