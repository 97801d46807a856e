// SSLSocket: TLS over loopback sockets, blocking, with time-outs and without waiting, and from two threads.
#include "facade/support.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <future>
#include <iostream>
#include <sstream>
#include <thread>

#include <unistd.h>

namespace pavise::ssl {
namespace {

using namespace testing;
using namespace std::chrono_literals;

struct SocketPair {
    SSLSocket client;
    SSLSocket server;
};

// Both ends of a socket pair, after their handshakes.
SocketPair connected(const SSLContext& client_side, const SSLContext& server_side,
                     WrapSocketOptions options = {.server_hostname = "server.test"}) {
    auto [a, b] = socketpair();
    auto server = std::async(std::launch::async, [&, plain = std::move(b)]() mutable {
        return server_side.wrap_socket(std::move(plain), {.server_side = true});
    });
    SSLSocket client = client_side.wrap_socket(std::move(a), options);
    return {std::move(client), server.get()};
}

TEST(SslSocket, connects_and_talks) {
    auto [client, server] = connected(client_context(), server_context());
    EXPECT_EQ(client.version(), "TLSv1.3");
    client.sendall("ping");
    EXPECT_EQ(text(server.recv()), "ping");
    EXPECT_EQ(server.send("pong"), 4u);
    ByteVector buffer(2);
    EXPECT_EQ(client.recv_into(buffer), 2u);
    EXPECT_EQ(client.pending(), 2u);
    EXPECT_EQ(text(client.read(10)), "ng");
    EXPECT_EQ(client.write("x"), 1u);
    EXPECT_EQ(server.read_into(buffer), 1u);
    EXPECT_EQ(client.gettimeout(), std::nullopt);
    client.settimeout(60s);
    EXPECT_EQ(client.gettimeout(), Timeout(60s));
}

TEST(SslSocket, connects_later_and_accepts) {
    const SSLContext client_side = client_context();
    const SSLContext server_side = server_context();
    SSLSocket listener = server_side.wrap_socket(Socket(), {.server_side = true});
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    EXPECT_NE(listener.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    listener.bind({"127.0.0.1", 0});
    listener.listen();
    EXPECT_THROW(listener.connect({"127.0.0.1", 1}), ValueError);
    auto accepted = std::async(std::launch::async, [&] { return listener.accept(); });
    SSLSocket client = client_side.wrap_socket(Socket(), {.server_hostname = "server.test"});
    EXPECT_THROW(client.recv(), OSError); // not connected
    client.connect(listener.getsockname());
    EXPECT_THROW(client.connect(listener.getsockname()), ValueError);
    AcceptedSSLSocket server = accepted.get();
    EXPECT_EQ(server.address, client.getsockname());
    EXPECT_EQ(client.getpeername(), listener.getsockname());
    client.sendall("hello");
    EXPECT_EQ(text(server.socket.recv()), "hello");
    EXPECT_TRUE(server.socket.server_side());
}

TEST(SslSocket, checks_what_it_is_made_of) {
    const SSLContext context = client_context();
    EXPECT_THROW(context.wrap_socket(Socket(AF_INET, SOCK_DGRAM), {.server_hostname = "x"}),
                 NotImplementedError);
    auto [a, b] = socketpair();
    a.setblocking(false);
    EXPECT_THROW(context.wrap_socket(std::move(a), {.server_hostname = "x"}), ValueError);
}

TEST(SslSocket, takes_no_flags) {
    auto [client, server] = connected(client_context(), server_context());
    EXPECT_THROW(client.recv(1, MSG_PEEK), ValueError);
    EXPECT_THROW(client.send("x", MSG_OOB), ValueError);
    EXPECT_THROW(client.sendall("x", 1), ValueError);
    EXPECT_THROW(client.recv_into({}, 1), ValueError);
}

TEST(SslSocket, waits_no_longer_than_its_timeout) {
    auto [client, server] = connected(client_context(), server_context());
    client.settimeout(1ms);
    try {
        client.recv();
        FAIL();
    } catch (const TimeoutError& error) {
        EXPECT_STREQ(error.what(), "The read operation timed out");
    }
    EXPECT_THROW(client.sendall(std::string(64u << 20, 'x')), TimeoutError);
    auto [a, b] = socketpair();
    a.settimeout(1ms);
    EXPECT_THROW(client_context().wrap_socket(std::move(a), {.server_hostname = "server.test"}),
                 TimeoutError);
}

TEST(SslSocket, does_not_wait_at_all_if_told_so) {
    auto [a, b] = socketpair();
    a.setblocking(false);
    b.setblocking(false);
    SSLSocket client = client_context().wrap_socket(
        std::move(a), {.do_handshake_on_connect = false, .server_hostname = "server.test"});
    SSLSocket server =
        server_context().wrap_socket(std::move(b), {.server_side = true, .do_handshake_on_connect = false});
    EXPECT_FALSE(client.getblocking());
    client.setblocking(true);
    EXPECT_TRUE(client.getblocking());
    client.setblocking(false);
    EXPECT_THROW(client.do_handshake(), SSLWantReadError);
    std::error_code client_code = make_error_code(SSL_ERROR_WANT_READ);
    std::error_code server_code = client_code;
    for (int i = 0; i < 10 && (client_code || server_code); ++i) {
        server.do_handshake(server_code);
        client.do_handshake(client_code);
    }
    ASSERT_FALSE(client_code) << client_code.message();
    ASSERT_FALSE(server_code) << server_code.message();
    EXPECT_THROW(server.recv(), SSLWantReadError);
    ByteVector buffer(100);
    EXPECT_EQ(client.recv_into(buffer, client_code), 0u);
    EXPECT_EQ(client_code, SSL_ERROR_WANT_READ);
    const std::string much(1u << 20, 'y');
    while (!client_code || client_code == SSL_ERROR_WANT_READ) client.send(much, client_code);
    EXPECT_EQ(client_code, SSL_ERROR_WANT_WRITE);
    EXPECT_THROW(client.send(much), SSLWantWriteError);
}

TEST(SslSocket, gives_the_plain_socket_back) {
    auto [client, server] = connected(client_context(), server_context());
    auto plain_server = std::async(std::launch::async, [&peer = server] {
        EXPECT_EQ(text(peer.recv()), "");
        Socket plain = peer.unwrap();
        plain.sendall("in the clear");
        return plain;
    });
    Socket plain_client = client.unwrap();
    EXPECT_EQ(text(plain_client.recv(100)), "in the clear");
    plain_client.sendall("so it is");
    EXPECT_EQ(text(plain_server.get().recv(100)), "so it is");
    EXPECT_EQ(client.fileno(), -1);
    EXPECT_THROW(client.send("x"), OSError);
}

TEST(SslSocket, ragged_ends_are_ends_unless_they_are_not) {
    for (const bool suppressed : {true, false}) {
        auto [client, server] =
            connected(client_context(), server_context(),
                      {.suppress_ragged_eofs = suppressed, .server_hostname = "server.test"});
        server.close();
        EXPECT_EQ(server.fileno(), -1);
        if (suppressed)
            EXPECT_EQ(text(client.recv()), "");
        else
            EXPECT_THROW(client.recv(), SSLEOFError);
    }
}

TEST(SslSocket, half_closes_and_detaches) {
    auto [client, server] = connected(client_context(), server_context());
    server.shutdown(SHUT_WR);
    EXPECT_EQ(text(client.recv()), "");
    const int fd = client.detach();
    EXPECT_GE(fd, 0);
    EXPECT_EQ(client.fileno(), -1);
    EXPECT_THROW(client.recv(), OSError);
    ::close(fd);
}

TEST(SslSocket, reads_and_writes_in_two_threads_at_once) {
    auto [client, server] = connected(client_context(), server_context());
    constexpr std::size_t size = 1u << 20;
    const auto echo = [](SSLSocket& socket) {
        for (std::size_t done = 0; done < size;) {
            const ByteVector data = socket.recv(16384);
            socket.sendall(data);
            done += data.size();
        }
    };
    auto echoing = std::async(std::launch::async, [&, &peer = server] { echo(peer); });
    auto sending =
        std::async(std::launch::async, [&sender = client] { sender.sendall(std::string(size, 'z')); });
    std::size_t received = 0;
    while (received < size) received += client.recv(16384).size();
    sending.get();
    echoing.get();
    EXPECT_EQ(received, size);
}

TEST(SslSocket, is_a_stream_and_sends_files) {
    auto [client, server] = connected(client_context(), server_context());
    const auto stream = client.makefile();
    *stream << "GET / HTTP/1.1\r\n" << std::flush;
    EXPECT_EQ(text(server.recv()), "GET / HTTP/1.1\r\n");
    std::istringstream file("line one\nline two\nrest");
    EXPECT_EQ(server.sendfile(file, 18), 18u);
    std::string line;
    std::getline(*stream, line);
    EXPECT_EQ(line, "line one");
    EXPECT_EQ(server.sendfile(file), 4u);
    server.close();
    std::getline(*stream, line);
    EXPECT_EQ(line, "line two");
    std::getline(*stream, line);
    EXPECT_EQ(line, "rest");
    EXPECT_TRUE(stream->eof());
}

TEST(GetServerCertificate, fetches_it_and_verifies_it_if_asked) {
    const SSLContext context = server_context();
    Socket listener = create_server({"127.0.0.1", 0});
    const Address address = listener.getsockname();
    const auto serve = [&] {
        return std::async(std::launch::async, [&] {
            try {
                const SSLSocket served = context.wrap_socket(listener.accept().socket, {.server_side = true});
            } catch (const SSLError&) {
                return; // the client was not content
            }
        });
    };
    auto first = serve();
    EXPECT_EQ(get_server_certificate(address, {.timeout = 60s}), pem_of(server_leaf()));
    first.get();
    const TemporaryFile right(pem_of(authority()));
    auto second = serve();
    EXPECT_EQ(get_server_certificate(address, {.ca_certs = right.path()}), pem_of(server_leaf()));
    second.get();
    const TemporaryFile wrong(pem_of(stranger()));
    auto third = serve();
    EXPECT_THROW(get_server_certificate(address, {.ca_certs = wrong.path()}), SSLCertVerificationError);
    third.get();
}

} // namespace
} // namespace pavise::ssl
