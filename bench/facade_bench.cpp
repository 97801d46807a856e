// An echo over a socket pair: through SSLSocket, and through the engine's Connection with the same system
// calls around it. The contestant "bare" is the engine's: what is missing to 100 % is the facade's.
#include "side_by_side.hpp"

#include "facade/support.hpp"
#include "support/pair.hpp"

#include <cstdio>
#include <cstdlib>

#include <sys/socket.h>

namespace pavise::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "facade bench: %s\n", what);
    std::exit(1);
}

// A message is as small as a record, so that it goes into the socket's buffer in one piece.
constexpr std::size_t sizes[] = {64, 1024, 16384};
constexpr std::size_t echoes_in_a_turn = 64;

// ---------------------------------------------------------------- the engine

void send_out(Connection& connection, int fd) {
    for (Bytes output = connection.output(); !output.empty(); output = connection.output()) {
        const ssize_t sent = ::send(fd, output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) give_up("the socket's buffer is too small");
        connection.output_sent(static_cast<std::size_t>(sent));
    }
}

void write_all(Connection& connection, int fd, Bytes message) {
    while (!message.empty()) {
        const auto taken = connection.write(message);
        if (!taken) give_up("a message was not written");
        message = message.subspan(*taken);
        send_out(connection, fd);
    }
}

void read_all(Connection& connection, int fd, MutableBytes into) {
    while (!into.empty()) {
        while (connection.data().empty()) {
            const MutableBytes space = connection.receive_space();
            const ssize_t got = ::recv(fd, space.data(), space.size(), MSG_DONTWAIT);
            if (got <= 0 || !connection.received(static_cast<std::size_t>(got)))
                give_up("a message did not come");
        }
        const Bytes data = connection.data();
        const std::size_t count = std::min(data.size(), into.size());
        std::copy_n(data.begin(), count, into.begin());
        if (!connection.data_read(count)) give_up("a message was not read");
        into = into.subspan(count);
    }
}

Contestant engine_echoes(std::size_t size) {
    struct Connected {
        testing::Pair pair;
        std::pair<Socket, Socket> sockets = socketpair();
        ByteVector message;
    };
    testing::PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
    const auto all = std::make_shared<Connected>(
        Connected{testing::Pair(std::move(config)), socketpair(), ByteVector(size, 0x17)});
    if (!all->pair.connect()) give_up("the handshake failed");
    return {"bare", [all] {
                testing::Pair& pair = all->pair;
                const auto& [near, far] = all->sockets;
                return typical_of(echoes_in_a_turn, [&]() -> Taken {
                    return {seconds_of([&] {
                        write_all(pair.client, near.fileno(), all->message);
                        read_all(pair.server, far.fileno(), all->message);
                        write_all(pair.server, far.fileno(), all->message);
                        read_all(pair.client, near.fileno(), all->message);
                    })};
                });
            }};
}

// ---------------------------------------------------------------- the facade

void read_all(ssl::SSLSocket& socket, MutableBytes into) {
    while (!into.empty()) {
        std::error_code code;
        const std::size_t count = socket.recv_into(into, code);
        if (code || count == 0) give_up("a message did not come");
        into = into.subspan(count);
    }
}

struct FacadePair {
    ssl::SSLSocket client;
    ssl::SSLSocket server;
    ByteVector message;
};

std::shared_ptr<FacadePair> facade_pair(std::size_t size) {
    ssl::SSLContext client_side = ssl::testing::client_context();
    client_side.set_ciphersuites("TLS_AES_128_GCM_SHA256");
    auto [near, far] = socketpair();
    near.setblocking(false);
    far.setblocking(false);
    ssl::SSLSocket client = client_side.wrap_socket(
        std::move(near), {.do_handshake_on_connect = false, .server_hostname = "server.test"});
    ssl::SSLSocket server = ssl::testing::server_context().wrap_socket(
        std::move(far), {.server_side = true, .do_handshake_on_connect = false});
    std::error_code client_code;
    std::error_code server_code;
    for (int flight = 0; flight < 10; ++flight) {
        client.do_handshake(client_code);
        server.do_handshake(server_code);
    }
    if (client_code || server_code) give_up("the handshake failed");
    return std::make_shared<FacadePair>(
        FacadePair{std::move(client), std::move(server), ByteVector(size, 0x17)});
}

Contestant facade_echoes(std::size_t size) {
    return {"facade", [pair = facade_pair(size), size] {
                std::error_code code;
                return typical_of(echoes_in_a_turn, [&]() -> Taken {
                    return {seconds_of([&] {
                        if (pair->client.sendall(pair->message, code) != size)
                            give_up("a message was not sent");
                        read_all(pair->server, pair->message);
                        if (pair->server.sendall(pair->message, code) != size)
                            give_up("a message was not sent back");
                        read_all(pair->client, pair->message);
                    })};
                });
            }};
}

} // namespace
} // namespace pavise::bench

int main(int argc, char** argv) {
    using namespace pavise::bench;
    for (const std::size_t size : sizes)
        register_scenario({"echo/" + std::to_string(size),
                           {"each"},
                           [size] { return std::vector{facade_echoes(size), engine_echoes(size)}; },
                           size});
    return run_side_by_side(argc, argv);
}
