// Sockets shaped like Python's: blocking, with a time-out, or non-blocking; and what makes them.
//
// Descriptors are close-on-exec; no call raises SIGPIPE; a signal (EINTR) resumes the call against the same
// deadline, and one deadline covers the whole of an operation. A failure throws OSError or one of its kin
// (<pavise/exceptions.hpp>); calls that take a std::error_code& set it instead. Thread rules: one thread may
// receive while another sends.
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/exceptions.hpp>
#include <pavise/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace pavise {

// Python's (host, port) of AF_INET and AF_INET6. The host is a name or an address, without brackets.
struct Address {
    std::string host{};
    std::uint16_t port = 0;

    friend bool operator==(const Address&, const Address&) = default;
    PAVISE_EXPORT friend std::ostream& operator<<(std::ostream& out,
                                                  const Address& address); // ('host', port)
};

// Python's float seconds. Nothing: wait without end; zero: do not wait.
using Timeout = std::optional<std::chrono::duration<double>>;

class Socket;
struct AcceptedSocket;

class PAVISE_EXPORT Socket {
    int fd_ = -1;
    Timeout timeout_{};
    Socket(std::in_place_t, int fd) noexcept;

  public:
    explicit Socket(int family = AF_INET, int type = SOCK_STREAM, int protocol = 0);
    // Takes a descriptor over, which may be -1: a closed socket.
    static Socket from_fd(int fd) noexcept;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket();

    // -1 where it is closed or was moved from.
    int fileno() const noexcept { return fd_; }
    void close() noexcept;
    // Gives the descriptor away.
    int detach() noexcept;

    // ValueError for a negative time.
    void settimeout(Timeout timeout);
    Timeout gettimeout() const noexcept { return timeout_; }
    void setblocking(bool blocking);
    bool getblocking() const noexcept;

    void connect(const Address& address);
    void bind(const Address& address);
    void listen(int backlog = SOMAXCONN);
    AcceptedSocket accept();
    void shutdown(int how); // SHUT_RD, SHUT_WR, SHUT_RDWR
    Address getpeername() const;
    Address getsockname() const;
    int getsockopt(int level, int option) const;
    void setsockopt(int level, int option, int value);
    void setsockopt(int level, int option, BytesLike value);

    // At most `size` bytes; none at the end of the stream.
    ByteVector recv(std::size_t size);
    std::size_t recv_into(MutableBytes buffer);
    std::size_t send(BytesLike bytes);
    void sendall(BytesLike bytes);

    // A name that cannot be looked up: the engine's name_resolution_failed (<pavise/ssl/errors.hpp>).
    void connect(const Address& address, std::error_code& code);
    std::optional<AcceptedSocket> accept(std::error_code& code);
    std::size_t recv_into(MutableBytes buffer, std::error_code& code) noexcept;
    std::size_t send(BytesLike bytes, std::error_code& code) noexcept;
    // How many bytes were sent: all, unless it failed.
    std::size_t sendall(BytesLike bytes, std::error_code& code) noexcept;
};

struct AcceptedSocket {
    Socket socket;
    Address address;
};

struct ConnectionOptions {
    Timeout timeout{}; // for connecting, and of the socket afterwards
    std::optional<Address> source_address{};
};

// Connects to the first address of the host that answers.
PAVISE_EXPORT Socket create_connection(const Address& address, const ConnectionOptions& options = {});
PAVISE_EXPORT std::optional<Socket>
create_connection(const Address& address, const ConnectionOptions& options, std::error_code& code);
// A listening socket; port 0: getsockname() says which one the system picked.
PAVISE_EXPORT Socket create_server(const Address& address, int backlog = SOMAXCONN);
// Two sockets that are connected with each other.
PAVISE_EXPORT std::pair<Socket, Socket> socketpair();

} // namespace pavise
