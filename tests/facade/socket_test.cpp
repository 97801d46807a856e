// pavise::Socket and what makes sockets.
#include <pavise/socket.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace pavise {
namespace {

using namespace std::chrono_literals;

std::string text(const ByteVector& bytes) {
    return std::string(as_text(bytes));
}

TEST(Sockets, connect_and_talk) {
    Socket listener = create_server({"127.0.0.1", 0});
    const Address address = listener.getsockname();
    EXPECT_EQ(address.host, "127.0.0.1");
    Socket client = create_connection(address);
    AcceptedSocket accepted = listener.accept();
    EXPECT_EQ(accepted.address, client.getsockname());
    EXPECT_EQ(client.getpeername(), address);
    client.sendall("ping");
    EXPECT_EQ(text(accepted.socket.recv(100)), "ping");
    EXPECT_EQ(accepted.socket.send("pong"), 4u);
    ByteVector buffer(2);
    EXPECT_EQ(client.recv_into(buffer), 2u);
    EXPECT_EQ(text(buffer), "po");
    accepted.socket.shutdown(SHUT_WR);
    EXPECT_EQ(text(client.recv(100)), "ng");
    EXPECT_EQ(text(client.recv(100)), "");
}

TEST(Sockets, are_made_step_by_step_too) {
    Socket listener(AF_INET, SOCK_STREAM);
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    EXPECT_NE(listener.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    listener.bind({"127.0.0.1", 0});
    listener.listen(5);
    Socket client;
    client.settimeout(60s);
    client.connect(listener.getsockname());
    Socket server = listener.accept().socket;
    server.sendall("x");
    EXPECT_EQ(text(client.recv(1)), "x");
    const Socket other =
        create_connection(listener.getsockname(), {.source_address = Address{"127.0.0.1", 0}});
    EXPECT_EQ(other.getpeername(), listener.getsockname());
}

TEST(Sockets, without_a_listener_are_refused) {
    Socket listener = create_server({"127.0.0.1", 0});
    const Address address = listener.getsockname();
    listener.close();
    EXPECT_THROW(create_connection(address), ConnectionRefusedError);
    Socket socket;
    EXPECT_THROW(socket.connect(address), ConnectionRefusedError);
}

TEST(Sockets, wait_as_long_as_they_may) {
    auto [a, b] = socketpair();
    EXPECT_EQ(a.gettimeout(), std::nullopt);
    a.settimeout(1ms);
    EXPECT_EQ(a.gettimeout(), Timeout(1ms));
    EXPECT_TRUE(a.getblocking());
    EXPECT_THROW(a.recv(1), TimeoutError);
    a.setblocking(false);
    EXPECT_FALSE(a.getblocking());
    EXPECT_THROW(a.recv(1), BlockingIOError);
    std::error_code code;
    EXPECT_EQ(a.recv_into(MutableBytes(), code), 0u);
    ByteVector one(1);
    a.recv_into(one, code);
    EXPECT_EQ(code, std::errc::operation_would_block);
    b.sendall("x");
    EXPECT_EQ(a.recv_into(one, code), 1u);
    EXPECT_FALSE(code);
    EXPECT_THROW(a.settimeout(-1s), ValueError);
}

TEST(Sockets, a_full_buffer_blocks_the_sender_until_its_time_is_over) {
    auto [a, b] = socketpair();
    a.settimeout(1ms);
    EXPECT_THROW(a.sendall(ByteVector(64u << 20)), TimeoutError);
    a.setblocking(false);
    std::error_code code;
    const ByteVector chunk(1u << 20);
    while (!code) a.send(chunk, code);
    EXPECT_EQ(code, std::errc::operation_would_block);
}

TEST(Sockets, a_peer_that_is_gone_is_no_signal) {
    auto [a, b] = socketpair();
    b.close();
    EXPECT_THROW(a.sendall("x"), BrokenPipeError);
}

TEST(Sockets, own_their_descriptor) {
    auto [a, b] = socketpair();
    const int fd = a.fileno();
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    Socket moved = std::move(a);
    EXPECT_EQ(moved.fileno(), fd);
    EXPECT_EQ(a.fileno(), -1); // NOLINT(bugprone-use-after-move): what is left is a closed socket
    EXPECT_THROW(a.recv(1), OSError);
    EXPECT_EQ(moved.detach(), fd);
    Socket again = Socket::from_fd(fd);
    again.close();
    EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
    EXPECT_EQ(errno, EBADF);
}

TEST(Sockets, a_name_that_is_none_says_so) {
    EXPECT_THROW(create_connection({std::string(300, 'x'), 1}), AddressInfoError);
}

TEST(Sockets, addresses_print_as_pythons_tuples) {
    std::ostringstream out;
    out << Address{"127.0.0.1", 443};
    EXPECT_EQ(out.str(), "('127.0.0.1', 443)");
}

} // namespace
} // namespace pavise
