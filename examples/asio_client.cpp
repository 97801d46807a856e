// asio_client HOST PORT CAFILE: gets "/" under the event loop of Asio, which moves the bytes; an SSLObject
// between two MemoryBIOs does TLS.
#include <pavise/ssl.hpp>

#include <array>
#include <iostream>
#include <memory>

#include <asio.hpp>

namespace ssl = pavise::ssl;
using asio::ip::tcp;

namespace {

class Fetch : public std::enable_shared_from_this<Fetch> {
    tcp::socket socket_;
    ssl::MemoryBIO incoming_, outgoing_;
    ssl::SSLObject tls_;
    std::string host_;
    std::array<std::uint8_t, 16384> received_{};
    pavise::ByteVector sending_;
    bool asked_ = false;

  public:
    Fetch(tcp::socket socket, const ssl::SSLContext& context, std::string host) :
        socket_(std::move(socket)),
        tls_(context.wrap_bio(incoming_, outgoing_, {.server_hostname = host})),
        host_(std::move(host)) {}

    void start() { advance(); }

  private:
    // As far as it goes with the bytes that are here; then what is to be sent is sent, and more is read.
    void advance() {
        std::error_code code;
        tls_.do_handshake(code);
        if (!code && !asked_) {
            asked_ = true;
            std::cout << tls_.version() << "\n";
            tls_.write("GET / HTTP/1.0\r\nHost: " + host_ + "\r\n\r\n", code);
        }
        std::array<std::uint8_t, 4096> buffer{};
        bool ended = false;
        while (!code && !ended) {
            const std::size_t count = tls_.read_into(buffer, code);
            std::cout << pavise::as_text({buffer.data(), count});
            ended = !code && count == 0;
        }
        const bool waits = code == ssl::SSL_ERROR_WANT_READ;
        if (code && !waits) std::cerr << code.message() << "\n";
        send(waits);
    }

    void send(bool go_on) {
        sending_ = outgoing_.read();
        asio::async_write(socket_, asio::buffer(sending_),
                          [self = shared_from_this(), go_on](const std::error_code& code, std::size_t) {
                              if (!code && go_on) self->receive();
                          });
    }

    void receive() {
        socket_.async_read_some(asio::buffer(received_),
                                [self = shared_from_this()](const std::error_code& code, std::size_t count) {
                                    if (code)
                                        self->incoming_.write_eof();
                                    else
                                        self->incoming_.write(pavise::Bytes(self->received_).first(count));
                                    self->advance();
                                });
    }
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: asio_client HOST PORT CAFILE\n";
        return 2;
    }
    try {
        const auto context = ssl::create_default_context(ssl::Purpose::SERVER_AUTH, {.cafile = argv[3]});
        asio::io_context loop;
        tcp::socket socket(loop);
        asio::connect(socket, tcp::resolver(loop).resolve(argv[1], argv[2]));
        std::make_shared<Fetch>(std::move(socket), context, argv[1])->start();
        loop.run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
