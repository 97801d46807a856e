// ssl_server CERTFILE KEYFILE [PORT]: gives back what it gets, to one client after the other.
#include <pavise/ssl.hpp>

#include <iostream>

namespace ssl = pavise::ssl;

namespace {

void deal_with_client(ssl::SSLSocket& connstream) {
    for (auto data = connstream.recv(); !data.empty(); data = connstream.recv()) connstream.sendall(data);
    connstream.unwrap(); // the client said goodbye, or nothing: so do we
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: ssl_server CERTFILE KEYFILE [PORT]\n";
        return 2;
    }
    try {
        auto context = ssl::create_default_context(ssl::Purpose::CLIENT_AUTH);
        context.load_cert_chain(argv[1], {.keyfile = argv[2]});

        auto bindsocket = pavise::create_server(
            {"127.0.0.1", static_cast<std::uint16_t>(argc > 3 ? std::stoi(argv[3]) : 0)});
        std::cout << "listening on " << bindsocket.getsockname() << std::endl;
        for (;;) {
            auto [newsocket, fromaddr] = bindsocket.accept();
            try {
                auto connstream = context.wrap_socket(std::move(newsocket), {.server_side = true});
                std::cout << fromaddr << " " << connstream.version() << " " << connstream.cipher()
                          << std::endl;
                deal_with_client(connstream);
            } catch (const pavise::OSError& error) { // of this client alone
                std::cerr << fromaddr << " " << error.what() << std::endl;
            }
        }
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
