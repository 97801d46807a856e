// psk server IDENTITY HEXKEY [PORT] and psk client IDENTITY HEXKEY PORT: a key that both were given, and no
// certificates.
#include <pavise/ssl.hpp>

#include <iostream>

namespace ssl = pavise::ssl;

namespace {

pavise::ByteVector from_hex(const std::string& text) {
    pavise::ByteVector out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return out;
}

int client(const std::string& name, const pavise::ByteVector& key, std::uint16_t port) {
    ssl::SSLContext context(ssl::PROTOCOL_TLS_CLIENT);
    context.set_check_hostname(false);
    context.set_verify_mode(ssl::CERT_NONE); // the key vouches for both sides
    context.set_ciphers("PSK");
    context.set_psk_client_callback(
        [&](const std::optional<std::string>& /*hint*/) { return std::pair(std::optional(name), key); });
    auto sock = context.wrap_socket(pavise::create_connection({"127.0.0.1", port}));
    std::cout << sock.version() << " " << sock.cipher() << std::endl;
    sock.sendall("hello\n");
    std::cout << pavise::as_text(sock.recv()) << std::flush;
    return 0;
}

int server(const std::string& name, const pavise::ByteVector& key, std::uint16_t port) {
    ssl::SSLContext context(ssl::PROTOCOL_TLS_SERVER);
    context.set_ciphers("PSK");
    context.set_psk_server_callback(
        [&](const std::optional<std::string>& identity) {
            return identity == name ? key : pavise::ByteVector(); // nothing: not known
        },
        "ServerId_1");
    auto listener = pavise::create_server({"127.0.0.1", port});
    std::cout << "listening on " << listener.getsockname() << std::endl;
    for (;;) {
        auto [plain, address] = listener.accept();
        try {
            auto sock = context.wrap_socket(std::move(plain), {.server_side = true});
            std::cout << sock.version() << " " << sock.cipher() << std::endl;
            sock.sendall(sock.recv());
            sock.unwrap();
        } catch (const pavise::OSError& error) {
            std::cerr << address << " " << error.what() << std::endl;
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::string side = argc > 3 ? argv[1] : "";
    if ((side != "client" || argc != 5) && side != "server") {
        std::cerr << "usage: psk server IDENTITY HEXKEY [PORT]\n       psk client IDENTITY HEXKEY PORT\n";
        return 2;
    }
    try {
        const auto port = static_cast<std::uint16_t>(argc > 4 ? std::stoi(argv[4]) : 0);
        return (side == "client" ? client : server)(argv[2], from_hex(argv[3]), port);
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
