#include "net/listener.hpp"
#include "net/socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/time.h>

namespace pavise::net {
namespace {

using namespace std::chrono_literals;

// What a test that goes well never reaches.
Deadline generous() {
    return Deadline::after(30s);
}

struct Pair {
    Socket client;
    Socket server;
};

Listener loopback() {
    auto listener = Listener::open({"127.0.0.1", 0});
    EXPECT_TRUE(listener);
    return *std::move(listener);
}

Pair connected_pair() {
    Listener listener = loopback();
    auto client = connect({"127.0.0.1", listener.address().port()}, generous());
    auto accepted = listener.accept(generous());
    EXPECT_TRUE(client && accepted);
    return {*std::move(client), std::move(accepted->socket)};
}

// A listener whose queue is full: Linux drops further SYNs, so that a connect to it hangs.
class SilentAddress {
    Descriptor listening_;
    std::vector<Descriptor> fillers_;
    Address address_;

  public:
    SilentAddress() {
        listening_ = *open_stream(AF_INET);
        const Address any_port = *numeric_address({"127.0.0.1", 0});
        EXPECT_EQ(::bind(listening_.get(), any_port.get(), any_port.length), 0);
        EXPECT_EQ(::listen(listening_.get(), 0), 0);
        address_ = *local_address(listening_);
        for (int i = 0; i < 4; ++i) {
            fillers_.push_back(*open_stream(AF_INET));
            (void)::connect(fillers_.back().get(), address_.get(), address_.length);
        }
    }
    const Address& address() const { return address_; }
};

Address closed_port() {
    const Listener listener = loopback();
    return listener.address();
}

TEST(Connect, to_a_closed_port_says_refused) {
    const Address address = closed_port();
    const auto socket = connect({"127.0.0.1", address.port()}, generous());
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error(), (Error{ErrorCode::connect_failed, ECONNREFUSED}));
}

TEST(Connect, goes_on_to_the_next_address_when_one_refuses) {
    Listener listener = loopback();
    const std::array addresses{closed_port(), listener.address()};
    EXPECT_TRUE(connect_to_any(addresses, generous()));
    EXPECT_TRUE(listener.accept(generous()));
}

TEST(Connect, does_not_wait_for_a_silent_address_when_another_answers) {
    Listener listener = loopback();
    const SilentAddress silent;
    const std::array addresses{silent.address(), listener.address()};
    EXPECT_TRUE(connect_to_any(addresses, generous()));
}

TEST(Connect, ends_at_its_deadline) {
    const SilentAddress silent;
    const auto socket = connect_to_any(std::array{silent.address()}, Deadline::after(50ms));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, ErrorCode::deadline_passed);
}

TEST(Listener, on_every_address_takes_ipv4) {
    auto listener = Listener::open({"", 0});
    ASSERT_TRUE(listener);
    ASSERT_NE(listener->address().port(), 0);
    EXPECT_TRUE(connect({"127.0.0.1", listener->address().port()}, generous()));
    EXPECT_TRUE(listener->accept(generous()));
}

TEST(Listener, says_that_a_port_is_taken) {
    const Listener first = loopback();
    const auto second = Listener::open({"127.0.0.1", first.address().port()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), (Error{ErrorCode::bind_failed, EADDRINUSE}));
}

TEST(Listener, accept_ends_at_its_deadline_and_does_not_wait_when_told_so) {
    Listener listener = loopback();
    const auto waiting = listener.try_accept();
    ASSERT_TRUE(waiting);
    EXPECT_FALSE(waiting->has_value());
    const auto accepted = listener.accept(Deadline::after(10ms));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code, ErrorCode::deadline_passed);
}

TEST(Listener, says_that_accepting_failed) {
    Listener listener = loopback();
    listener.close();
    const auto accepted = listener.accept(generous());
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error(), (Error{ErrorCode::accept_failed, EBADF}));
}

