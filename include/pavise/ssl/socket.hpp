// SSLSocket: TLS over a socket, with the methods of a socket.
#pragma once

#include <pavise/ssl/connection.hpp>

#include <iosfwd>

namespace pavise::ssl {

class SocketTransport;
class SSLSocket;

struct AcceptedSSLSocket;

// Time-outs are the socket's: none, a number of seconds for each operation as a whole, or zero
// (non-blocking), where SSLWantReadError and SSLWantWriteError say what to wait for. Thread rules: after the
// handshake one thread may receive while another sends.
class PAVISE_EXPORT SSLSocket : public SSLConnection {
    std::unique_ptr<SocketTransport> transport_;

  public:
    SSLSocket(std::unique_ptr<Tls> tls, std::unique_ptr<SocketTransport> transport) noexcept;
    SSLSocket(SSLSocket&&) noexcept;
    SSLSocket& operator=(SSLSocket&&) noexcept;
    ~SSLSocket(); // closes the socket, as close() does

    // ---- the socket
    void connect(const Address& address);
    void bind(const Address& address);
    void listen(int backlog = SOMAXCONN);
    // Of a listening socket: the connection, after its handshake unless do_handshake_on_connect is false.
    AcceptedSSLSocket accept();
    int fileno() const noexcept;
    // Ends the TCP connection, without a close_notify: unwrap() says that.
    void close() noexcept;
    int detach() noexcept;
    void shutdown(int how);
    Address getpeername() const;
    Address getsockname() const;
    int getsockopt(int level, int option) const;
    void setsockopt(int level, int option, int value);
    void settimeout(Timeout timeout);
    Timeout gettimeout() const;
    void setblocking(bool blocking);
    bool getblocking() const;

    // ---- TLS. Reading and writing do the handshake first where it was not done.
    void do_handshake();
    // At most `size` bytes of one record; none after the peer's close_notify, and with suppress_ragged_eofs
    // after an end without it. `flags` must be 0 (ValueError).
    ByteVector recv(std::size_t size = 1024, int flags = 0);
    std::size_t recv_into(MutableBytes buffer, int flags = 0);
    // The same, with a ValueError where the socket is closed or unwrapped.
    ByteVector read(std::size_t size = 1024);
    std::size_t read_into(MutableBytes buffer);
    std::size_t send(BytesLike bytes, int flags = 0);
    std::size_t write(BytesLike bytes);
    void sendall(BytesLike bytes, int flags = 0);
    // Sends what is left of the stream, or `count` bytes of it; says how many.
    std::size_t sendfile(std::istream& file, std::optional<std::size_t> count = std::nullopt);
    // The connection as a stream of bytes. It refers to this socket, which must stay where it is.
    std::unique_ptr<std::iostream> makefile();
    // Says goodbye, waits for the peer's goodbye, and gives the socket back for use without TLS.
    Socket unwrap();
    // Beyond Python: says goodbye and goes on reading (half-close, RFC 8446 §6.1).
    void close_sending();
    // Beyond Python: gives the connection up with this alert as the reason, as an SSLObject does.
    void refuse(AlertDescription reason);
    // Beyond Python: gives back the memory of buffers that are empty: for a connection that is going to be
    // idle. To be called by the thread that reads; the next read or write takes memory again.
    void release_idle();

    // They throw nothing but what memory runs out of; on one that was moved from the code is that of EBADF.
    void connect(const Address& address, std::error_code& code);
    std::optional<AcceptedSSLSocket> accept(std::error_code& code);
    void do_handshake(std::error_code& code);
    std::size_t recv_into(MutableBytes buffer, std::error_code& code);
    std::size_t send(BytesLike bytes, std::error_code& code);
    // How many bytes were sent: all, unless it failed.
    std::size_t sendall(BytesLike bytes, std::error_code& code);
    std::size_t sendfile(std::istream& file, std::optional<std::size_t> count, std::error_code& code);
    std::optional<Socket> unwrap(std::error_code& code);
    void close_sending(std::error_code& code);
    void refuse(AlertDescription reason, std::error_code& code);
};

struct AcceptedSSLSocket {
    SSLSocket socket;
    Address address;
};

struct ServerCertificateOptions {
    SSLMethod ssl_version = PROTOCOL_TLS_CLIENT;
    std::optional<std::string> ca_certs{}; // a file; nothing: the certificate is not verified
    Timeout timeout{};
};
// The certificate of a server, in PEM.
PAVISE_EXPORT std::string get_server_certificate(const Address& address,
                                                 const ServerCertificateOptions& options = {});

template <class Class>
Class SSLContext::wrap_socket(Socket&& socket, const WrapSocketOptions& options) const {
    return Class(wrap_socket(std::move(socket), options));
}

} // namespace pavise::ssl
