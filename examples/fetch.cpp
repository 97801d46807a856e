// fetch HOST PORT CAFILE: gets "/" over TLS. Everything that an application has to do with the engine is in
// fetch().
#include <pavise/engine.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

// Sends what the connection has to say, then feeds it what the peer said.
pavise::Status exchange(pavise::Connection& tls, int fd) {
    while (!tls.output().empty()) {
        const ssize_t sent = ::send(fd, tls.output().data(), tls.output().size(), MSG_NOSIGNAL);
        if (sent < 0) return tls.transport_closed();
        tls.output_sent(static_cast<std::size_t>(sent));
    }
    if (!tls.wants_input()) return {};
    const pavise::MutableBytes space = tls.receive_space();
    const ssize_t got = ::recv(fd, space.data(), space.size(), 0);
    return got > 0 ? tls.received(static_cast<std::size_t>(got)) : tls.transport_closed();
}

pavise::Status fetch(const char* host, int fd, const pavise::TrustStore& trust) {
    auto config = std::make_shared<pavise::ClientConfig>();
    config->trust = trust;
    auto tls = pavise::Connection::client(config, {.server_name = host});
    if (!tls) return pavise::Unexpected(tls.error());

    while (!tls->handshake_complete())
        if (auto status = exchange(*tls, fd); !status) {
            (void)::send(fd, tls->output().data(), tls->output().size(), MSG_NOSIGNAL); // the alert
            return status;
        }
    std::fprintf(stderr, "%s, verified\n", pavise::name_of(tls->negotiated().cipher_suite).c_str());

    const std::string request =
        "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n";
    if (auto taken = tls->write(pavise::as_bytes(request)); !taken) return pavise::Unexpected(taken.error());
    while (!tls->peer_closed()) {
        if (auto status = exchange(*tls, fd); !status) return status;
        const pavise::Bytes data = tls->data();
        std::fwrite(data.data(), 1, data.size(), stdout);
        if (auto status = tls->data_read(data.size()); !status) return status;
    }
    return {};
}

int connect_to(const char* host, const char* port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host, port, &hints, &found) != 0) return -1;
    int fd = -1;
    for (const addrinfo* a = found; a != nullptr && fd < 0; a = a->ai_next) {
        fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && ::connect(fd, a->ai_addr, a->ai_addrlen) != 0) ::close(std::exchange(fd, -1));
    }
    ::freeaddrinfo(found);
    return fd;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: fetch HOST PORT CAFILE\n");
        return 2;
    }
    std::ostringstream pem;
    pem << std::ifstream(argv[3], std::ios::binary).rdbuf();
    const auto trust = pavise::TrustStore::from_memory(pavise::as_bytes(pem.str()));
    if (!trust) {
        std::fprintf(stderr, "%s: %s\n", argv[3], pavise::describe(trust.error()).c_str());
        return 2;
    }
    const int fd = connect_to(argv[1], argv[2]);
    if (fd < 0) {
        std::fprintf(stderr, "no connection to %s port %s\n", argv[1], argv[2]);
        return 1;
    }
    const auto done = fetch(argv[1], fd, *trust);
    ::close(fd);
    if (!done) std::fprintf(stderr, "%s\n", pavise::describe(done.error()).c_str());
    return done ? 0 : 1;
}
