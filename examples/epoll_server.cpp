// epoll_server CERTFILE KEYFILE: a small web server on one thread. The loop moves the bytes, an SSLObject
// between two MemoryBIOs does TLS, and no call waits or throws.
#include <pavise/ssl.hpp>

#include <array>
#include <iostream>
#include <map>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace ssl = pavise::ssl;

namespace {

constexpr std::size_t longest_request = 8192;

class Client {
    pavise::Socket socket_;
    ssl::MemoryBIO incoming_, outgoing_;
    ssl::SSLObject tls_;
    std::string request_;
    pavise::ByteVector unsent_;
    bool answered_ = false;

  public:
    Client(pavise::Socket socket, const ssl::SSLContext& context) :
        socket_(std::move(socket)),
        tls_(context.wrap_bio(incoming_, outgoing_, {.server_side = true})) {
        socket_.setblocking(false);
    }
    int fileno() const { return socket_.fileno(); }
    bool wants_to_send() const { return !unsent_.empty(); }

    // Whether there is more to come.
    bool step() {
        receive();
        const bool open = advance();
        send();
        return wants_to_send() || open;
    }

  private:
    void receive() {
        std::array<std::uint8_t, 16384> buffer{};
        std::error_code code;
        while (!incoming_.eof()) {
            const std::size_t count = socket_.recv_into(buffer, code);
            if (code == std::errc::operation_would_block) return;
            if (code || count == 0)
                incoming_.write_eof();
            else
                incoming_.write(pavise::Bytes(buffer).first(count));
            if (code || count == 0) return;
        }
    }

    // TLS and the application, as far as the bytes go.
    bool advance() {
        std::array<std::uint8_t, 4096> buffer{};
        std::error_code code;
        while (!answered_) {
            const std::size_t count = tls_.read_into(buffer, code); // the handshake comes with it
            if (code) return code == ssl::SSL_ERROR_WANT_READ;
            request_ += pavise::as_text({buffer.data(), count});
            if (count == 0 || request_.size() > longest_request) return false;
            if (request_.find("\r\n\r\n") != std::string::npos) answer();
        }
        return false;
    }

    void answer() {
        const std::string page = "you asked: " + request_.substr(0, request_.find("\r\n")) + "\n";
        std::error_code code;
        tls_.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(page.size()) +
                       "\r\n\r\n" + page,
                   code);
        tls_.close_sending(code);
        answered_ = true;
    }

    void send() {
        const auto more = outgoing_.read();
        unsent_.insert(unsent_.end(), more.begin(), more.end());
        std::error_code code;
        while (!unsent_.empty()) {
            const std::size_t count = socket_.send(unsent_, code);
            unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(count));
            if (code == std::errc::operation_would_block) return;
            if (code) unsent_.clear(); // the client is gone
        }
    }
};

void watch(int epoll, int operation, int fd, bool for_writing) {
    epoll_event event{};
    event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll, operation, fd, &event) != 0) pavise::raise_os_error(errno);
}

[[noreturn]] void serve(pavise::Socket listener, const ssl::SSLContext& context) {
    const pavise::Socket epoll = pavise::Socket::from_fd(::epoll_create1(EPOLL_CLOEXEC));
    watch(epoll.fileno(), EPOLL_CTL_ADD, listener.fileno(), false);
    std::map<int, Client> clients;
    for (;;) {
        epoll_event event{};
        if (::epoll_wait(epoll.fileno(), &event, 1, -1) != 1) continue;
        const int fd = event.data.fd;
        if (fd == listener.fileno()) {
            std::error_code code;
            auto accepted = listener.accept(code);
            if (!accepted) continue; // it went away again
            Client client(std::move(accepted->socket), context);
            watch(epoll.fileno(), EPOLL_CTL_ADD, client.fileno(), false);
            clients.emplace(client.fileno(), std::move(client));
        } else if (Client& client = clients.at(fd); client.step()) {
            watch(epoll.fileno(), EPOLL_CTL_MOD, fd, client.wants_to_send());
        } else {
            clients.erase(fd); // closes it, and epoll forgets it
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: epoll_server CERTFILE KEYFILE\n";
        return 2;
    }
    try {
        auto context = ssl::create_default_context(ssl::Purpose::CLIENT_AUTH);
        context.load_cert_chain(argv[1], {.keyfile = argv[2]});
        auto listener = pavise::create_server({"127.0.0.1", 0});
        std::cout << "listening on " << listener.getsockname() << std::endl;
        serve(std::move(listener), context);
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
