// A loop that uses the overloads with a std::error_code throws nothing, not even inside: throwing is counted
// where the compiler's runtime begins it.
#include "facade/support.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace {

std::atomic<int> thrown{0};

} // namespace

// The linker puts the first in the place of __cxa_throw (--wrap), and gives the second its name.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
[[noreturn]] void __real___cxa_throw(void* object, void* type, void (*destroy)(void*));
[[noreturn]] void __wrap___cxa_throw(void* object, void* type, void (*destroy)(void*)) {
    ++thrown;
    __real___cxa_throw(object, type, destroy);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
}

namespace pavise::ssl {
namespace {

using namespace testing;

struct Sides {
    SSLSocket client;
    SSLSocket server;
};

Sides unconnected(const SSLContext& client, const SSLContext& server) {
    auto [a, b] = socketpair();
    a.setblocking(false);
    b.setblocking(false);
    return {
        client.wrap_socket(std::move(a),
                           {.do_handshake_on_connect = false, .server_hostname = "server.test"}),
        server.wrap_socket(std::move(b), {.server_side = true, .do_handshake_on_connect = false}),
    };
}

// Both handshakes, as a loop would do them: what the two sides came to.
std::pair<std::error_code, std::error_code> shake_hands(Sides& sides) {
    std::error_code client;
    std::error_code server;
    for (int flight = 0; flight < 10; ++flight) {
        sides.client.do_handshake(client);
        sides.server.do_handshake(server);
        if (client != SSL_ERROR_WANT_READ && server != SSL_ERROR_WANT_READ) break;
    }
    return {client, server};
}

TEST(NoThrow, the_counter_counts) {
    const int before = thrown;
    EXPECT_THROW(throw ValueError("counted"), ValueError);
    EXPECT_EQ(thrown, before + 1);
    Sides sides = unconnected(client_context(), server_context());
    EXPECT_THROW(sides.server.recv(), SSLWantReadError);
    EXPECT_GT(thrown, before + 1);
}

TEST(NoThrow, in_a_loop_that_does_not_block) {
    Sides sides = unconnected(client_context(), server_context());
    const int before = thrown;
    const auto [client, server] = shake_hands(sides);
    EXPECT_FALSE(client) << client.message();
    EXPECT_FALSE(server) << server.message();
    std::error_code code;
    ByteVector buffer(1000);
    for (int i = 0; i < 100; ++i) {
        sides.server.recv_into(buffer, code);
        EXPECT_EQ(code, SSL_ERROR_WANT_READ);
        EXPECT_EQ(sides.client.send(buffer, code), buffer.size());
        EXPECT_EQ(sides.server.recv_into(buffer, code), buffer.size());
    }
    while (code != SSL_ERROR_WANT_WRITE) sides.client.send(std::string_view("until nothing more goes"), code);
    while (code != SSL_ERROR_WANT_READ) sides.server.recv_into(buffer, code);
    sides.client.unwrap(code);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ);
    while (sides.server.recv_into(buffer, code) != 0) EXPECT_FALSE(code); // what did not go before
    EXPECT_FALSE(code) << "the end";
    sides.server.unwrap(code);
    EXPECT_EQ(thrown, before);
}

TEST(NoThrow, where_it_fails) {
    Sides distrustful = unconnected(SSLContext(PROTOCOL_TLS_CLIENT), server_context());
    Sides ragged = unconnected(client_context(), server_context());
    const int before = thrown;
    const auto [client, server] = shake_hands(distrustful);
    EXPECT_EQ(client, SSL_ERROR_SSL);
    EXPECT_EQ(server, SSL_ERROR_SSL);
    EXPECT_EQ(error_of(client)->code, ErrorCode::unknown_issuer);
    EXPECT_NE(client.message(), server.message());
    ragged.server.close();
    std::error_code code;
    ragged.client.do_handshake(code);
    ragged.client.do_handshake(code);
    EXPECT_TRUE(code);
    ragged.server.send("x", code);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    EXPECT_EQ(ragged.server.sendall("x", code), 0u);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    ragged.server.connect({"127.0.0.1", 1}, code);
    EXPECT_EQ(code, std::errc::operation_not_supported);
    EXPECT_FALSE(create_connection({"127.0.0.1", 1}, {.timeout = std::chrono::seconds(-1)}, code));
    EXPECT_EQ(code, std::errc::invalid_argument);
    EXPECT_EQ(thrown, before);
}

} // namespace
} // namespace pavise::ssl