TEST(Socket, of_an_unknown_family_cannot_be_made) {
    const auto descriptor = open_stream(AF_MAX);
    ASSERT_FALSE(descriptor);
    EXPECT_EQ(descriptor.error(), (Error{ErrorCode::socket_failed, EAFNOSUPPORT}));
}

TEST(Socket, every_descriptor_is_close_on_exec_and_non_blocking) {
    Listener listener = loopback();
    const auto client = connect({"127.0.0.1", listener.address().port()}, generous());
    const auto accepted = listener.accept(generous());
    ASSERT_TRUE(client && accepted);
    for (const int fd : {listener.fd(), client->fd(), accepted->socket.fd()}) {
        EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    }
}

TEST(Socket, a_read_ends_at_its_deadline) {
    Pair pair = connected_pair();
    std::array<std::uint8_t, 8> buffer{};
    const auto count = pair.client.read(buffer, Deadline::after(10ms));
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, ErrorCode::deadline_passed);
    const auto nothing = pair.client.try_read(buffer);
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing->has_value());
}

TEST(Socket, a_passed_deadline_fails_even_where_data_is_there) {
    Pair pair = connected_pair();
    ASSERT_TRUE(pair.server.write_all(as_bytes("data"), generous()));
    ASSERT_TRUE(wait_until(Readiness::readable, pair.client.fd(), generous()));
    std::array<std::uint8_t, 8> buffer{};
    const auto count = pair.client.read(buffer, Deadline::after(0ms));
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, ErrorCode::deadline_passed);
}

TEST(Socket, a_write_to_a_peer_that_does_not_read_ends_at_its_deadline) {
    Pair pair = connected_pair();
    const ByteVector block(1 << 20);
    Status status;
    for (int i = 0; i < 64 && status; ++i) status = pair.client.write_all(block, Deadline::after(50ms));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::deadline_passed);
    // The system reports a socket as writable only when a good part of its buffer is free: fill what is left.
    auto count = pair.client.try_write(block);
    while (count && *count > 0) count = pair.client.try_write(block);
    EXPECT_TRUE(count);
}

TEST(Socket, large_transfers_go_both_ways_at_once) {
    Pair pair = connected_pair();
    ByteVector sent(3 << 20);
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * 7 >> 3);
    const auto send_and_receive = [&sent](Socket& socket, ByteVector& received) {
        std::thread writer([&] {
            EXPECT_TRUE(socket.write_all(sent, generous()));
            EXPECT_TRUE(socket.shutdown_write());
        });
        std::array<std::uint8_t, 16384> buffer{};
        for (;;) {
            const auto count = socket.read(buffer, generous());
            if (!count || *count == 0) break;
            received.insert(received.end(), buffer.begin(),
                            buffer.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        writer.join();
    };
    ByteVector at_server;
    ByteVector at_client;
    std::thread server([&] { send_and_receive(pair.server, at_server); });
    send_and_receive(pair.client, at_client);
    server.join();
    EXPECT_TRUE(at_server == sent);
    EXPECT_TRUE(at_client == sent);
}

TEST(Socket, half_close_leaves_the_other_direction_open) {
    Pair pair = connected_pair();
    ASSERT_TRUE(pair.client.shutdown_write());
    std::array<std::uint8_t, 8> buffer{};
    const auto end = pair.server.read(buffer, generous());
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, 0u);
    ASSERT_TRUE(pair.server.write_all(as_bytes("late"), generous()));
    const auto count = pair.client.read(buffer, generous());
    ASSERT_TRUE(count);
    EXPECT_EQ(as_text(Bytes(buffer).first(*count)), "late");
}

TEST(Socket, writing_to_a_closed_peer_is_an_error_and_not_a_signal) {
    Pair pair = connected_pair();
    pair.server.close();
    Status status;
    for (int i = 0; i < 100 && status; ++i)
        status = pair.client.write_all(as_bytes("anybody there?"), generous());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::write_failed);
    EXPECT_TRUE(status.error().detail == EPIPE || status.error().detail == ECONNRESET)
        << status.error().detail;
}

