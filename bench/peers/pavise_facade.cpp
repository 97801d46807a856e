// Pavise as most applications use it: the facade, over sockets.
#include "../identities.hpp"

#include <pavise/ssl.hpp>

#include <array>
#include <sys/socket.h>
#include <thread>

namespace pavise::bench {

namespace {

Bytes read_back(ssl::SSLSocket& socket, std::size_t size) {
    static thread_local std::array<std::uint8_t, 16384> buffer;
    for (std::size_t received = 0; received < size;) {
        const std::size_t count = socket.recv_into(MutableBytes(buffer).subspan(received));
        if (count == 0) give_up("the facade's connection ended");
        received += count;
    }
    return Bytes(buffer).first(size);
}

class PaviseEcho final : public Echo {
    ssl::SSLContext client_context_{ssl::PROTOCOL_TLS_CLIENT};
    ssl::SSLContext server_context_{ssl::PROTOCOL_TLS_SERVER};
    std::optional<ssl::SSLSocket> client_;
    std::optional<ssl::SSLSocket> server_;

  public:
    PaviseEcho() {
        const Identity& identity = server_identity(KeyKind::p256);
        client_context_.load_verify_locations({.cadata = identity.root_pem});
        server_context_.load_cert_chain_from_memory(identity.chain_pem, identity.key_pem);
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) give_up("no pair of sockets");
        client_ =
            client_context_.wrap_socket(Socket::from_fd(ends[0]), {.do_handshake_on_connect = false,
                                                                   .server_hostname = std::string(host)});
        server_ = server_context_.wrap_socket(Socket::from_fd(ends[1]),
                                              {.server_side = true, .do_handshake_on_connect = false});
        std::thread other([this] { server_->do_handshake(); });
        client_->do_handshake();
        other.join();
    }
    void once(Bytes data) override {
        client_->sendall(data);
        server_->sendall(read_back(*server_, data.size()));
        read_back(*client_, data.size());
    }
};

} // namespace

std::unique_ptr<Echo> pavise_echo() {
    return std::make_unique<PaviseEcho>();
}

} // namespace pavise::bench
