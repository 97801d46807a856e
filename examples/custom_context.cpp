// custom_context HOST PORT CAFILE: a client with a context of its own making, which trusts one file of
// certificates.
#include <pavise/ssl.hpp>

#include <iostream>

namespace ssl = pavise::ssl;

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: custom_context HOST PORT CAFILE\n";
        return 2;
    }
    const std::string hostname = argv[1];
    try {
        ssl::SSLContext context(ssl::PROTOCOL_TLS_CLIENT);
        context.set_minimum_version(ssl::TLSVersion::TLSv1_3);
        context.load_verify_locations({.cafile = argv[3]});

        auto sock = pavise::create_connection({hostname, static_cast<std::uint16_t>(std::stoi(argv[2]))});
        auto ssock = context.wrap_socket(std::move(sock), {.server_hostname = hostname});
        std::cout << ssock.version() << " " << ssock.cipher() << "\n" << ssock.getpeercert() << "\n";

        ssock.sendall("HEAD / HTTP/1.0\r\nHost: " + hostname + "\r\n\r\n");
        for (auto data = ssock.recv(); !data.empty(); data = ssock.recv()) std::cout << pavise::as_text(data);
    } catch (const ssl::SSLCertVerificationError& error) {
        std::cerr << error.verify_code() << ": " << error.verify_message() << "\n";
        return 1;
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