TEST(Socket, a_reset_is_told_from_an_end) {
    Pair pair = connected_pair();
    const linger at_once{1, 0};
    ASSERT_EQ(::setsockopt(pair.server.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    pair.server.close();
    std::array<std::uint8_t, 8> buffer{};
    const auto count = pair.client.read(buffer, generous());
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error(), (Error{ErrorCode::read_failed, ECONNRESET}));
}

TEST(Socket, drain_stops_at_the_end_at_its_limit_and_at_its_deadline) {
    Pair pair = connected_pair();
    ASSERT_TRUE(pair.client.write_all(ByteVector(10000), generous()));
    const auto limited = pair.server.drain(9999, generous());
    ASSERT_TRUE(limited);
    EXPECT_EQ(*limited, 9999u);
    const auto late = pair.server.drain(100, Deadline::after(10ms));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::deadline_passed);
    ASSERT_TRUE(pair.client.write_all(ByteVector(50), generous()));
    ASSERT_TRUE(pair.client.shutdown_write());
    const auto all = pair.server.drain(100, generous());
    ASSERT_TRUE(all);
    EXPECT_EQ(*all, 50u);
}

// What is left unread at close would turn the close into a reset, and the reset destroys what was sent before
// it.
TEST(Socket, after_shutdown_and_drain_the_last_words_arrive) {
    Pair pair = connected_pair();
    ASSERT_TRUE(pair.client.write_all(ByteVector(5000), generous()));
    ASSERT_TRUE(pair.server.write_all(as_bytes("alert"), generous()));
    ASSERT_TRUE(pair.server.shutdown_write());
    ASSERT_TRUE(pair.client.shutdown_write());
    ASSERT_TRUE(pair.server.drain(1 << 20, generous()));
    pair.server.close();
    std::array<std::uint8_t, 16> buffer{};
    const auto words = pair.client.read(buffer, generous());
    ASSERT_TRUE(words);
    EXPECT_EQ(as_text(Bytes(buffer).first(*words)), "alert");
    const auto end = pair.client.read(buffer, generous());
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, 0u);
}

// ---- signals

std::atomic<int> signals_seen{0};

class InterruptsEveryMillisecond {
    struct sigaction before_{};

  public:
    InterruptsEveryMillisecond() {
        signals_seen = 0;
        struct sigaction action{};
        action.sa_handler = [](int) { signals_seen.fetch_add(1); };
        EXPECT_EQ(::sigaction(SIGALRM, &action, &before_), 0); // without SA_RESTART
        const itimerval every{{0, 1000}, {0, 1000}};
        EXPECT_EQ(::setitimer(ITIMER_REAL, &every, nullptr), 0);
    }
    InterruptsEveryMillisecond(const InterruptsEveryMillisecond&) = delete;
    InterruptsEveryMillisecond& operator=(const InterruptsEveryMillisecond&) = delete;
    ~InterruptsEveryMillisecond() {
        const itimerval never{};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }
};

TEST(Socket, signals_neither_end_a_wait_nor_stretch_its_deadline) {
    Pair pair = connected_pair();
    const InterruptsEveryMillisecond interrupts;
    std::array<std::uint8_t, 8> buffer{};
    const Deadline deadline = Deadline::after(50ms);
    const auto count = pair.client.read(buffer, deadline);
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, ErrorCode::deadline_passed);
    EXPECT_TRUE(deadline.passed());
    EXPECT_GE(signals_seen.load(), 1); // a busy machine makes one of several
}

TEST(Connect, survives_signals) {
    const SilentAddress silent;
    Listener listener = loopback();
    const InterruptsEveryMillisecond interrupts;
    const std::array addresses{silent.address(), listener.address()};
    EXPECT_TRUE(connect_to_any(addresses, generous()));
    EXPECT_GE(signals_seen.load(), 1); // a busy machine makes one of several
}

} // namespace
} // namespace pavise::net
