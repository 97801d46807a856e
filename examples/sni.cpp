// sni CERTFILE KEYFILE [NAME CERTFILE KEYFILE]...: a server that shows another certificate where a client
// names its host.
#include <pavise/ssl.hpp>

#include <iostream>
#include <map>

namespace ssl = pavise::ssl;

namespace {

ssl::SSLContext context_of(const char* certfile, const char* keyfile) {
    ssl::SSLContext context(ssl::PROTOCOL_TLS_SERVER);
    context.load_cert_chain(certfile, {.keyfile = keyfile});
    return context;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc % 3 != 0) {
        std::cerr << "usage: sni CERTFILE KEYFILE [NAME CERTFILE KEYFILE]...\n";
        return 2;
    }
    try {
        auto context = context_of(argv[1], argv[2]);
        std::map<std::string, ssl::SSLContext> by_name;
        for (int i = 3; i < argc; i += 3) by_name.emplace(argv[i], context_of(argv[i + 1], argv[i + 2]));
        context.set_sni_callback([&](ssl::SSLConnection& connection,
                                     const std::optional<std::string>& server_name,
                                     ssl::SSLContext&) -> std::optional<ssl::AlertDescription> {
            if (server_name == "forbidden.example") return ssl::ALERT_DESCRIPTION_UNRECOGNIZED_NAME;
            const auto found = server_name ? by_name.find(*server_name) : by_name.end();
            if (found != by_name.end()) connection.set_context(found->second);
            return std::nullopt;
        });
        auto listener = pavise::create_server({"127.0.0.1", 0});
        std::cout << "listening on " << listener.getsockname() << std::endl;
        for (;;) {
            auto [plain, address] = listener.accept();
            try {
                auto sock = context.wrap_socket(std::move(plain), {.server_side = true});
                sock.sendall("welcome\n");
                sock.unwrap();
            } catch (const pavise::OSError& error) {
                std::cerr << address << " " << error.what() << std::endl;
            }
        }
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
